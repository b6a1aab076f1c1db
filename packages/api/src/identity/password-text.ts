import { z } from 'zod'

/**
 * A password as it is typed. Without halves of surrogate pairs: each of them is hashed as U+FFFD, so different passwords
 * would be one.
 */
export const passwordText = z
  .string()
  .max(1_000)
  .regex(/^\P{Cs}*$/u, { error: 'Use whole characters only.' })

import { z } from 'zod'

/**
 * Text on one line that is stored as it was sent and shown as it was typed: no control characters, no lone surrogates
 * (Postgres would get U+FFFD for each, and two different names would become one), no signs that turn the direction of
 * what follows.
 */
export const singleLine = z.string().regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, {
  error: 'Use text on one line, without control characters.',
})

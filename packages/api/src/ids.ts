import { z } from 'zod'

/** Any id, in the one spelling that Postgres answers with: topics are named by it, so another would hear nothing. */
export const uuid = z.uuid().toLowerCase()

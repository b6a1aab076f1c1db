import superjson, { type SuperJSONResult } from 'superjson'
import { z } from 'zod'

const envelope = z.custom<SuperJSONResult>(
  (value) => typeof value === 'object' && value !== null && 'json' in value,
  { error: 'An input is an object {"json": …}, as superjson writes it.' },
)

/**
 * superjson, strict about what comes in. By itself it reads anything without a `json` key as `undefined`: a procedure
 * with an optional input would then act without the input that was sent, `session.start` as if there were no identity.
 */
export const transformer = {
  input: {
    serialize: (value: unknown) => superjson.serialize(value),
    /** @throws ZodError for what superjson did not write */
    deserialize: (value: unknown) => superjson.deserialize<unknown>(envelope.parse(value)),
  },
  output: superjson,
}

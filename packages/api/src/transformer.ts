import { superjsonOutput } from '@acme/socket'
import superjson, { type SuperJSONResult } from 'superjson'
import { z } from 'zod'

const ONLY_PLAIN =
  'An input is an object {"json": …} of plain JSON: no dates, no bigints, nothing nested that is undefined.'

/** No input has as many; 64 KiB have room for 10,000, each of which zod would name in its error: 12 to 18 ms. */
const MAX_FIELDS = 100
/** The envelope, what it holds, and what that holds: deeper than this no schema looks. */
const DEPTH = 2

const undefinedNote = z.tuple([z.literal('undefined')])
const envelope = z.strictObject(
  {
    json: z.unknown(),
    /** superjson's notes. Only those on optional inputs that were left undefined are understood. */
    meta: z
      .strictObject({
        values: z.union([undefinedNote, z.record(z.string().max(100), undefinedNote)]),
        v: z.number().optional(),
      })
      .optional(),
  },
  { error: ONLY_PLAIN },
)

/**
 * superjson's format, strict about what comes in: inputs are plain JSON in its envelope.
 *
 * superjson reads its `meta` in quadratic time (64 KiB of it held the process for 3 to 5 s), and no input needs more of
 * it than to say which optional fields are undefined, as tRPC's client with superjson does. What has no `json` at all is
 * refused because superjson reads that as no input: a procedure with an optional one would then act without what was
 * sent, `session.start` as if there were no identity.
 */
export const transformer = {
  input: {
    serialize: (value: unknown): SuperJSONResult => superjson.serialize(value),
    /** @throws ZodError for anything but plain JSON in the envelope, or nothing at all */
    deserialize(value: unknown): unknown {
      if (value === undefined) return undefined
      if (isTooWide(value, DEPTH)) throw refusal(`An input has at most ${MAX_FIELDS} fields.`)
      const { json, meta } = envelope.parse(value)
      if (!('json' in Object(value))) throw refusal()
      if (!meta) return json
      if (Array.isArray(meta.values)) return undefined
      return withoutUndefined(json, Object.keys(meta.values))
    },
  },
  output: superjson,
}

/** What the output side of the transformer and JSON.stringify write, for a fraction of their time. */
export const stringifyOutput = superjsonOutput(superjson)

/** Leaves out the fields that are noted as undefined; they stand there as null. */
function withoutUndefined(json: unknown, names: readonly string[]): unknown {
  const input = z.record(z.string(), z.unknown()).safeParse(json)
  if (!input.success || names.some((name) => input.data[name] !== null)) throw refusal()
  const left = new Set(names)
  return Object.fromEntries(Object.entries(input.data).filter(([name]) => !left.has(name)))
}

function isTooWide(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const parts: unknown[] = Object.values(value)
  return parts.length > MAX_FIELDS || (depth > 0 && parts.some((part) => isTooWide(part, depth - 1)))
}

/** One that is an Error: tRPC replaces any other cause. */
function refusal(message = ONLY_PLAIN): z.ZodError {
  return new z.ZodRealError([{ code: 'custom', path: [], message, input: undefined }])
}

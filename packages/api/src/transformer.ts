import { superjsonOutput } from '@acme/socket'
import superjson, { type SuperJSONResult } from 'superjson'
import { z } from 'zod'

const ONLY_PLAIN =
  'An input is an object {"json": …} of plain JSON: no dates, no bigints, nothing nested that is undefined.'

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
    /** @throws ZodError for anything but plain JSON in the envelope */
    deserialize(value: unknown): unknown {
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

function refusal(): z.ZodError {
  return new z.ZodError([{ code: 'custom', path: [], message: ONLY_PLAIN, input: undefined }])
}

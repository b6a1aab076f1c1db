/** What superjson writes: JSON, and notes on the values in it that JSON has no word for, by path. */
interface Written {
  json: unknown
  meta?: { values?: Note | Record<string, Note> }
}
type Note = readonly unknown[]

/**
 * superjson's format as far as the server uses it, without the library: plain JSON goes out, and dates and undefined are
 * read from what comes in. A client of the server's that sends the same can be any tRPC client with superjson.
 */
export const transformer = {
  input: { serialize: write, deserialize: read },
  output: { serialize: write, deserialize: read },
}

function write(value: unknown): unknown {
  return value === undefined ? { json: null, meta: { values: ['undefined'], v: 1 } } : { json: value }
}

/** @throws Error for a type that the server does not send */
function read(written: Written): unknown {
  const { json, meta } = written
  const values = meta?.values
  if (values === undefined) return json
  if (isNote(values)) return revive(json, values)
  for (const [path, note] of Object.entries(values)) reviveAt(json, path, note)
  return json
}

function reviveAt(json: unknown, path: string, note: Note): void {
  const names = path.split('.')
  const last = names.pop()
  let holder = json
  for (const name of names)
    holder = isRecord(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined
  // A backslash would be part of an escape: no name of ours has a dot in it.
  if (last === undefined || path.includes('\\') || !isRecord(holder) || !Object.hasOwn(holder, last))
    throw new Error(`The answer has nothing at ${path}`)
  holder[last] = revive(holder[last], note)
}

function revive(value: unknown, [type]: Note): unknown {
  if (type === 'undefined') return undefined
  if (type === 'Date' && typeof value === 'string') return new Date(value)
  throw new Error(`The answer has a value of an unknown type: ${String(type)}`)
}

function isNote(values: Note | Record<string, Note>): values is Note {
  return Array.isArray(values)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

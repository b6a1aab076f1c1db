/** What a frame or a body may weigh. */
export const LARGEST_BYTES = 64 * 1024

/** Room that is left for what is around an input. */
const ROOM_BYTES = 500

const fill = (unit: (n: number) => string, bytes: number): string[] => {
  const parts: string[] = []
  let length = 0
  for (let n = 0; ; n++) {
    const part = unit(n)
    length += part.length + 1
    if (length > bytes) return parts
    parts.push(part)
  }
}
const MOST = LARGEST_BYTES - ROOM_BYTES

const nested = (open: string, close: string) => {
  const depth = Math.floor(MOST / (open.length + close.length + 1))
  return `${open.repeat(depth)}0${close.repeat(depth)}`
}
const wide = (value: string) => `{${fill((n) => `"${n.toString(36)}":${value}`, MOST).join()}}`

/** JSON texts just under the limit that are as dear to read as anybody could make them. */
export const HOSTILE_JSON: Record<string, string> = {
  'arrays in arrays': nested('[', ']'),
  'objects in objects': nested('{"a":', '}'),
  'an object of many keys': wide('0'),
  'an object of many numeric keys': `{${fill((n) => `"${n * 7_919}":0`, MOST).join()}}`,
  'an object of many objects': wide('{}'),
  'a long key': `{"${'k'.repeat(MOST - 10)}":0}`,
  'one key again and again': `{${fill(() => '"a":0', MOST).join()}}`,
  '__proto__ again and again': `{${fill(() => '"__proto__":{}', MOST).join()}}`,
  'many zeros': `[${fill(() => '0', MOST).join()}]`,
  'many empty objects': `[${fill(() => '{}', MOST).join()}]`,
  'many empty texts': `[${fill(() => '""', MOST).join()}]`,
  'long numbers': `[${fill(() => `0.${'9'.repeat(1_000)}e-300`, MOST).join()}]`,
  'one long number': '9'.repeat(MOST),
  'one long text': `"${'x'.repeat(MOST - 10)}"`,
  'a text of escapes': `"${'\\u0001'.repeat(Math.floor(MOST / 6) - 2)}"`,
  'a text of accents': `"a${'\u0301'.repeat(Math.floor(MOST / 2) - 5)}"`,
  'a text of white space': `"${' '.repeat(MOST - 10)}"`,
  'a text of line ends': `"${'\\r'.repeat(Math.floor(MOST / 2) - 5)}"`,
}

/** Notes of superjson, as the `meta` beside an input. */
const HOSTILE_NOTES: Record<string, string> = {
  'many values': `{"values":{${fill((n) => `"a.${n}":["Date"]`, MOST).join()}}}`,
  'many undefined values': `{"values":{${fill((n) => `"${n}":["undefined"]`, MOST).join()}}}`,
  'many references': `{"referentialEqualities":{${fill((n) => `"a.${n}":["b"]`, MOST).join()}}}`,
  'many keys': wide('0'),
  'deep values': `{"values":${nested('[', ']')}}`,
  'a path of many dots': `{"values":{"${'a.'.repeat(MOST / 2 - 20)}":["Date"]}}`,
}

/** Inputs in superjson's envelope: as `json`, as a field of it, as its notes. */
export function hostileInputs(field: string, rest: string): Record<string, string> {
  const undefinedOnes = fill((n) => `"${n.toString(36)}"`, MOST / 6)
  return {
    ...named('input', HOSTILE_JSON, (json) => `{"json":${json}}`),
    ...named('field', HOSTILE_JSON, (json) => `{"json":{${rest}"${field}":${json}}}`),
    ...named('envelope', HOSTILE_JSON, (json) => json),
    ...named('superjson', HOSTILE_NOTES, (meta) => `{"json":{${rest}"${field}":null},"meta":${meta}}`),
    'superjson: many fields that are noted as undefined': `{"json":{${undefinedOnes
      .map((name) => `${name}:null`)
      .join()}},"meta":{"values":{${undefinedOnes.map((name) => `${name}:["undefined"]`).join()}}}}`,
  }
}

export function named(
  kind: string,
  texts: Record<string, string>,
  wrap: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${kind}: ${name}`, wrap(text)]))
}

/** The same text again and again, as a batch: `unit` is given how many came before. */
export function batchOf(unit: (n: number) => string, most = Number.POSITIVE_INFINITY): string {
  return `[${fill(unit, LARGEST_BYTES - 2)
    .slice(0, most)
    .join()}]`
}

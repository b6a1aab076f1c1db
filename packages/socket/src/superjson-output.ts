/** What of superjson is needed: its text for whatever is not written here. */
export interface Superjson {
  stringify: (value: unknown) => string
}

/** superjson's note on a value of a type that JSON lacks, or the notes on what is in a value, by path. */
type Leaf = readonly ['Date'] | readonly ['undefined']
type Notes = Record<string, Leaf>

const DATE: Leaf = ['Date']
const UNDEFINED: Leaf = ['undefined']

/**
 * A fast `superjson.stringify` for output.
 *
 * Of plain objects, arrays, strings, finite numbers, booleans, null, undefined and valid dates it makes exactly the
 * text that superjson makes: `{"json":…,"meta":{"values":{…},"v":1}}`. Anything else goes to superjson: other types,
 * -0, an object that occurs twice, keys that superjson refuses, arrays with holes or with keys of their own. Classes
 * and custom types that are registered for plain objects or dates are not looked at.
 *
 * superjson copies the value and notes a path for every object in it; here the value is looked through once, for
 * what needs a note, and the engine's own JSON writer does the rest.
 */
export function superjsonOutput(superjson: Superjson): (value: unknown) => string {
  const inspection = new Inspection()
  return (value) => {
    const notes = inspection.of(value)
    if (inspection.foreign) return superjson.stringify(value)
    const json = inspection.undefinedKey ? JSON.stringify(value, nullForUndefined) : JSON.stringify(value)
    if (notes === null) return `{"json":${json}}`
    return `{"json":${json},"meta":{"values":${JSON.stringify(notes)},"v":1}}`
  }
}

function nullForUndefined(_key: string, value: unknown): unknown {
  return value === undefined ? null : value
}

class Inspection {
  /** Something that only superjson can write. */
  foreign = false
  /** A value that is undefined where JSON would leave it out and superjson writes null. */
  undefinedKey = false
  readonly #seen = new Set<object>()

  of(value: unknown): Leaf | Notes | null {
    this.foreign = false
    this.undefinedKey = value === undefined
    try {
      return this.#inspect(value)
    } finally {
      this.#seen.clear()
    }
  }

  #inspect(value: unknown): Leaf | Notes | null {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return null
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? null : this.#giveUp()
      case 'undefined':
        return UNDEFINED
      case 'object':
        return value === null ? null : this.#inspectObject(value)
      default:
        return this.#giveUp()
    }
  }

  #inspectObject(value: object): Leaf | Notes | null {
    const { size } = this.#seen
    this.#seen.add(value)
    if (this.#seen.size === size) return this.#giveUp()
    if (isArray(value)) return this.#inspectArray(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Date.prototype) return isWritableDate(value) ? DATE : this.#giveUp()
    const isPlain = (prototype === Object.prototype || prototype === null) && value !== Object.prototype
    return isPlain && isRecord(value) && !hasToJson(value) ? this.#inspectRecord(value) : this.#giveUp()
  }

  #inspectArray(array: readonly unknown[]): Notes | null {
    if (Object.keys(array).length !== array.length || hasToJson(array)) return this.#giveUp()
    let notes: Notes | null = null
    for (let index = 0; index < array.length && !this.foreign; index += 1) {
      const item = array[index]
      if (item === undefined && !(index in array)) return this.#giveUp()
      const found = this.#inspect(item)
      if (found !== null) notes = note(notes ?? {}, String(index), found)
    }
    return notes
  }

  #inspectRecord(record: Record<string, unknown>): Notes | null {
    let notes: Notes | null = null
    for (const key of Object.keys(record)) {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') return this.#giveUp()
      const value = record[key]
      if (value === undefined) this.undefinedKey = true
      const found = this.#inspect(value)
      if (this.foreign) return null
      if (found !== null) notes = note(notes ?? {}, escapeKey(key), found)
    }
    return notes
  }

  #giveUp(): null {
    this.foreign = true
    return null
  }
}

/** The notes on a member become notes on the whole. Made as superjson makes them: the order of keys follows. */
function note(notes: Notes, key: string, found: Leaf | Notes): Notes {
  if (isLeaf(found)) notes[key] = found
  else for (const path of Object.keys(found)) copyNote(notes, `${key}.${path}`, found[path])
  return notes
}

function copyNote(notes: Notes, path: string, leaf: Leaf | undefined): void {
  if (leaf) notes[path] = leaf
}

/** Dots part the keys of a path. */
function escapeKey(key: string): string {
  if (!key.includes('.') && !key.includes('\\')) return key
  return key.replaceAll('\\', '\\\\').replaceAll('.', '\\.')
}

function isWritableDate(value: object): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime()) && value.toJSON === Date.prototype.toJSON
}

/** A method that would write something else than what is there. superjson would not call it. */
function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function isArray(value: object): value is readonly unknown[] {
  return Array.isArray(value)
}

function isRecord(value: object): value is Record<string, unknown> {
  return !Array.isArray(value)
}

function isLeaf(found: Leaf | Notes): found is Leaf {
  return Array.isArray(found)
}

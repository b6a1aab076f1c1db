import fc from 'fast-check'
import superjson from 'superjson'
import { describe, expect, it } from 'vitest'
import { superjsonOutput } from './superjson-output.ts'

/** Counts what was handed on, so that a test can tell a fast answer from a borrowed one. */
function output() {
  let handedOn = 0
  const stringify = superjsonOutput({
    stringify(value) {
      handedOn += 1
      return superjson.stringify(value)
    },
  })
  return { stringify, handedOn: () => handedOn }
}

/** superjson throws at three of them; they have tests of their own. */
const key = fc
  .oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a.b',
      'a\\b',
      '\\.',
      '.',
      '',
      '0',
      '1',
      '10',
      '-1',
      '01',
      '4294967295',
      'toJSON',
      'json',
      'meta',
    ),
  )
  .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
const date = fc.date({ noInvalidDate: true })
const ownLeaf = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  date,
)
const { own } = fc.letrec((tie) => ({
  own: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    ownLeaf,
    fc.array(tie('own'), { maxLength: 12 }),
    fc.dictionary(key, tie('own'), { maxKeys: 8 }),
  ),
}))
const foreignLeaf = fc.oneof(
  ownLeaf,
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -0),
  fc.bigInt(),
  fc.constantFrom(/a.b/gi, new URL('http://localhost/')),
  fc.date(),
  fc.constant(new Error('as a value')),
  fc.uint8Array(),
)
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    foreignLeaf,
    fc.array(tie('anything')),
    fc.sparseArray(tie('anything')),
    fc.dictionary(key, tie('anything')),
    fc.array(fc.tuple(key, tie('anything'))).map((entries) => new Map(entries)),
    fc.array(tie('anything')).map((items) => new Set(items)),
    // The same object in two places.
    fc.tuple(tie('anything'), key).map(([value, name]) => ({ [name]: value, again: [value] })),
  ),
}))

function withHole(): number[] {
  const array = [1, 2, 3]
  delete array[1]
  return array
}

describe('superjsonOutput', () => {
  it('writes its own types exactly as superjson does, without superjson', () => {
    fc.assert(
      fc.property(own, (value) => {
        const { stringify, handedOn } = output()
        expect(stringify(value)).toBe(superjson.stringify(value))
        expect(handedOn()).toBe(0)
      }),
      { numRuns: 2_000 },
    )
  })

  it('writes what superjson reads back as it was', () => {
    fc.assert(
      fc.property(own, (value) => {
        expect(superjson.parse(output().stringify(value))).toEqual(value)
      }),
      { numRuns: 1_000 },
    )
  })

  it('writes anything at all as superjson does', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(output().stringify(value)).toBe(superjson.stringify(value))
      }),
      { numRuns: 500 },
    )
  })

  it('writes an array of dates and objects in the order of keys that superjson gives', () => {
    const value = {
      list: [{ at: new Date(0), '1': undefined }, new Date(1), { '10': new Date(2), '9': undefined }],
    }
    const { stringify, handedOn } = output()
    expect(stringify(value)).toBe(superjson.stringify(value))
    expect(handedOn()).toBe(0)
  })

  const twice = { at: new Date(0) }
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const withHiddenMethod = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other' })
  const dateWithMethod = Object.assign(new Date(0), { toJSON: () => 'other' })
  const match = /(?<name>a)/.exec('a')
  class Point {
    x = 1
  }
  const foreign: [string, unknown][] = [
    ['an object that occurs twice', [twice, twice]],
    ['a date that occurs twice', { a: twice.at, b: twice.at }],
    ['a circle', circular],
    ['an instance of a class', new Point()],
    ['a boxed string', Object('boxed')],
    ['a typed array', new Uint8Array([1, 2])],
    ['an invalid date', new Date(Number.NaN)],
    ['an object with a hidden toJSON', withHiddenMethod],
    ['an object with a method', { method() {} }],
    ['an array with a hole', withHole()],
    ['an array with a hole and a key of its own', Object.assign(withHole(), { extra: 1 })],
    ['an array that ends in holes', new Array(3)],
    ['a match with its groups', match],
    ['a symbol', { symbol: Symbol('s') }],
    ['minus zero', [-0]],
    ['a bigint', 10n],
  ]
  it.each(foreign)('hands on %s', (_name, value) => {
    const { stringify, handedOn } = output()
    expect(stringify(value)).toBe(superjson.stringify(value))
    expect(handedOn()).toBe(1)
  })

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s as superjson does', (name) => {
    const value = Object.defineProperty({}, name, { value: 1, enumerable: true })
    expect(() => output().stringify(value)).toThrow(`Detected property ${name}`)
  })

  it('writes a date as itself, whatever toJSON it has', () => {
    const { stringify, handedOn } = output()
    expect(stringify([dateWithMethod])).toBe(superjson.stringify([dateWithMethod]))
    expect(handedOn()).toBe(0)
  })

  it('leaves the value as it was', () => {
    const value = { list: [new Date(0), undefined], deep: { at: new Date(1), none: undefined } }
    output().stringify(value)
    expect(value).toStrictEqual({
      list: [new Date(0), undefined],
      deep: { at: new Date(1), none: undefined },
    })
  })

  it('writes an object without a prototype, and one whose toJSON is data', () => {
    const bare: Record<string, unknown> = Object.create(null)
    bare.toJSON = 'data'
    const { stringify, handedOn } = output()
    expect(stringify(bare)).toBe(superjson.stringify(bare))
    expect(handedOn()).toBe(0)
  })

  it('is ready for the next value after one that threw', () => {
    const { stringify } = output()
    expect(() =>
      stringify(Object.defineProperty({}, 'constructor', { value: 1, enumerable: true })),
    ).toThrow()
    expect(stringify(twice)).toBe(superjson.stringify(twice))
    expect(stringify(twice)).toBe(superjson.stringify(twice))
  })
})

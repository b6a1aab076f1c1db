import fc from 'fast-check'
import superjson from 'superjson'
import { expect, test } from 'vitest'
import { transformer } from './transformer.ts'

const name = fc
  .stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/)
  .filter((key) => key !== 'constructor' && key !== 'prototype')
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.date({ noInvalidDate: true }),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

test('what superjson has written is read as superjson reads it', () => {
  fc.assert(
    fc.property(value, (sent) => {
      const overTheWire = () => JSON.parse(superjson.stringify(sent))
      expect(transformer.output.deserialize(overTheWire())).toEqual(superjson.deserialize(overTheWire()))
    }),
  )
})

test('what is written superjson reads', () => {
  for (const input of [undefined, null, 'text', { chatId: 'c', upTo: 3 }, { left: undefined, list: [1] }]) {
    const overTheWire = JSON.parse(JSON.stringify(transformer.input.serialize(input)))
    expect(superjson.deserialize(overTheWire)).toEqual(input)
  }
})

test.each([
  { json: { a: '1' }, meta: { values: { a: ['bigint'] } } },
  { json: {}, meta: { values: { a: ['Date'] } } },
  { json: { a: 1 }, meta: { values: { a: ['Date'] } } },
  { json: {}, meta: { values: { '__proto__.a': ['undefined'] } } },
  { json: { 'a.b': '' }, meta: { values: { 'a\\.b': ['undefined'] } } },
])('%j is refused', (written) => {
  expect(() => transformer.output.deserialize(written)).toThrow('The answer has')
})

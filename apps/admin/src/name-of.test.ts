import { expect, test } from 'vitest'
import { nameOf } from './name-of.ts'

const id = '01990000-0000-7000-8000-00000000beef'

test.each([
  ['a name', { name: 'Grace Hopper', email: 'grace@example.com' }, 'Grace Hopper'],
  ['an email alone', { name: null, email: 'grace@example.com' }, 'grace@example.com'],
  ['a blank name', { name: '  ', email: 'grace@example.com' }, 'grace@example.com'],
  ['neither', { name: null, email: null }, 'Visitor BEEF'],
])('somebody with %s', (_case, who, called) => {
  expect(nameOf({ id, ...who })).toBe(called)
})

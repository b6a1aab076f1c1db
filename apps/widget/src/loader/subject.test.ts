import { expect, test } from 'vitest'
import { subjectOf } from './subject.ts'

const jwt = (claims: unknown) => {
  const bytes = new TextEncoder().encode(JSON.stringify(claims))
  const payload = btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
  return `e30.${payload}.signature`
}

test('the subject is read, also beyond ASCII', () => {
  expect(subjectOf(jwt({ sub: 'user-1' }))).toBe('user-1')
  expect(subjectOf(jwt({ sub: 'Zoë ÿ 👩‍🚀' }))).toBe('Zoë ÿ 👩‍🚀')
})

test.each([
  '',
  'x',
  'a.b',
  'a.%%%.c',
  jwt(null),
  jwt({}),
  jwt({ sub: 7 }),
  jwt('sub'),
  jwt({ sub: 'half \ud83d' }),
])('%j names nobody', (bad) => {
  expect(subjectOf(bad)).toBeNull()
})

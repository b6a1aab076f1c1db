import { expect, test } from 'vitest'
import { isToPage, isToPanel, STORED_LIMIT } from './bridge.ts'

const start = { type: 'start', token: null, signed: false, open: true, outbox: null }

test.each([
  start,
  {
    ...start,
    token: 't',
    theme: { accent: '#0af', mode: 'dark' },
    title: 'Help',
    language: 'de',
    outbox: '{}',
  },
  { type: 'identity', jwt: 'a.b.c' },
  { type: 'identity', jwt: null },
  { type: 'visibility', open: false },
  { type: 'stored', key: 'outbox.1', value: '{}' },
  { type: 'stored', key: 'outbox.1', value: null },
])('the panel takes %j', (message) => {
  expect(isToPanel(message)).toBe(true)
  expect(isToPage(message)).toBe(false)
})

test.each([
  { type: 'ready' },
  { type: 'needIdentity' },
  { type: 'session', token: 'abc' },
  { type: 'session', token: null },
  { type: 'unread', count: 0 },
  { type: 'close' },
  { type: 'message' },
  { type: 'store', key: 'outbox:1', value: '[]' },
  { type: 'store', key: 'outbox:1', value: null },
])('the page takes %j', (message) => {
  expect(isToPage(message)).toBe(true)
  expect(isToPanel(message)).toBe(false)
})

test.each([
  null,
  'start',
  [],
  {},
  { type: 'constructor' },
  { type: '__proto__' },
  { type: 7 },
  { ...start, token: 7 },
  { ...start, open: 'yes' },
  { ...start, outbox: undefined },
  { ...start, theme: 'dark' },
  { ...start, theme: { mode: 'sepia' } },
  { type: 'identity' },
  { type: 'stored', key: 'has space', value: 'x' },
  { type: 'stored', key: 'k' },
  { type: 'visibility' },
])('the panel refuses %j', (message) => {
  expect(isToPanel(message)).toBe(false)
})

test.each([
  undefined,
  { type: 'session' },
  { type: 'session', token: '' },
  { type: 'unread', count: -1 },
  { type: 'unread', count: 1.5 },
  { type: 'unread', count: '1' },
  { type: 'store', key: '', value: 'x' },
  { type: 'store', key: 'has space', value: 'x' },
  { type: 'store', key: 'k', value: 7 },
])('the page refuses %j', (message) => {
  expect(isToPage(message)).toBe(false)
})

test('nobody can fill the page’s storage', () => {
  expect(isToPage({ type: 'store', key: 'k', value: 'x'.repeat(STORED_LIMIT + 1) })).toBe(false)
})

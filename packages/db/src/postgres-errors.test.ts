import { expect, test } from 'vitest'
import { isConnectionLost, isPoolExhausted, isTransient, READ_TIMEOUT } from './postgres-errors.ts'

const withCode = (code: string) => Object.assign(new Error(code), { code })
/** pg 8.23 gives these no code. */
const WORDS = {
  lost: [
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    READ_TIMEOUT,
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ],
  exhausted: 'timeout exceeded when trying to connect',
}

test.each(['08006', '08001', '57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'])(
  '%s is a lost connection, which a new one may cure',
  (code) => {
    expect(isConnectionLost(withCode(code))).toBe(true)
    expect(isTransient(withCode(code))).toBe(false)
  },
)

test.each(['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'])(
  '%s is a host that cannot be reached',
  (code) => expect(isConnectionLost(withCode(code))).toBe(true),
)

test.each(['53100', '53200', '53300', '40P01', '40001', '57014', '55P03'])(
  '%s is a refusal that passes by itself, and no lost connection',
  (code) => {
    expect(isTransient(withCode(code))).toBe(true)
    expect(isConnectionLost(withCode(code))).toBe(false)
  },
)

test.each(['23505', '22001', '42601', 'ENOENT', 'EACCES'])('%s is neither', (code) => {
  expect([isTransient(withCode(code)), isConnectionLost(withCode(code))]).toEqual([false, false])
})

test('what the driver says without a code is known by its words', () => {
  for (const words of WORDS.lost) expect(isConnectionLost(new Error(words)), words).toBe(true)
  expect(isPoolExhausted(new Error(WORDS.exhausted))).toBe(true)
  expect(isConnectionLost(new Error(WORDS.exhausted))).toBe(false)
  expect(isConnectionLost(new TypeError('x is not a function'))).toBe(false)
})

import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'
import { CallFault, faultOf } from './fault.ts'

const answered = (data: Record<string, unknown>) =>
  TRPCClientError.from({ error: { code: -32_600, message: 'no', data } })

test('a fault carries what the server said: code, reason, field and when to come back', () => {
  const data = {
    code: 'BAD_REQUEST',
    httpStatus: 400,
    path: 'chat.send',
    reason: 'content_blank',
    field: 'content',
  }
  expect(faultOf(answered(data))).toMatchObject({
    kind: 'refused',
    code: 'BAD_REQUEST',
    reason: 'content_blank',
    field: 'content',
    message: 'no',
    retryAfterMs: 0,
  })
  expect(faultOf(answered({ code: 'TOO_MANY_REQUESTS', httpStatus: 429, retryAfterMs: 700 }))).toMatchObject({
    kind: 'busy',
    reason: null,
    field: null,
    retryAfterMs: 700,
  })
})

test.each([
  new TypeError('Failed to fetch'),
  TRPCClientError.from(new Error('Unexpected token < in JSON')),
  answered({ status: 502 }),
  'thrown by a page',
])('what is not the word of the server is no answer: %s', (error) => {
  expect(faultOf(error)).toMatchObject({ kind: 'unanswered', code: null, retryAfterMs: 0 })
})

test('a fault stays itself', () => {
  const fault = new CallFault('NOT_FOUND', 'gone')
  expect(faultOf(fault)).toBe(fault)
})

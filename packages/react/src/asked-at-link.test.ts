import type { AppRouter } from '@acme/api'
import { createTRPCClient, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { expect, test } from 'vitest'
import { askedAtLink } from './asked-at-link.ts'

/** A server with an empty inbox that answers when it is told to. */
function emptyInbox() {
  const { promise, resolve: answer } = Promise.withResolvers<void>()
  const server: TRPCLink<AppRouter> = () => () =>
    observable((observer) => {
      void promise.then(() => {
        observer.next({ result: { type: 'data', data: { chats: [], nextCursor: null } } })
        observer.complete()
      })
    })
  const { admin } = createTRPCClient<AppRouter>({ links: [askedAtLink, server] })
  return { list: admin.chats.list, answer }
}

test('an answer tells when it was asked for, not when it came', async () => {
  const { list, answer } = emptyInbox()
  const before = performance.now()
  const asking = list.query({}, { context: { askedAt: true } })
  const asked = performance.now()
  answer()
  const { askedAt, ...rest } = { askedAt: 0, ...(await asking) }
  expect(rest).toEqual({ chats: [], nextCursor: null })
  expect(askedAt).toBeGreaterThanOrEqual(before)
  expect(askedAt).toBeLessThanOrEqual(asked)
})

test('other answers are left as they are, so that equal ones stay the same object in the cache', async () => {
  const { list, answer } = emptyInbox()
  answer()
  expect(await list.query({})).toEqual({ chats: [], nextCursor: null })
})

import { people } from '@acme/local'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../testing/stack.ts'
import { logIn, overSocket, signInAs } from '../testing/wire.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ env: { REPLY_EMAIL_DELAY: '1s' } })
})
afterAll(() => stack?.[Symbol.asyncDispose]())

test('a user writes, an admin sees it at once and answers, the user sees the answer, and unread it is mailed', async () => {
  const alice = await signInAs(stack)
  const sam = await logIn(stack)
  const chat = await alice.trpc.chat.get.query()
  using aliceSocket = overSocket(stack.url, alice.credentials)
  using samSocket = overSocket(stack.url, sam.credentials)

  const inbox = new Promise<string>((resolve, reject) => {
    samSocket.trpc.admin.onUserMessage.subscribe(undefined, {
      onStarted: () =>
        aliceSocket.trpc.chat.send
          .mutate({ chatId: chat.id, id: uuidv7(), content: 'Is anybody there?' })
          .catch(reject),
      onData: (event) => resolve(`${event.type}: ${event.chats[0]?.lastMessage?.preview}`),
      onError: reject,
    })
  })
  expect(await inbox).toBe('new_user_message: Is anybody there?')

  const answer = new Promise<string>((resolve, reject) => {
    aliceSocket.trpc.chat.onMessage.subscribe(
      { chatId: chat.id, lastEventId: `${chat.epoch}:1` },
      {
        onData: ({ data }) => {
          if (data.type === 'synced') {
            samSocket.trpc.chat.send
              .mutate({ chatId: chat.id, id: uuidv7(), content: 'Yes, Sam here.' })
              .catch(reject)
          }
          if (data.type === 'new_message') resolve(`${data.message.senderType}: ${data.message.content}`)
        },
        onError: reject,
      },
    )
  })
  expect(await answer).toBe('admin: Yes, Sam here.')

  const mail = await stack.mailbox.next(({ to }) => to.includes(people.alice.email), 15_000)
  expect(mail.text).toContain('Yes, Sam here.')
})

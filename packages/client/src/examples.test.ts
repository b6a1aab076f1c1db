import type { SupportMessage } from '@acme/api'
import { afterEach, expect, test, vi } from 'vitest'
import type { PendingMessage } from './conversation/snapshot.ts'
import { type Conversation, createSupportClient } from './index.ts'
import { FakeClock } from './testing/fake-clock.ts'
import { FakeServer } from './testing/fake-server.ts'
import { SharedStorage } from './testing/shared-storage.ts'
import { openTab } from './testing/tab.ts'

// The examples of the docstrings, word for word (.ci/examples.test.ts).

function talk(
  conversation: Conversation,
  paint: (messages: (SupportMessage | PendingMessage)[], isOnline: boolean) => void,
  notify: (text: string) => void,
) {
  const stop = conversation.subscribe(() => {
    const { messages, pending, connection } = conversation.getSnapshot()
    paint([...messages, ...pending], connection.type === 'online')
  })
  conversation.onIncoming(({ content }) => notify(content))

  conversation.setTyping(true)
  const id = conversation.send('Hello!')
  const written = conversation.getSnapshot().pending.find((message) => message.id === id)
  if (written?.failure?.retryable) conversation.retry(id)
  else if (written?.failure) conversation.discard(id)

  conversation.markRead()
  if (conversation.getSnapshot().hasEarlier) conversation.loadEarlier()
  if (conversation.getSnapshot().phase === 'failed') conversation.reload()

  stop()
  conversation.close()
}

function openClient() {
  const client = createSupportClient({
    url: 'https://support.example.com',
    session: {
      token: localStorage.getItem('support-session'),
      // A visitor; for a signed user, fetch an identity from your back end.
      identity: async () => null,
      onToken: (token) =>
        token === null
          ? localStorage.removeItem('support-session')
          : localStorage.setItem('support-session', token),
    },
  })
  client.conversation.send('Hello!')
  return client
}

afterEach(() => void vi.unstubAllGlobals())

test('a conversation as its docstring talks to it', async () => {
  const clock = new FakeClock()
  const server = new FakeServer(clock)
  const tab = openTab(server, clock, new SharedStorage(clock))
  await clock.advance(10)
  const painted: string[][] = []
  talk(
    tab.conversation,
    (messages) => painted.push(messages.map(({ content }) => content)),
    () => {},
  )
  await clock.advance(10)
  expect(painted.at(-1)).toEqual(['Hello!'])
  expect(server.log.map(({ content }) => content)).toEqual(['Hello!'])
  tab.close()
})

test('a client as its docstring makes it', () => {
  // There is no server at that address.
  vi.stubGlobal('fetch', () => new Promise(() => {}))
  vi.stubGlobal('localStorage', { getItem: () => null })
  const client = openClient()
  expect(client.conversation.getSnapshot()).toMatchObject({
    connection: { type: 'connecting' },
    pending: [{ content: 'Hello!', state: 'waiting' }],
  })
  client.close()
})

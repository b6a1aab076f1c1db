import { expect, test } from 'vitest'
import { memoryStorage } from '../platform/browser.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { ChatLog } from './chat-log.ts'
import { Outgoing } from './outgoing.ts'
import { personalPendingStore } from './pending-store.ts'
import { Receipts } from './receipts.ts'

test('P4 messages that a filled gap releases together are never seen both as pending and as part of the log', () => {
  const clock = new FakeClock()
  const never = () => new Promise<never>(() => {})
  const calls = () => ({ send: never, markRead: never, setTyping: never, history: never })
  const seenTwice: string[] = []
  const look = () => {
    const shown = new Set(log.chat?.timeline.messages.map(({ id }) => id))
    seenTwice.push(...outgoing.pending.filter(({ id }) => shown.has(id)).map(({ content }) => content))
  }
  const chatId = () => 'chat'
  const outgoing = new Outgoing({
    clock,
    pending: personalPendingStore({ storage: memoryStorage(), onChange: () => () => {}, token: null }),
    chatId,
    calls,
    onAnswer: () => {},
    onChange: look,
    onUnanswered: () => {},
  })
  const log: ChatLog = new ChatLog({
    outgoing,
    receipts: new Receipts('user', { clock, chatId, calls }),
    onIncoming: () => {},
    onGap: () => {},
    onContradiction: () => {},
    onApplied: look,
  })
  log.adopt({ id: 'chat', epoch: 'epoch', messages: [], lastSeq: 0, unreadCount: 0 })
  const [first = '', second = ''] = ['first', 'second', 'third'].map((text) => outgoing.send(text))
  const stored = (id: string, seq: number) => ({
    id,
    chatId: 'chat',
    seq,
    content: 'text',
    senderType: 'user' as const,
    senderName: null,
    readAt: null,
    createdAt: new Date(0),
  })
  log.apply(stored(second, 2))
  log.apply(stored(first, 1))
  expect(outgoing.pending.map(({ content }) => content)).toEqual(['third'])
  expect(seenTwice).toEqual([])
})

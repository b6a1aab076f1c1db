import { setImmediate as nextTurn } from 'node:timers/promises'
import { shareSurviving } from '@acme/local/testing'
import { followable, type Sink, unshare } from '@acme/socket/followable'
import { v7 as uuidv7 } from 'uuid'
import { expect, test } from 'vitest'
import type { CursoredEvent } from './chat/on-message.ts'
import type { SupportMessage } from './contract.ts'
import { stream } from './stream.ts'
import { createTracking } from './tracked-events.ts'
import { stringifyOutput } from './transformer.ts'

const EPOCH = uuidv7()
/** What one turn brings is alive when a collection comes in its middle. */
const MOST_SURVIVING = 0.05

function message(seq: number, content: string): SupportMessage {
  const of = { id: uuidv7(), chatId: EPOCH, senderType: 'user', senderName: null, readAt: null } as const
  return { ...of, seq, content, createdAt: new Date() }
}

function told(of: SupportMessage): CursoredEvent {
  return { cursor: `${EPOCH}:${of.seq}`, event: { type: 'new_message', message: of } }
}

/** Followers of the same chat, and what each of them was given. */
function follow(followers: number, take: (value: unknown) => void) {
  const track = createTracking()
  const sinks: Sink<CursoredEvent>[] = []
  const source = () =>
    stream<CursoredEvent>((sink) => {
      sinks.push(sink)
      return { resume: () => {}, stop: () => {} }
    }, new AbortController().signal)
  for (let n = 0; n < followers; n++) {
    track(source())[followable]({ writable: true, next: take, error: () => {}, complete: () => {} })
  }
  return (event: CursoredEvent) => {
    for (const sink of sinks) sink.next(event)
  }
}

test('what several followers are told of a message in one turn is one object, so that it is encoded once', () => {
  const given: unknown[] = []
  const tell = follow(3, (value) => given.push(value))
  tell(told(message(1, 'Hello')))
  tell(told(message(2, 'Hello')))
  expect(new Set(given).size).toBe(2)
  expect(given).toHaveLength(6)
})

test('P11 what followers are told is young garbage once it was encoded', async () => {
  const tell = follow(2, (value) => stringifyOutput(unshare(value)))
  const chat = async (messages: number) => {
    for (let seq = 1; seq <= messages; seq++) {
      tell(told(message(seq, `${seq} ${'x'.repeat(4_000)}`.slice(0, 4_000))))
      if (seq % 10 === 0) await nextTurn()
    }
  }
  await chat(1_000)
  expect(await shareSurviving(() => chat(20_000))).toBeLessThan(MOST_SURVIVING)
})

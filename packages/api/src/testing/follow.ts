import type { AdminNotificationMessage, ChatActivity, ChatChannelMessage } from '../contract.ts'
import type { Member } from '../identity/caller.ts'
import type { Fixture } from './fixture.ts'

/** Somebody who reads a subscription, as the socket does, and keeps what came. */
export interface Reading<Event> extends AsyncDisposable {
  readonly events: Event[]
  /** Resolves as soon as what came fulfils it; rejects with what came when it does not in time. */
  until: (fulfilled: (events: readonly Event[]) => boolean, timeoutMs?: number) => Promise<void>
  /** Rejects with the error that ended it. */
  readonly ended: Promise<void>
  stop: () => Promise<void>
}

/** Holds a reader back after each event, as a socket does that is not read. */
export type Drained = (signal: AbortSignal) => Promise<void>

/** Reads until it is stopped. */
function read<Event>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Event>>,
  drained: Drained = async () => {},
): Reading<Event> {
  const events: Event[] = []
  const gone = new AbortController()
  let news = Promise.withResolvers<void>()
  const run = async () => {
    const iterator = (await open(gone.signal))[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await iterator.next()
        if (next.done) return
        events.push(next.value)
        news.resolve()
        news = Promise.withResolvers()
        await drained(gone.signal)
      }
    } finally {
      await iterator.return?.()
    }
  }
  const ended = run()
  // Whoever cares awaits it.
  ended.catch(() => {})
  const stop = async () => {
    gone.abort()
    await ended
  }
  return {
    events,
    ended,
    stop,
    async until(fulfilled, timeoutMs = 10_000) {
      const late = Promise.withResolvers<void>()
      const timer = setTimeout(() => late.resolve(), timeoutMs)
      let inTime = true
      late.promise.then(() => {
        inTime = false
      })
      while (!fulfilled(events)) {
        await Promise.race([news.promise, ended, late.promise])
        if (!inTime && !fulfilled(events)) {
          throw new Error(
            `Not within ${timeoutMs} ms. Last of ${events.length}: ${JSON.stringify(events.slice(-3))}`,
          )
        }
      }
      clearTimeout(timer)
    },
    [Symbol.asyncDispose]: () => stop().catch(() => {}),
  }
}

export interface MessageReading extends Reading<{ cursor: string; event: ChatChannelMessage }> {
  seqs: () => number[]
  untilSeq: (seq: number) => Promise<void>
}

/** Follows a chat's messages through the router. */
export function readMessages(
  f: Fixture,
  caller: Member,
  input: { chatId: string; lastEventId?: string },
  drained: Drained = async () => {},
): MessageReading {
  const reading = read(async (signal) => {
    const tracked = await f.over(caller, signal).chat.onMessage(input)
    return (async function* () {
      for await (const envelope of tracked) {
        const event = unwrap(envelope)
        yield event
        if (event.event.type === 'new_message') await drained(signal)
      }
    })()
  })
  const seqs = () =>
    reading.events.flatMap(({ event }) => (event.type === 'new_message' ? [event.message.seq] : []))
  return {
    ...reading,
    seqs,
    untilSeq: (seq) =>
      reading.until((events) => {
        const last = events.at(-1)?.event
        return last?.type === 'new_message' ? last.message.seq >= seq : (last?.lastSeq ?? -1) >= seq
      }),
  }
}

/** What `tracked` makes; its type tells what the client sees of it. */
function unwrap(envelope: unknown): { cursor: string; event: ChatChannelMessage } {
  const [cursor, event]: unknown[] = Array.isArray(envelope) ? envelope : []
  if (typeof cursor !== 'string' || !isEvent(event)) throw new Error('An event of a chat was not tracked')
  return { cursor, event }
}

function isEvent(value: unknown): value is ChatChannelMessage {
  return typeof value === 'object' && value !== null && 'type' in value
}

export function readActivity(f: Fixture, caller: Member, chatId: string): Reading<ChatActivity> {
  return read((signal) => f.over(caller, signal).chat.onActivity({ chatId }))
}

export function readInbox(f: Fixture, caller: Member, drained?: Drained): Reading<AdminNotificationMessage> {
  return read((signal) => f.over(caller, signal).admin.onUserMessage(), drained)
}

/** n, n+1 … m. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n)
}

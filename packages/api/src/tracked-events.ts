import { type Following, followable, type Shared, type Sink, share, unshare } from '@acme/socket/followable'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { CursoredEvent } from './chat/on-message.ts'
import type { ChatChannelMessage, SupportMessage } from './contract.ts'
import type { Stream } from './stream.ts'

type Tracked = TrackedEnvelope<ChatChannelMessage>

/**
 * Makes of each event a tracked one: a single untracked event would erase the client's resume id. What many followers
 * get of the same message is one object, so that it is encoded once.
 */
export function createTracking(): (events: Stream<CursoredEvent>) => Stream<Tracked> {
  // Who gets the same message gets it in the same turn of the event loop. It is no WeakMap: a collection of young objects
  // takes what stands in one for alive, so that every message with its encodings would stay until a full collection.
  let sharedOf = new Map<SupportMessage, { cursor: string; shared: Shared<Tracked> }>()
  const forget = () => {
    sharedOf = new Map()
  }

  function shareOf({ cursor, event }: CursoredEvent): Tracked | Shared<Tracked> {
    if (event.type !== 'new_message') return tracked(cursor, event)
    const known = sharedOf.get(event.message)
    // The same message under another cursor is of another epoch.
    if (known?.cursor === cursor) return known.shared
    const shared = share(tracked(cursor, event))
    if (sharedOf.size === 0) setImmediate(forget)
    sharedOf.set(event.message, { cursor, shared })
    return shared
  }

  return (events) => ({
    [followable]: (sink): Following => events[followable](new TrackingSink(sink, shareOf)),
    async *[Symbol.asyncIterator]() {
      for await (const { cursor, event } of events) yield tracked(cursor, event)
    },
  })
}

class TrackingSink implements Sink<CursoredEvent> {
  readonly #sink: Sink<Tracked>
  readonly #track: (event: CursoredEvent) => Tracked | Shared<Tracked>

  constructor(sink: Sink<Tracked>, track: (event: CursoredEvent) => Tracked | Shared<Tracked>) {
    this.#sink = sink
    this.#track = track
  }

  get writable(): boolean {
    return this.#sink.writable
  }

  next(event: CursoredEvent | Shared<CursoredEvent>): void {
    this.#sink.next(this.#track(unshare(event)))
  }

  error(cause: unknown): void {
    this.#sink.error(cause)
  }

  complete(): void {
    this.#sink.complete()
  }
}

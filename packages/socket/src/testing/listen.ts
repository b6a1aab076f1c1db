import type { TRPCClientError, TRPCUntypedClient } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'

export interface Heard {
  /** Everything a subscriber is told, in order: data as it came, the rest by its name. */
  events: unknown[]
  stop: () => void
  /** Resolves when there are so many events. */
  until: (count: number) => Promise<unknown[]>
  /** Resolves when `done` says so of the events. */
  when: (done: (events: unknown[]) => boolean) => Promise<unknown[]>
}

/** Subscribes with a stock client. */
export function listen(client: TRPCUntypedClient<AnyTRPCRouter>, path: string, input?: unknown): Heard {
  const events: unknown[] = []
  const waiting = new Set<() => void>()
  const tell = (event: unknown) => {
    events.push(event)
    for (const check of waiting) check()
  }
  const { unsubscribe } = client.subscription(path, input, {
    onStarted: () => tell('started'),
    onData: tell,
    onError: (error: TRPCClientError<AnyTRPCRouter>) => tell({ error: error.message, shape: error.shape }),
    onStopped: () => tell('stopped'),
    onComplete: () => tell('complete'),
  })
  const when = (done: (events: unknown[]) => boolean): Promise<unknown[]> =>
    new Promise((resolve) => {
      const check = () => {
        if (!done(events)) return
        waiting.delete(check)
        resolve([...events])
      }
      waiting.add(check)
      check()
    })
  return { events, stop: unsubscribe, when, until: (count) => when(() => events.length >= count) }
}

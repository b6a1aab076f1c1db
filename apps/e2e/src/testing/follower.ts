import type { SupportMessage } from '@acme/api'
import type { SocketClient } from './wire.ts'

export interface Follower {
  /** In order of arrival; nothing is sorted or left out. */
  readonly heard: SupportMessage[]
  readonly resets: number
  /** Resolves once it has caught up for the first time. */
  synced: Promise<void>
  /** Resolves when `count` messages have arrived. */
  reached: (count: number, withinMs?: number) => Promise<void>
  stop: () => void
}

/** Follows a chat with tRPC's own client, which resumes by the id of the last tracked event. */
export function follow({ trpc }: SocketClient, chatId: string, lastEventId?: string): Follower {
  const heard: SupportMessage[] = []
  const waiting = new Set<() => void>()
  let resets = 0
  let isSynced = () => {}
  const synced = new Promise<void>((resolve) => {
    isSynced = resolve
  })
  const subscription = trpc.chat.onMessage.subscribe(
    { chatId, ...(lastEventId !== undefined && { lastEventId }) },
    {
      onData: ({ data }) => {
        if (data.type === 'new_message') heard.push(data.message)
        else if (data.type === 'reset') resets += 1
        else isSynced()
        for (const look of waiting) look()
      },
      onError: () => {},
    },
  )
  return {
    heard,
    get resets() {
      return resets
    },
    synced,
    reached: (count, withinMs = 20_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${heard.length} of ${count} messages after ${withinMs} ms`)),
          withinMs,
        )
        const look = () => {
          if (heard.length < count) return
          waiting.delete(look)
          clearTimeout(late)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    stop: () => subscription.unsubscribe(),
  }
}

/** 1, 2, 3 … as everybody must have heard them. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1)
}

import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { type Chat, type Group, settle } from './group.ts'

const CONTENT =
  'A message of about a hundred characters, as people write them when something is not as it was.'

/** What was seen of one server in one phase. */
export interface Sample {
  messages: number
  /** Until the last of them was acknowledged. */
  seconds: number
  /** From sending to arrival at the other party, by the load's own clock. */
  latenciesMs: Float64Array
  /** How late the load itself was with its sends. */
  lateMs: Float64Array
  /** Frames that the agents were given. */
  inboxFrames: number
}

export interface Traffic {
  group: Group
  ms: number
  /** Ends it earlier. */
  signal: AbortSignal
}

/**
 * So many messages under way at once for so long. Each of the senders has chats of its own and waits for an
 * acknowledgement before it sends again, so that the order within a chat is known.
 */
export function closedLoop({ inFlight, ...traffic }: Traffic & { inFlight: number }): Promise<Sample> {
  const { group, ms, signal } = traffic
  return measure(group, async (send) => {
    const until = performance.now() + ms
    const senders = Math.min(inFlight, group.chats.length)
    await Promise.all(
      Array.from({ length: senders }, async (_, sender) => {
        for (let n = sender; performance.now() < until && !signal.aborted; n += senders) {
          if (n >= group.chats.length) n = sender
          await send(n, 0)
        }
      }),
    )
  })
}

/** So many messages per second whatever the answers do, at random moments, as people come; each in the next chat. */
export function openLoop({ perSecond, ...traffic }: Traffic & { perSecond: number }): Promise<Sample> {
  const { group, ms, signal } = traffic
  return measure(group, async (send) => {
    const begun = performance.now()
    const sends: Promise<void>[] = []
    let due = begun
    while (due < begun + ms && !signal.aborted) {
      const now = performance.now()
      if (due > now) {
        await sleep(due - now)
        continue
      }
      sends.push(send(sends.length % group.chats.length, now - due))
      // Gaps between independent events are exponential.
      due += (-Math.log(1 - Math.random()) * 1000) / perSecond
    }
    await Promise.all(sends)
  })
}

type Send = (chat: number, lateMs: number) => Promise<void>

async function measure(group: Group, run: (send: Send) => Promise<void>): Promise<Sample> {
  const latenciesMs: number[] = []
  const lateMs: number[] = []
  const stored = new Map<string, () => void>()
  const framesBefore = group.inboxFrames
  group.onSeen = (latencyMs) => latenciesMs.push(latencyMs)
  group.onStored = (id) => {
    stored.get(id)?.()
    stored.delete(id)
  }
  const begun = performance.now()
  await run((n, late) => {
    const chat = group.chats[n]
    if (!chat) throw new Error(`There is no chat ${n}`)
    lateMs.push(late)
    const id = uuidv7()
    const acknowledged = new Promise<void>((resolve) => stored.set(id, resolve))
    sendIn(chat, id, group)
    return acknowledged
  })
  const seconds = (performance.now() - begun) / 1000
  await settle(group)
  return {
    messages: lateMs.length,
    seconds,
    latenciesMs: Float64Array.from(latenciesMs),
    lateMs: Float64Array.from(lateMs),
    inboxFrames: group.inboxFrames - framesBefore,
  }
}

/** The parties take turns. */
function sendIn(chat: Chat, id: string, { ledger }: Group): void {
  const sender = chat.parties[chat.sends % 2 === 0 ? 0 : 1]
  chat.sends += 1
  ledger.sent(id, { sender, viewers: chat.parties.length, sentAt: performance.now() })
  sender.send(chat.sends, id, CONTENT)
}

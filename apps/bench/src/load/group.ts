import { setTimeout as sleep } from 'node:timers/promises'
import type { Dialect, Person } from './dialect.ts'
import { Follower } from './follower.ts'
import { Ledger } from './ledger.ts'
import { loopbackAddress } from './loopback-address.ts'
import { type ClientSocket, openSocket } from './socket.ts'

/** A chat that the load writes to: both parties follow it, each on a socket of its own, and send in turns. */
export interface Chat {
  parties: readonly [Follower, Follower]
  sends: number
}

export interface Group {
  ledger: Ledger
  chats: Chat[]
  /** Those who only listen. */
  followers: Follower[]
  inboxes: ClientSocket[]
  inboxFrames: number
  /** Subscriptions that the server asked to come back later. */
  busyAnswers: number
  /** Told of every message that the other party has seen. */
  onSeen: (latencyMs: number) => void
  onStored: (id: string) => void
  /** How long what is under way may take to be acknowledged and seen before it counts as lost. */
  settleWithinMs: number
  /** What a follower that lost its socket does; it is a fault unless a scenario says otherwise. */
  onLost: (follower: Follower, why: string) => void
}

const OPENED_AT_ONCE = 50
const OPENING_ATTEMPTS = 5

/** Everybody whom one process of the load plays towards one server. */
export function createGroup({ settleWithinMs = 20_000 } = {}): Group {
  return {
    settleWithinMs,
    ledger: new Ledger(),
    chats: [],
    followers: [],
    inboxes: [],
    inboxFrames: 0,
    busyAnswers: 0,
    onSeen: () => {},
    onStored: () => {},
    onLost: (_follower, why) => {
      throw new Error(`The server closed a socket: ${why}`)
    },
  }
}

export interface Joining {
  dialect: Dialect
  port: number
  people: readonly Person[]
}

/** Opens both parties' sockets of each person's chat. */
export async function joinChats(group: Group, { people, ...rest }: Joining): Promise<void> {
  await openMany(people, async (person, n) => {
    const chat: Chat = { parties: [party(), party()], sends: 0 }
    await Promise.all(chat.parties.map((each) => openPatiently(each)))
    group.chats.push(chat)

    function party(): Follower {
      const follower: Follower = new Follower({
        ...rest,
        person,
        from: loopbackAddress(n),
        after: 0,
        ledger: group.ledger,
        onMessage: ({ id, seq }) => {
          const sentAt = group.ledger.seen(id, seq, follower)
          if (sentAt !== null) group.onSeen(performance.now() - sentAt)
        },
        onStored: ({ id, seq }) => {
          group.ledger.stored(id, seq)
          group.onStored(id)
        },
        onBusy: () => void group.busyAnswers++,
        onLost: (why) => group.onLost(follower, why),
      })
      return follower
    }
  })
}

/** Opens one listening socket per person, behind `after`. */
export async function joinFollowers(group: Group, joining: Joining & { after: number }): Promise<void> {
  const { people, ...rest } = joining
  const offset = group.followers.length
  await openMany(people, async (person, n) => {
    const from = loopbackAddress(offset + n)
    const follower: Follower = new Follower({
      ...rest,
      person,
      from,
      ledger: group.ledger,
      onBusy: () => void group.busyAnswers++,
      onLost: (why) => group.onLost(follower, why),
    })
    await openPatiently(follower)
    group.followers.push(follower)
  })
}

/** Opens agents' sockets that hear of every chat. */
export async function joinInbox(group: Group, { dialect, port }: Omit<Joining, 'people'>, count: number) {
  for (let n = 0; n < count; n++) {
    const { path, headers, frames } = dialect.hearInbox()
    const socket: ClientSocket = await openSocket({
      port,
      path,
      headers,
      from: null,
      onText: (text) => {
        if (text === 'PING') return socket.send('PONG')
        if (text.slice(0, 200).includes('"error"'))
          group.ledger.fault(`The inbox was refused: ${text.slice(0, 300)}`)
        group.inboxFrames += 1
      },
      onClose: (why) => {
        throw new Error(`The server closed an agent's socket: ${why}`)
      },
    })
    for (const frame of frames) socket.send(frame)
    group.inboxes.push(socket)
  }
}

/** Closes every socket in order and forgets them. */
export async function leave(group: Group): Promise<void> {
  const followers = [...group.followers.splice(0), ...group.chats.splice(0).flatMap(({ parties }) => parties)]
  await Promise.all([...followers, ...group.inboxes.splice(0)].map((each) => each.close()))
}

/** To get going; how well a server opens many at once is what a storm measures. */
async function openPatiently(follower: Follower): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await follower.open()
    } catch (error) {
      if (attempt === OPENING_ATTEMPTS) throw error
      await sleep(attempt * 1_000)
    }
  }
}

async function openMany<T>(all: readonly T[], open: (one: T, n: number) => Promise<void>): Promise<void> {
  let next = 0
  const openNext = async () => {
    while (next < all.length) {
      const n = next++
      const one = all[n]
      if (one !== undefined) await open(one, n)
    }
  }
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openNext))
}

/** Waits until nothing is under way. @throws Error with what the ledger found to be wrong */
export async function settle({ ledger, settleWithinMs }: Group): Promise<void> {
  const deadline = performance.now() + settleWithinMs
  while (!ledger.settled && performance.now() < deadline) await sleep(2)
  ledger.verify()
}

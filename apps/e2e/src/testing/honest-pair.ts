import { v7 as uuidv7 } from 'uuid'
import { follow } from './follower.ts'
import type { Stack } from './stack.ts'
import { logIn, overSocket, signInAs, somebody } from './wire.ts'

/** A user and an agent who talk to each other while others do what they like. */
export interface HonestPair extends Disposable {
  readonly chatId: string
  /** Sends messages from one to the other, one after the other; how long each took to be seen, in milliseconds. */
  talk: (count: number) => Promise<number[]>
}

export async function honestPair(stack: Stack): Promise<HonestPair> {
  const [user, agent] = await Promise.all([signInAs(stack, somebody('honest')), logIn(stack)])
  const { id: chatId, epoch } = await user.trpc.chat.get.query()
  const url = stack.servers[0]?.url ?? stack.url
  const sockets = [overSocket(url, user.credentials), overSocket(url, agent.credentials)]
  const followers = sockets.map((socket) => follow(socket, chatId, `${epoch}:0`))
  await Promise.all(followers.map(({ synced }) => synced))
  let sent = 0
  return {
    chatId,
    async talk(count) {
      const took: number[] = []
      for (let n = 0; n < count; n++) {
        // The agent is the same person in every pair: most are the user's.
        const from = sent % 4 === 0 ? 1 : 0
        sent += 1
        const begun = performance.now()
        await Promise.all([
          sockets[from]?.trpc.chat.send.mutate({ chatId, id: uuidv7(), content: `Message ${sent}` }),
          followers[1 - from]?.reached(sent, 60_000),
        ])
        took.push(performance.now() - begun)
      }
      return took
    },
    [Symbol.dispose]() {
      for (const follower of followers) follower.stop()
      for (const socket of sockets) socket[Symbol.dispose]()
    },
  }
}

/** Of all that took so long, what 99 of 100 stayed under. */
export function p99(took: readonly number[]): number {
  const sorted = took.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY
}

import type { FloodName } from './commands.ts'
import type { Count, Flooder, Target } from './flooder.ts'
import { post } from './post.ts'
import { frames, strangers } from './socket-flooders.ts'

const STEP_EVERY_MS = 100
/** So many steps of each, and it has begun in earnest. */
const BEGUN_STEPS = 3

/** What one visitor, or a stranger from one address, may do at worst: so many at once, a step each every 100 ms. */
const floods: Record<FloodName, { of: number; flooder: (target: Target, count: Count) => Flooder }> = {
  calls: {
    of: 20,
    flooder: (target, count) =>
      frames(target, count, () => list(100, (id) => [query(id, 'chat.unread', null)])),
  },
  subscriptions: {
    of: 20,
    flooder: (target, count) =>
      frames(target, count, () =>
        list(25, (id) => [subscription(id, target), { id, method: 'subscription.stop' }]),
      ),
  },
  history: {
    of: 20,
    flooder: (target, count) => {
      const input = { chatId: target.attacker.chatId, before: 3_000, limit: 100 }
      return frames(target, count, () => list(50, (id) => [query(id, 'chat.history', input)]))
    },
  },
  resuming: {
    of: 20,
    flooder: (target, count) =>
      frames(target, count, () => list(8, (id) => [subscription(id, target, 0)]), { isCut: true }),
  },
  strangers: { of: 50, flooder: strangers },
  sessions: { of: 50, flooder: posts('session.start', () => ({})) },
  logIns: {
    of: 50,
    flooder: posts('admin.session.logIn', () => ({
      email: 'agent@support.example',
      password: 'not the password',
    })),
  },
  uploads: {
    of: 50,
    flooder: posts('chat.send', ({ chatId }) => ({ chatId, content: 'x'.repeat(60 * 1024) })),
  },
}

/** Begins a flood; `begun` resolves when it has in earnest. */
export function startFlood(name: FloodName, target: Target) {
  const { of, flooder } = floods[name]
  const count: Count = { sent: 0, refused: 0 }
  const begun = Promise.withResolvers<void>()
  let isOver = false
  let steps = 0
  const all = Array.from({ length: of }, async () => {
    const { step, end } = flooder(target, count)
    while (!isOver) {
      await step()
      steps += 1
      if (steps >= of * BEGUN_STEPS) begun.resolve()
      await new Promise((resolve) => setTimeout(resolve, STEP_EVERY_MS))
    }
    end()
  })
  return {
    begun: begun.promise,
    async end(): Promise<Count> {
      isOver = true
      await Promise.all(all)
      return count
    },
  }
}

function posts(path: string, inputOf: (attacker: Target['attacker']) => unknown) {
  return ({ port, attacker }: Target, count: Count): Flooder => ({
    end() {},
    async step() {
      const body = JSON.stringify({ json: inputOf(attacker) })
      const headers = { authorization: `Bearer ${attacker.token}` }
      count.sent += 1
      const served = await post({ port, path: `/trpc/${path}`, body, headers }).catch(() => null)
      if (served?.status !== 200) count.refused += 1
    },
  })
}

function list(count: number, messages: (id: number) => readonly unknown[]): string {
  return JSON.stringify(Array.from({ length: count }, (_, id) => messages(id)).flat())
}

function query(id: number, path: string, input: unknown) {
  return { id, method: 'query', params: { path, input: { json: input } } }
}

function subscription(id: number, { attacker: { chatId }, epoch }: Target, after?: number) {
  const input = { chatId, ...(after !== undefined && { lastEventId: `${epoch}:${after}` }) }
  return { id, method: 'subscription', params: { path: 'chat.onMessage', input: { json: input } } }
}

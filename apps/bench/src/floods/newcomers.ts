import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { loopbackAddress } from '../load/loopback-address.ts'
import { openSocket } from '../load/socket.ts'
import { post } from './post.ts'

const ANSWERED_WITHIN_MS = 10_000
const EVERY_MS = 100

const session = z.object({ result: z.object({ data: z.object({ json: z.object({ token: z.string() }) }) }) })

/**
 * Lets newcomers arrive until the end: ten a second at most, for more would be a flood of their own. Each comes
 * from an address of its own from `from` on: one address may start sixty sessions in a minute.
 */
export function startNewcomers({ port, from }: { port: number; from: number }) {
  let address = from
  const tookMs: number[] = []
  const failures: string[] = []
  let isOver = false
  const done = arriveAgainAndAgain()
  return {
    async end() {
      isOver = true
      await done
      return { tookMs: Float64Array.from(tookMs), failures, next: address }
    },
  }

  async function arriveAgainAndAgain(): Promise<void> {
    while (!isOver) {
      const begun = performance.now()
      const next = sleep(EVERY_MS)
      try {
        await arrive(port, loopbackAddress(address++))
        tookMs.push(performance.now() - begun)
      } catch (error) {
        failures.push(String(error))
      }
      await next
    }
  }
}

/** A session over HTTP, a socket with it, and the chat over that. */
async function arrive(port: number, from: string | null): Promise<void> {
  const { status, text } = await post({ port, path: '/trpc/session.start', body: '{"json":{}}', from })
  if (status !== 200) throw new Error(`session.start: ${status} ${text.slice(0, 200)}`)
  const { token } = session.parse(JSON.parse(text)).result.data.json
  const answered = Promise.withResolvers<string>()
  const late = setTimeout(() => answered.reject(new Error('No chat within 10 s')), ANSWERED_WITHIN_MS)
  const socket = await openSocket({
    port,
    path: '/trpc?connectionParams=1',
    headers: {},
    from,
    onText: answered.resolve,
    onClose: (why) => answered.reject(new Error(why)),
  })
  try {
    socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }))
    socket.send(
      JSON.stringify({ id: 1, method: 'query', params: { path: 'chat.get', input: { json: null } } }),
    )
    const answer = await answered.promise
    if (!answer.includes('"lastSeq"')) throw new Error(`chat.get: ${answer.slice(0, 200)}`)
  } finally {
    clearTimeout(late)
    socket.cut()
  }
}

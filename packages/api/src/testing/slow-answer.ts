import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface SlowDatabase extends AsyncDisposable {
  /** The same database, through a proxy. */
  readonly url: string
  /**
   * Holds back the answer to the next query whose text contains `text`; other connections go on. `asked` resolves
   * once the database has answered.
   */
  holdAnswerTo(text: string): { answered: Promise<void>; release: () => void }
}

interface Held {
  text: string
  answered: () => void
  released: Promise<void>
}

/** A proxy to Postgres that makes a single answer late. */
export async function slowDatabase(databaseUrl: string): Promise<SlowDatabase> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let planned: Held | null = null

  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname)
    let held: Held | null = null
    client.on('data', (chunk) => {
      if (planned && chunk.includes(planned.text)) {
        held = planned
        planned = null
      }
      database.write(chunk)
    })
    database.on('data', (chunk) => {
      const late = held
      if (!late) return void client.write(chunk)
      held = null
      late.answered()
      database.pause()
      late.released.then(() => {
        client.write(chunk)
        database.resume()
      })
    })
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy got no TCP port.')
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${address.port}`

  return {
    url: url.href,
    holdAnswerTo(text) {
      const answered = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      planned = { text, answered: answered.resolve, released: released.promise }
      return { answered: answered.promise, release: released.resolve }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

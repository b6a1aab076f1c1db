import { WebSocket } from 'ws'
import { startChild } from './child.ts'
import { Answers, type Pair, type Target } from './target.ts'

export async function bareTarget(
  databaseUrl: string,
  port: number,
  chatIds: readonly string[],
): Promise<Target> {
  const child = await startChild('bare-server.ts', { DATABASE_URL: databaseUrl, PORT: String(port) })
  const open = () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
      socket.once('open', () => resolve(socket)).once('error', reject)
    })
  const pairs: Pair[] = []
  const sockets: WebSocket[] = []
  for (const chatId of chatIds) {
    const [sender, follower] = [await open(), await open()]
    sockets.push(sender, follower)
    const answers = new Answers()
    let seen = (_id: string) => {}
    sender.on('message', (data) => answers.came(JSON.parse(String(data)).stored))
    follower.on('message', (data) => {
      const { message } = JSON.parse(String(data))
      if (message) seen(message.id)
    })
    follower.send(JSON.stringify({ follow: chatId }))
    pairs.push({
      send: (id, content) => {
        sender.send(JSON.stringify({ chatId, id, content }))
        return answers.wait(id)
      },
      onSeen: (listener) => {
        seen = listener
      },
    })
  }
  return {
    name: 'bare',
    pid: child.pid,
    pairs,
    close: async () => {
      for (const socket of sockets) socket.terminate()
      await child.stop()
    },
  }
}

import { type Chat, prepareChats } from './chats.ts'
import { Answers, makeMany, openSocket, type Pair, type Target } from './target.ts'

export interface BareTargetOptions {
  pid: number
  port: number
  databaseUrl: string
  chats: number
}

/** The hand-written server, spoken to in its own frames. */
export async function bareTarget({ pid, port, databaseUrl, chats }: BareTargetOptions): Promise<Target> {
  const prepared = await prepareChats(databaseUrl, chats)
  const pairs = await makeMany(chats, async (n) => openPair(`ws://127.0.0.1:${port}`, prepared[n]))
  return { name: 'bare', pid, pairs }
}

async function openPair(url: string, chat: Chat | undefined): Promise<Pair> {
  const chatId = chat?.id
  const [sender, follower] = await Promise.all([openSocket(url), openSocket(url)])
  const answers = new Answers()
  let seen = (_id: string) => {}
  sender.on('message', (data) => answers.came(JSON.parse(String(data)).stored))
  const following = answers.wait('following')
  follower.on('message', (data) => {
    const { message } = JSON.parse(String(data))
    if (message) seen(message.id)
    else answers.came('following')
  })
  follower.send(JSON.stringify({ follow: chatId }))
  await following
  return {
    send: (id, content) => {
      const stored = answers.wait(id)
      sender.send(JSON.stringify({ chatId, id, content }))
      return stored
    },
    onSeen: (listener) => {
      seen = listener
    },
  }
}

import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { serveParent } from '../processes/serve-parent.ts'

export interface NewMessage {
  id: string
  chatId: string
  content: string
}

export interface Message extends NewMessage {
  seq: number
  createdAt: Date
}

/** What the two hand-written servers do differently. */
export interface BareOptions {
  store: (message: NewMessage) => Promise<Message>
  /** The chat's messages behind `after`, in order. */
  missed: (chatId: string, after: number) => Promise<Message[]>
  /** How often each peer is asked for a sign of life; null never asks. */
  keepAliveMs: number | null
}

/**
 * What one would write by hand with ws: stores durably, tells the others in the chat and whoever hears the inbox, and
 * sends what was missed. No identity, no limits, no back-pressure, no types; a message stored while somebody resumes
 * may reach them twice.
 */
export function serveBare({ store, missed, keepAliveMs }: BareOptions): void {
  const { PORT } = z.object({ PORT: z.coerce.number() }).parse(process.env)
  const followers = new Map<string, Set<WebSocket>>()
  const inboxes = new Set<WebSocket>()
  const server = createServer((_request, response) => response.end('ok'))
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })

  sockets.on('connection', (socket) => {
    let following = ''
    socket.on('message', async (data) => {
      const text = String(data)
      if (text === 'PONG') return void silent.delete(socket)
      const frame = JSON.parse(text)
      if (frame.inbox) return void inboxes.add(socket)
      if (frame.follow) {
        following = frame.follow
        followers.set(following, (followers.get(following) ?? new Set()).add(socket))
        for (const message of await missed(following, frame.after)) socket.send(JSON.stringify({ message }))
        return socket.send('{"following":true}')
      }
      const message = await store(frame)
      const told = JSON.stringify({ message })
      socket.send(JSON.stringify({ stored: message.id, seq: message.seq }))
      for (const follower of followers.get(message.chatId) ?? []) follower.send(told)
      for (const inbox of inboxes) inbox.send(told)
    })
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      inboxes.delete(socket)
      silent.delete(socket)
      const others = followers.get(following)
      if (others?.delete(socket) && others.size === 0) followers.delete(following)
    })
  })

  /** Those who have not answered since they were asked. */
  const silent = new Set<WebSocket>()
  if (keepAliveMs !== null) {
    setInterval(() => {
      for (const socket of silent) socket.terminate()
      for (const socket of sockets.clients) {
        silent.add(socket)
        socket.send('PING')
      }
    }, keepAliveMs)
  }
  server.listen(PORT, '127.0.0.1', () => serveParent())
}

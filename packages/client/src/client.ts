import type { AdminNotificationMessage, AdminSupportChat } from '@acme/api'
import { Connection } from './connection/connection.ts'
import { faultOf } from './connection/fault.ts'
import { keepSubscribed } from './connection/resubscribe.ts'
import {
  cookieSession,
  type Session,
  type SessionSource,
  tokenSession,
  withSession,
} from './connection/session.ts'
import { httpClient, openLinkTo, wireOver } from './connection/trpc.ts'
import type { Calls } from './connection/wire.ts'
import { BackgroundSender } from './conversation/background-sender.ts'
import { Conversation } from './conversation/conversation.ts'
import { adminPendingStore, sharedPendingStore, type UserPendingStore } from './conversation/pending-store.ts'
import { type Browser, defaultBrowser } from './platform/browser.ts'
import { systemClock } from './platform/clock.ts'

export interface SupportClientOptions {
  /** Where the server is, as `https://support.example.com`; '' for the page's own origin. */
  url: string
  session: SessionSource
  /** A language tag (BCP 47): emails to the user are written in it, where the server has it. */
  language?: string
  /**
   * Keeps what was written and not sent. By default that is the browser's storage, for whoever holds the session, and
   * memory where storage is blocked.
   */
  pending?: UserPendingStore
  browser?: Browser
}

export interface SupportClient {
  readonly conversation: Conversation
  readonly connection: Connection
  /**
   * Logs out: ends the session at the server if there is one, forgets what was not sent, closes.
   *
   * @throws CallFault when the server could not be told. The token is forgotten all the same, and expires there.
   */
  end(): Promise<void>
  /** Ends following, for good. What is pending stays in storage, and is sent by the next client. */
  close(): void
}

/**
 * The user's side: one chat, from wherever it was left. Returns at once and connects by itself, again and again; how it
 * stands is in the conversation's snapshot. Make one per person, and close it.
 *
 * @throws TypeError when `url` is not a valid URL
 *
 * @example
 * ```ts
 * const client = createSupportClient({
 *   url: 'https://support.example.com',
 *   session: {
 *     token: localStorage.getItem('support-session'),
 *     // A visitor; for a signed user, fetch an identity from your back end.
 *     identity: async () => null,
 *     onToken: (token) =>
 *       token === null
 *         ? localStorage.removeItem('support-session')
 *         : localStorage.setItem('support-session', token),
 *   },
 * })
 * client.conversation.send('Hello!')
 * ```
 */
export function createSupportClient(options: SupportClientOptions): SupportClient {
  const browser = options.browser ?? defaultBrowser()
  const { http, socket } = endpoints(options.url)
  const start = async (identity: string | null) => {
    const input = identity === null ? {} : { identity }
    const { token } = await httpClient(http, null).session.start.mutate(input)
    return token
  }
  let hasEnded = false
  const onToken = (next: string | null) => {
    // A session that was being started when the user left must not be kept for whoever comes next.
    if (!hasEnded) options.session.onToken?.(next)
  }
  const session = tokenSession({ ...options.session, onToken }, start, systemClock)
  const connection = connect(session, http, socket, browser, options.language)
  const { token } = options.session
  const pending =
    options.pending ??
    sharedPendingStore({ storage: browser.storage, onChange: browser.onStorageChange, token })
  const conversation = new Conversation({
    side: 'user',
    load: () =>
      withSession(session, async (token) => {
        const chat = await httpClient(http, token).chat.get.query()
        if (token !== null) pending.remember(token, chat.id)
        return chat
      }),
    connection,
    pending,
    clock: systemClock,
  })
  function close() {
    conversation.close()
    connection.close()
  }
  return {
    conversation,
    connection,
    async end() {
      conversation.forgetPending()
      close()
      onToken(null)
      hasEnded = true
      const token = await session.leave()
      if (token === null) return
      try {
        await httpClient(http, token).session.end.mutate()
      } catch (error) {
        const fault = faultOf(error)
        // It has ended already.
        if (fault.kind !== 'unauthorized') throw fault
      }
    },
    close,
  }
}

export interface AdminClientOptions {
  url: string
  /** The admin's own id: is left out of who is typing, and keeps pending messages apart from another admin's. */
  account?: string
  browser?: Browser
}

export interface InboxListener {
  onEvent(event: AdminNotificationMessage): void
  /** Events may have been missed until now: read the list again. */
  onOnline(): void
}

export interface AdminClient {
  readonly connection: Connection
  /**
   * Opens a chat; the caller closes it. What is not sent by then is sent all the same. `onOpened` is called with the
   * chat each time it was read: it knows more than the conversation does, its user for example.
   */
  conversation(chatId: string, onOpened?: (chat: AdminSupportChat) => void): Conversation
  /** Follows all chats until the returned function is called. */
  followInbox(listener: InboxListener): () => void
  close(): void
}

/**
 * The admin's side: all chats, each opened when it is wanted. The cookie says who it is. Returns at once and connects by
 * itself.
 *
 * @throws TypeError when `url` is not a valid URL
 */
export function createAdminClient(options: AdminClientOptions): AdminClient {
  const browser = options.browser ?? defaultBrowser()
  const { http, socket } = endpoints(options.url)
  const session = cookieSession()
  const trpc = httpClient(http, null)
  const connection = connect(session, http, socket, browser)
  const place = { storage: browser.tabStorage, onChange: browser.onStorageChange }
  const pending = adminPendingStore(place, options.account ?? '')
  const backgroundSender = new BackgroundSender({ connection, pending, clock: systemClock })
  return {
    connection,
    conversation(chatId, onOpened) {
      backgroundSender.takeOver(chatId)
      return new Conversation({
        side: 'admin',
        ...(options.account === undefined ? {} : { self: options.account }),
        load: () =>
          withSession(session, async () => {
            const chat = await trpc.admin.chats.get.query({ chatId })
            onOpened?.(chat)
            return chat
          }),
        connection,
        pending: { ...pending, expectedChatId: chatId },
        onClose: () => backgroundSender.resume(chatId),
        clock: systemClock,
      })
    },
    followInbox: (listener) =>
      connection.addConsumer({
        start(wire, synced) {
          const subscription = keepSubscribed({
            clock: systemClock,
            open: wire.onUserMessage,
            onStarted() {
              synced(true)
              listener.onOnline()
            },
            onEvent: listener.onEvent,
            onEnd: () => synced(false),
          })
          return subscription.stop
        },
      }),
    close() {
      backgroundSender.close()
      connection.close()
    },
  }
}

function connect(
  session: Session,
  http: string,
  socket: string,
  browser: Browser,
  language?: string,
): Connection {
  return new Connection({
    session,
    openLink: openLinkTo(socket, language),
    http: httpCalls(session, http),
    browser,
    clock: systemClock,
  })
}

/** The calls over HTTP with the session of the moment. */
function httpCalls(session: Session, http: string): Calls {
  const ask = <T>(call: (calls: Calls) => Promise<T>) =>
    withSession(session, (token) => call(wireOver(httpClient(http, token))))
  return {
    send: (input) => ask((calls) => calls.send(input)),
    markRead: (input) => ask((calls) => calls.markRead(input)),
    setTyping: (input) => ask((calls) => calls.setTyping(input)),
    history: (input) => ask((calls) => calls.history(input)),
  }
}

function endpoints(url: string): { http: string; socket: string } {
  const base = typeof location === 'undefined' ? undefined : location.href
  const http = new URL(`${url.replace(/\/+$/, '')}/trpc`, base)
  const socket = new URL(http)
  socket.protocol = http.protocol === 'https:' ? 'wss:' : 'ws:'
  return { http: http.href, socket: socket.href }
}

import type { Browser } from '../platform/browser.ts'
import type { Clock } from '../platform/clock.ts'
import { Listeners, type Readable } from '../platform/store.ts'
import { CLOSE_CODES, endsSession } from './close-codes.ts'
import { CallFault } from './fault.ts'
import type { Link, OpenLink } from './link.ts'
import { reconnectDelay } from './retry-delay.ts'
import { type Session, SessionEnded } from './session.ts'
import type { ConnectionState } from './state.ts'
import type { Calls, Wire } from './wire.ts'

/*
 * The connection of one client to the server: one socket at a time, opened again whenever it ends.
 *
 *   state     what it means                                       shown as          left when
 *   opening   a session is fetched, then a socket opened          connecting        open; fails or takes > 8 s → waiting
 *   open      the socket is open, followers catch up              connecting        the socket ends → waiting
 *             … and all of them have said that they are synced    online
 *   waiting   nothing is open until `retryAt`                     offline(retryAt)  time, wake, retry() → opening
 *   ended     nobody tries any more                               ended             retry() → opening
 *
 * - One attempt is one socket is one tRPC client, thrown away together: nothing in tRPC reconnects.
 *   Resuming is the followers' work: each subscribes again from its own cursor on the new wire.
 * - Waiting takes as long as retry-delay.ts says: at most 6 s while the server is away for a minute or less, more after
 *   that. Failures are forgotten only after 10 s of an open socket, so a server that accepts and drops is not hammered.
 * - A wake (network back, page visible, page restored) ends waiting at once, replaces an attempt older than 2 s, and
 *   probes an open socket: without a sign of life within 3 s it is dropped. Laptops sleep, and their sockets look open afterwards. There is no budget
 *   of attempts that a long night could use up.
 * - UNAUTHORIZED and the close code for it (close-codes.ts) end the session, not only the socket. The session source gets one
 *   chance to give another one, with which the next attempt is made at once; refused again, the connection is ended.
 * - Online is promised only when every follower has everything. A follower that starts anew on a healthy socket
 *   (a chat is opened, a gap read again) has one second before the dot shows it.
 * - After two failures in a row plain HTTP may still work where sockets do not: followers are told after each
 *   further failure, so their fallback is as rare as the attempts. The first answer over HTTP ends the waiting: the
 *   server is back, or only sockets are blocked, which one more attempt finds out.
 */

export const CONNECT_MS = 8_000
export const PROBE_MS = 3_000
export const STABLE_MS = 10_000
const STALE_MS = 2_000
const SYNC_GRACE_MS = 1_000
const FALLBACK_AFTER = 2

/** Somebody who needs subscriptions on whatever socket is open. */
export interface Follower {
  /**
   * A socket is open. Subscribe on `wire`, and say whether everything has arrived as often as that changes.
   * The returned function is called once, when the socket has ended or the follower leaves.
   */
  start(wire: Wire, synced: (yes: boolean) => void): () => void
  /** There is no socket; over HTTP it may be possible to send and to read. */
  fallback?(calls: Calls): void
  /** The session was replaced: we may be somebody else. */
  sessionReplaced?(): void
}

export interface ConnectionOptions {
  session: Session
  openLink: OpenLink
  /** The same calls over HTTP. */
  http: Calls
  browser: Browser
  clock: Clock
}

type Inner =
  | { type: 'opening'; link: Link | null; since: number }
  | { type: 'open'; link: Link }
  | { type: 'waiting'; retryAt: number }
  | { type: 'ended' }

interface Following {
  follower: Follower
  synced: boolean
  stop: (() => void) | null
}

export class Connection implements Readable<ConnectionState> {
  readonly #options: ConnectionOptions
  readonly #listeners = new Listeners()
  readonly #followings = new Set<Following>()
  readonly #leave: (() => void)[]
  #inner: Inner = { type: 'opening', link: null, since: 0 }
  #shown: ConnectionState = { type: 'connecting' }
  #token: string | null = null
  #failures = 0
  /** Where there are failures: since when the server has not been heard. */
  #awaySince = 0
  /** The server has announced a restart, and no socket was stable since. */
  #isRestart = false
  /** Each attempt has its own; whatever speaks for an older one is not heard. */
  #turn = 0
  /** Timers of the present state; they end with it. */
  #timers: (() => void)[] = []
  #probing: (() => void) | null = null
  #graceOver: (() => void) | null = null
  #closed = false
  /** An answer over HTTP has hurried an attempt since a socket was open last. */
  #hurried = false
  readonly #http: Calls

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { session, browser, http } = options
    const answered = async <T>(call: Promise<T>): Promise<T> => {
      const answer = await call
      this.#reached()
      return answer
    }
    this.#http = {
      send: (input) => answered(http.send(input)),
      markRead: (input) => answered(http.markRead(input)),
      setTyping: (input) => answered(http.setTyping(input)),
      history: (input) => answered(http.history(input)),
    }
    this.#leave = [
      browser.onWake(() => this.#wake()),
      browser.onOffline(() => this.#offline()),
      session.onChange((change) => (change === 'ended' ? this.#end() : this.#replaced())),
    ]
    this.#attempt()
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  getSnapshot(): ConnectionState {
    return this.#shown
  }

  /** Lets `follower` follow on this and every later socket, until the returned function is called. */
  follow(follower: Follower): () => void {
    const following: Following = { follower, synced: false, stop: null }
    this.#followings.add(following)
    if (this.#inner.type === 'open') this.#start(following, this.#inner.link)
    this.#show()
    return () => {
      this.#followings.delete(following)
      following.stop?.()
      following.stop = null
      this.#show()
    }
  }

  /** The best way to make a call now: the open socket, else HTTP if sockets keep failing, else none. */
  calls(): Calls | null {
    if (this.#inner.type === 'open') return this.#inner.link.wire
    const isFallback = this.#inner.type !== 'ended' && this.#failures >= FALLBACK_AFTER
    return isFallback && this.#options.browser.isOnline() ? this.#http : null
  }

  /** Does the open socket still live? Without a sign within 3 s it is dropped. */
  probe(): void {
    if (this.#inner.type !== 'open' || this.#probing) return
    const turn = this.#turn
    this.#probing = this.#options.clock.after(PROBE_MS, () => turn === this.#turn && this.#fail(0))
    this.#inner.link.ping(() => {
      if (turn !== this.#turn) return
      this.#probing?.()
      this.#probing = null
    })
  }

  /** Tries now instead of later, also after an end. */
  retry(): void {
    if (this.#closed) return
    if (this.#inner.type === 'ended') this.#options.session.reset()
    if (this.#inner.type === 'open') this.probe()
    else if (this.#inner.type !== 'opening') this.#attempt()
  }

  /** For good. */
  close(): void {
    this.#closed = true
    for (const leave of this.#leave) leave()
    this.#end()
    this.#listeners.clear()
  }

  #attempt(): void {
    const turn = this.#enter({ type: 'opening', link: null, since: this.#options.clock.now() })
    const heard = (task: () => void) => () => turn === this.#turn && task()
    this.#after(CONNECT_MS, () => this.#fail(0))
    this.#options.session.get().then(
      (token) => {
        if (turn !== this.#turn) return
        this.#token = token
        const link = this.#options.openLink(token, {
          onOpen: heard(() => this.#opened(link)),
          onEnd: (code) => turn === this.#turn && this.#lost(code),
          onUnauthorized: heard(() => this.#renew()),
        })
        // It may have ended before it was returned.
        if (this.#inner.type === 'opening' && turn === this.#turn) this.#inner.link = link
        else link.close()
      },
      (error: unknown) => {
        if (turn !== this.#turn) return
        if (error instanceof SessionEnded) this.#end()
        else this.#fail(error instanceof CallFault ? error.retryAfterMs : 0)
      },
    )
  }

  #opened(link: Link): void {
    for (const cancel of this.#timers) cancel()
    this.#timers = []
    this.#inner = { type: 'open', link }
    this.#hurried = false
    this.#awaySince = this.#options.clock.now()
    this.#after(STABLE_MS, () => {
      this.#failures = 0
      this.#isRestart = false
    })
    for (const following of [...this.#followings]) this.#start(following, link)
    this.#show()
  }

  #start(following: Following, link: Link): void {
    const turn = this.#turn
    following.synced = false
    const stop = following.follower.start(link.wire, (yes) => {
      if (turn !== this.#turn) return
      following.synced = yes
      this.#show()
    })
    if (turn === this.#turn && this.#followings.has(following)) following.stop = stop
    else stop()
  }

  #lost(code: number): void {
    if (code === CLOSE_CODES.restarting.code) this.#isRestart = true
    if (endsSession(code)) this.#renew()
    else this.#fail(0)
  }

  #fail(leastMs: number): void {
    const { clock, browser } = this.#options
    if (this.#failures === 0) this.#awaySince = clock.now()
    this.#failures += 1
    const absence = {
      failures: this.#failures,
      awayMs: clock.now() - this.#awaySince,
      isRestart: this.#isRestart,
    }
    // Added: others were told to wait for the same time.
    const ms = leastMs + reconnectDelay(absence, clock)
    this.#enter({ type: 'waiting', retryAt: clock.now() + ms })
    this.#after(ms, () => this.#attempt())
    if (this.#failures <= FALLBACK_AFTER || !browser.isOnline()) return
    for (const { follower } of [...this.#followings]) follower.fallback?.(this.#http)
  }

  /** The server answers over HTTP: there is no reason to wait with the next socket, once. */
  #reached(): void {
    // It is not the server that is away.
    this.#awaySince = this.#options.clock.now()
    if (this.#inner.type !== 'waiting' || this.#hurried) return
    this.#hurried = true
    this.#attempt()
  }

  #renew(): void {
    // Tells us `ended` at once if there is no second chance.
    this.#options.session.refused(this.#token)
    if (this.#inner.type !== 'ended') this.#attempt()
  }

  #replaced(): void {
    if (this.#closed) return
    for (const { follower } of [...this.#followings]) follower.sessionReplaced?.()
    // Found out by a call over HTTP: the socket still speaks for the former one.
    if (this.#inner.type === 'open' || (this.#inner.type === 'opening' && this.#inner.link)) this.#attempt()
  }

  #end(): void {
    if (this.#inner.type !== 'ended') this.#enter({ type: 'ended' })
  }

  #wake(): void {
    const inner = this.#inner
    // An attempt that began before the sleep, or on the former network, leads nowhere.
    const stale = inner.type === 'opening' && this.#options.clock.now() - inner.since > STALE_MS
    if (inner.type === 'waiting' || stale) this.#attempt()
    else this.probe()
  }

  #offline(): void {
    this.probe()
    this.#show()
  }

  /** Leaves the present state with everything that belongs to it. */
  #enter(next: Inner): number {
    const left = this.#inner
    this.#turn += 1
    this.#inner = next
    for (const cancel of this.#timers) cancel()
    this.#timers = []
    this.#probing?.()
    this.#probing = null
    for (const following of this.#followings) {
      following.stop?.()
      following.stop = null
    }
    if (left.type === 'open' || left.type === 'opening') left.link?.close()
    this.#show()
    return this.#turn
  }

  #after(ms: number, task: () => void): void {
    this.#timers.push(this.#options.clock.after(ms, task))
  }

  #show(): void {
    const next = this.#picture()
    const before = this.#shown
    if (next.type === before.type && next.type !== 'offline') return
    this.#shown = next
    this.#listeners.tell()
  }

  #picture(): ConnectionState {
    const inner = this.#inner
    const synced = inner.type === 'open' && [...this.#followings].every((following) => following.synced)
    const catchingUp = inner.type === 'open' && !synced && this.#shown.type === 'online'
    if (!catchingUp) {
      this.#graceOver?.()
      this.#graceOver = null
    }
    if (synced) return { type: 'online' }
    if (catchingUp) {
      this.#graceOver ??= this.#options.clock.after(SYNC_GRACE_MS, () => {
        this.#shown = { type: 'connecting' }
        this.#graceOver = null
        this.#listeners.tell()
      })
      return this.#shown
    }
    if (inner.type === 'ended') return { type: 'ended' }
    if (inner.type !== 'waiting') return { type: 'connecting' }
    // The browser knows of no network: when it is back it says so, and no time can be named.
    return { type: 'offline', retryAt: this.#options.browser.isOnline() ? new Date(inner.retryAt) : null }
  }
}

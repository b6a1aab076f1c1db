import type { Browser } from '../platform/browser.ts'
import type { Clock } from '../platform/clock.ts'
import type { Readable } from '../platform/store.ts'
import { TIMINGS } from '../platform/timings.ts'
import { CLOSE_CODES, endsSession } from './close-codes.ts'
import { type Consumer, Consumers } from './consumers.ts'
import { faultOf } from './fault.ts'
import type { Link, OpenLink } from './link.ts'
import { reconnectDelay } from './retry-delay.ts'
import { type Session, SessionEnded } from './session.ts'
import { ShownState } from './shown-state.ts'
import type { ConnectionState, OpeningReason, Phase, PhaseReason, WaitingReason } from './state.ts'
import type { Calls } from './wire.ts'

/*
 * The connection of one client to the server: one socket at a time, opened again whenever it ends.
 *
 *   phase     what it means                                       shown as          left when
 *   opening   a session is fetched, then a socket opened          connecting        open; fails or takes > 8 s → waiting
 *   open      the socket is open, consumers catch up              connecting        the socket ends → waiting
 *             … and all of them have said that they are synced    online
 *   waiting   nothing is open until `retryAt`                     offline(retryAt)  time, wake, retry() → opening
 *   ended     nobody tries any more                               ended             retry() → opening
 *
 * - Every change of phase goes through `#enter` and carries its reason (state.ts), which stands in `reason`.
 * - One attempt is one socket is one tRPC client, thrown away together: nothing in tRPC reconnects.
 *   Resuming is the consumers' work: each subscribes again from the last `seq` it has on the new wire.
 * - Waiting takes as long as retry-delay.ts says: at most 6 s while the server is away for a minute or less, more after
 *   that. Failures are forgotten only after 10 s of an open socket, so a server that accepts and drops is not hammered.
 * - A wake (network back, page visible, page restored) ends waiting at once, replaces an attempt older than 2 s, and
 *   probes an open socket: without a sign of life within 3 s it is dropped. Laptops sleep, and their sockets look open
 *   afterwards. There is no budget of attempts that a long night could use up.
 * - UNAUTHORIZED and the close code for it (close-codes.ts) end the session, not only the socket. The session source gets one
 *   chance to give another one, with which the next attempt is made at once; refused again, the connection is ended.
 * - Online is promised only when every consumer has everything. A consumer that starts anew on a healthy socket
 *   (a chat is opened, a gap read again) has one second before the dot shows it.
 * - After two failures in a row plain HTTP may still work where sockets do not: consumers are told after each
 *   further failure, so their fallback is as rare as the attempts. The first answer over HTTP ends the waiting: the
 *   server is back, or sockets are blocked or cut, which one more attempt finds out.
 */

/** Failures in a row; one may be chance. */
const FALLBACK_AFTER = 2

export interface ConnectionOptions {
  session: Session
  openLink: OpenLink
  /** The same calls over HTTP. */
  http: Calls
  browser: Browser
  clock: Clock
}

export class Connection implements Readable<ConnectionState> {
  readonly #options: ConnectionOptions
  readonly #shown: ShownState
  readonly #consumers = new Consumers(() => this.#show())
  readonly #leave: (() => void)[]
  #phase: Phase = { type: 'opening', link: null, since: 0, reason: 'created' }
  #token: string | null = null
  #failures = 0
  /** Where there are failures: since when the server has not been heard. */
  #awaySince = 0
  /** The server has announced a restart, and no socket was stable since. */
  #isRestart = false
  #isNew = true
  /** Each attempt has its own; whatever speaks for an older one is not heard. */
  #turn = 0
  /** Timers of this phase; they end with it. */
  #timers: (() => void)[] = []
  #probing: (() => void) | null = null
  #closed = false
  /** An answer over HTTP has hurried an attempt since a socket was stable last. */
  #hurried = false
  readonly #http: Calls

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { session, browser, http, clock } = options
    this.#shown = new ShownState(clock, browser)
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
      session.onChange((change) => (change === 'ended' ? this.#end('session ended') : this.#replaced())),
    ]
    this.#attempt('created')
  }

  subscribe(listener: () => void): () => void {
    return this.#shown.subscribe(listener)
  }

  getSnapshot(): ConnectionState {
    return this.#shown.getSnapshot()
  }

  /** Why it is as it is: what made it open, wait or end. For logs. */
  get reason(): PhaseReason {
    return this.#phase.reason
  }

  /** Starts `consumer` on this and every later socket, until the returned function is called. */
  addConsumer(consumer: Consumer): () => void {
    return this.#consumers.add(consumer)
  }

  /** The best way to make a call now: the open socket, else HTTP if sockets keep failing, else none. */
  calls(): Calls | null {
    if (this.#phase.type === 'open') return this.#phase.link.wire
    const isFallback = this.#phase.type !== 'ended' && this.#failures >= FALLBACK_AFTER
    return isFallback && this.#options.browser.isOnline() ? this.#http : null
  }

  /** Does the open socket still live? Without a sign within 3 s it is dropped. */
  probe(): void {
    if (this.#phase.type !== 'open' || this.#probing) return
    const turn = this.#turn
    this.#probing = this.#options.clock.after(
      TIMINGS.probeMs,
      () => turn === this.#turn && this.#fail('probe timed out'),
    )
    this.#phase.link.ping(() => {
      if (turn !== this.#turn) return
      this.#probing?.()
      this.#probing = null
    })
  }

  /** Tries now instead of later, also after an end. */
  retry(): void {
    if (this.#closed) return
    if (this.#phase.type === 'ended') this.#options.session.reset()
    if (this.#phase.type === 'open') this.probe()
    else if (this.#phase.type !== 'opening') this.#attempt('retry asked for')
  }

  /** Closes the connection permanently; `retry` does nothing then. */
  close(): void {
    this.#closed = true
    for (const leave of this.#leave) leave()
    this.#end('closed')
    this.#shown.close()
  }

  #attempt(reason: OpeningReason): void {
    this.#enter({ type: 'opening', link: null, since: this.#options.clock.now(), reason })
    const turn = this.#turn
    const heard = (task: () => void) => () => turn === this.#turn && task()
    this.#after(TIMINGS.connectMs, () => this.#fail('connect timed out'))
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
        if (this.#phase.type === 'opening' && turn === this.#turn) this.#phase.link = link
        else link.close()
      },
      (error: unknown) => {
        if (turn !== this.#turn) return
        if (error instanceof SessionEnded) this.#end('session ended')
        else this.#fail('session unavailable', faultOf(error).retryAfterMs)
      },
    )
  }

  #opened(link: Link): void {
    this.#enter({ type: 'open', link, reason: 'socket opened' })
    this.#isNew = false
    this.#awaySince = this.#options.clock.now()
    this.#after(TIMINGS.stableMs, () => {
      this.#failures = 0
      this.#isRestart = false
      this.#hurried = false
    })
    this.#consumers.start(link.wire)
    this.#show()
  }

  #lost(code: number): void {
    if (code === CLOSE_CODES.restarting.code) this.#isRestart = true
    if (endsSession(code)) this.#renew()
    else this.#fail('socket closed')
  }

  #fail(reason: WaitingReason, leastMs = 0): void {
    const { clock, browser } = this.#options
    if (this.#failures === 0) this.#awaySince = clock.now()
    this.#failures += 1
    const absence = {
      failures: this.#failures,
      awayMs: clock.now() - this.#awaySince,
      isRestart: this.#isRestart,
      isNew: this.#isNew && reason === 'socket closed',
    }
    // Added: others were told to wait for the same time.
    const ms = leastMs + reconnectDelay(absence, clock)
    this.#enter({ type: 'waiting', retryAt: clock.now() + ms, reason })
    this.#after(ms, () => this.#attempt('retry due'))
    if (this.#failures <= FALLBACK_AFTER || !browser.isOnline()) return
    this.#consumers.fallback(this.#http)
  }

  /** The server answers over HTTP: there is no reason to wait with the next socket, once. */
  #reached(): void {
    // It is not the server that is away.
    this.#awaySince = this.#options.clock.now()
    if (this.#phase.type !== 'waiting' || this.#hurried) return
    this.#hurried = true
    this.#attempt('answered over HTTP')
  }

  #renew(): void {
    // Tells us `ended` at once if there is no second chance.
    this.#options.session.refused(this.#token)
    if (this.#phase.type !== 'ended') this.#attempt('session refused')
  }

  #replaced(): void {
    if (this.#closed) return
    this.#consumers.sessionReplaced()
    // Found out by a call over HTTP: the socket still speaks for the former one.
    if (this.#phase.type === 'open' || (this.#phase.type === 'opening' && this.#phase.link))
      this.#attempt('session replaced')
  }

  #end(reason: 'session ended' | 'closed'): void {
    if (this.#phase.type !== 'ended') this.#enter({ type: 'ended', reason })
  }

  #wake(): void {
    const phase = this.#phase
    // An attempt that began before the sleep, or on the former network, leads nowhere.
    const stale = phase.type === 'opening' && this.#options.clock.now() - phase.since > TIMINGS.staleAttemptMs
    if (phase.type === 'waiting' || stale) this.#attempt('woken')
    else this.probe()
  }

  #offline(): void {
    this.probe()
    this.#show()
  }

  /** The only way from one phase to another. What belongs to the one that is left ends here; an opened link goes on. */
  #enter(next: Phase): void {
    const left = this.#phase
    this.#phase = next
    for (const cancel of this.#timers) cancel()
    this.#timers = []
    if (next.type === 'open') return
    this.#turn += 1
    this.#probing?.()
    this.#probing = null
    this.#consumers.stop()
    if (left.type === 'open' || left.type === 'opening') left.link?.close()
    this.#show()
  }

  #after(ms: number, task: () => void): void {
    this.#timers.push(this.#options.clock.after(ms, task))
  }

  #show(): void {
    this.#shown.update(this.#phase, this.#consumers.areSynced)
  }
}

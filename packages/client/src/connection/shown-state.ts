import type { Browser } from '../platform/browser.ts'
import type { Clock } from '../platform/clock.ts'
import { Listeners, type Readable } from '../platform/store.ts'
import { TIMINGS } from '../platform/timings.ts'
import type { ConnectionState, Phase } from './state.ts'

/** What a connection shows of its phase. */
export class ShownState implements Readable<ConnectionState> {
  readonly #clock: Clock
  readonly #browser: Browser
  readonly #listeners = new Listeners()
  #shown: ConnectionState = { type: 'connecting' }
  #graceOver: (() => void) | null = null

  constructor(clock: Clock, browser: Browser) {
    this.#clock = clock
    this.#browser = browser
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  getSnapshot(): ConnectionState {
    return this.#shown
  }

  /** `synced`: the consumers have everything, as far as there is a socket. */
  update(phase: Phase, synced: boolean): void {
    const next = this.#stateOf(phase, synced)
    if (next.type === this.#shown.type && next.type !== 'offline') return
    this.#show(next)
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#listeners.clear()
  }

  #stateOf(phase: Phase, synced: boolean): ConnectionState {
    const catchingUp = phase.type === 'open' && !synced && this.#shown.type === 'online'
    if (!catchingUp) {
      this.#graceOver?.()
      this.#graceOver = null
    }
    switch (phase.type) {
      case 'open':
        if (synced) return { type: 'online' }
        if (!catchingUp) return { type: 'connecting' }
        this.#graceOver ??= this.#clock.after(TIMINGS.syncGraceMs, () => {
          this.#graceOver = null
          this.#show({ type: 'connecting' })
        })
        return this.#shown
      case 'opening':
        return { type: 'connecting' }
      case 'waiting':
        // The browser knows of no network: when it is back it says so, and no time can be named.
        return { type: 'offline', retryAt: this.#browser.isOnline() ? new Date(phase.retryAt) : null }
      case 'ended':
        return { type: 'ended' }
    }
  }

  #show(next: ConnectionState): void {
    this.#shown = next
    this.#listeners.tell()
  }
}

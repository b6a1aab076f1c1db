import type { Calls, Wire } from './wire.ts'

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

interface Following {
  follower: Follower
  synced: boolean
  stop: (() => void) | null
}

/** The followers of one connection: started once per socket, and stopped once with it. */
export class Followers {
  readonly #followings = new Set<Following>()
  readonly #onChange: () => void
  #wire: Wire | null = null
  /** Each socket has its own; what is said about an older one is not heard. */
  #turn = 0

  /** `onChange` is called when `areSynced` may have changed. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Whether every follower has said that everything has arrived. */
  get areSynced(): boolean {
    return [...this.#followings].every(({ synced }) => synced)
  }

  /** Lets `follower` follow on this and every later socket, until the returned function is called. */
  add(follower: Follower): () => void {
    const following: Following = { follower, synced: false, stop: null }
    this.#followings.add(following)
    if (this.#wire) this.#start(following, this.#wire)
    this.#onChange()
    return () => {
      this.#followings.delete(following)
      following.stop?.()
      following.stop = null
      this.#onChange()
    }
  }

  start(wire: Wire): void {
    this.#turn += 1
    this.#wire = wire
    for (const following of [...this.#followings]) this.#start(following, wire)
  }

  stop(): void {
    this.#turn += 1
    this.#wire = null
    for (const following of this.#followings) {
      following.stop?.()
      following.stop = null
    }
  }

  fallback(calls: Calls): void {
    for (const { follower } of [...this.#followings]) follower.fallback?.(calls)
  }

  sessionReplaced(): void {
    for (const { follower } of [...this.#followings]) follower.sessionReplaced?.()
  }

  #start(following: Following, wire: Wire): void {
    const turn = this.#turn
    following.synced = false
    const stop = following.follower.start(wire, (yes) => {
      if (turn !== this.#turn) return
      following.synced = yes
      this.#onChange()
    })
    if (turn === this.#turn && this.#followings.has(following)) following.stop = stop
    else stop()
  }
}

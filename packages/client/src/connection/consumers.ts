import type { Calls, Wire } from './wire.ts'

/** Who needs subscriptions on whatever socket is open: a conversation, the inbox. */
export interface Consumer {
  /**
   * A socket is open. Subscribe on `wire`, and say whether everything has arrived as often as that changes.
   * The returned function is called once, when the socket has ended or the consumer leaves.
   */
  start(wire: Wire, synced: (yes: boolean) => void): () => void
  /** There is no socket; over HTTP it may be possible to send and to read. */
  fallback?(calls: Calls): void
  /** The session was replaced: we may be somebody else. */
  sessionReplaced?(): void
}

interface Registration {
  consumer: Consumer
  synced: boolean
  stop: (() => void) | null
}

/** The consumers of one connection: started once per socket, and stopped once with it. */
export class Consumers {
  readonly #registrations = new Set<Registration>()
  readonly #onChange: () => void
  #wire: Wire | null = null
  /** Each socket has its own; what is said about an older one is not heard. */
  #turn = 0

  /** `onChange` is called when `areSynced` may have changed. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Whether every consumer has said that everything has arrived. */
  get areSynced(): boolean {
    return [...this.#registrations].every(({ synced }) => synced)
  }

  /** Starts `consumer` on this and every later socket, until the returned function is called. */
  add(consumer: Consumer): () => void {
    const registration: Registration = { consumer, synced: false, stop: null }
    this.#registrations.add(registration)
    if (this.#wire) this.#start(registration, this.#wire)
    this.#onChange()
    return () => {
      this.#registrations.delete(registration)
      registration.stop?.()
      registration.stop = null
      this.#onChange()
    }
  }

  start(wire: Wire): void {
    this.#turn += 1
    this.#wire = wire
    for (const registration of [...this.#registrations]) this.#start(registration, wire)
  }

  stop(): void {
    this.#turn += 1
    this.#wire = null
    for (const registration of this.#registrations) {
      registration.stop?.()
      registration.stop = null
    }
  }

  fallback(calls: Calls): void {
    for (const { consumer } of [...this.#registrations]) consumer.fallback?.(calls)
  }

  sessionReplaced(): void {
    for (const { consumer } of [...this.#registrations]) consumer.sessionReplaced?.()
  }

  #start(registration: Registration, wire: Wire): void {
    const turn = this.#turn
    registration.synced = false
    const stop = registration.consumer.start(wire, (yes) => {
      if (turn !== this.#turn) return
      registration.synced = yes
      this.#onChange()
    })
    if (turn === this.#turn && this.#registrations.has(registration)) registration.stop = stop
    else stop()
  }
}

interface Entry {
  sender: object
  sentAt: number
  seq: number | null
  stored: boolean
  viewersLeft: number
}

const FAULTS_SHOWN = 5

/**
 * Every message that was sent, until its sender has been told that it is stored and every follower has seen it; and
 * every follower's place in its chat. What was lost, doubled, reordered or numbered in two ways is a fault.
 */
export class Ledger {
  readonly #entries = new Map<string, Entry>()
  readonly #faults: string[] = []

  /** `sender` is one of the so many viewers who will see it. */
  sent(id: string, { sender, viewers, sentAt }: { sender: object; viewers: number; sentAt: number }): void {
    this.#entries.set(id, { sender, sentAt, seq: null, stored: false, viewersLeft: viewers })
  }

  stored(id: string, seq: number): void {
    const entry = this.#entries.get(id)
    if (!entry || entry.stored) {
      this.fault(`${id} was acknowledged twice, or never sent`)
      return
    }
    entry.stored = true
    this.#place(id, entry, seq)
  }

  /** Returns when it was sent, if by somebody else than the viewer; null otherwise. */
  seen(id: string, seq: number, viewer: object): number | null {
    const entry = this.#entries.get(id)
    if (!entry) {
      this.fault(`${id} was seen, and nobody sent it, or all have seen it before`)
      return null
    }
    entry.viewersLeft -= 1
    this.#place(id, entry, seq)
    return entry.sender === viewer ? null : entry.sentAt
  }

  /** A follower that has seen a chat up to `before` is given `seq`; returns where it stands then. */
  next(chatId: string, before: number, seq: number): number {
    if (seq === before + 1) return seq
    if (seq <= before) this.fault(`Chat ${chatId}: ${seq} came after ${before}: doubled or reordered`)
    else this.fault(`Chat ${chatId}: ${seq} came after ${before}: lost or reordered`)
    return Math.max(before, seq)
  }

  fault(what: string): void {
    this.#faults.push(what)
  }

  /** Nothing is under way. */
  get settled(): boolean {
    return this.#entries.size === 0
  }

  /** @throws Error when something is still under way, or anything was wrong since the last time. */
  verify(): void {
    for (const [id, { stored, viewersLeft }] of this.#entries) {
      if (!stored) this.fault(`${id} was never acknowledged`)
      if (viewersLeft > 0) this.fault(`${id} was lost to ${viewersLeft} of its followers`)
    }
    this.#entries.clear()
    const faults = this.#faults.splice(0)
    if (faults.length === 0) return
    throw new Error(
      `The ledger has ${faults.length} faults, the first of them:\n${faults.slice(0, FAULTS_SHOWN).join('\n')}`,
    )
  }

  #place(id: string, entry: Entry, seq: number): void {
    if (entry.seq !== null && entry.seq !== seq) this.fault(`${id} is both number ${entry.seq} and ${seq}`)
    if (entry.viewersLeft < 0) this.fault(`${id} was doubled`)
    entry.seq = seq
    if (entry.stored && entry.viewersLeft <= 0) this.#entries.delete(id)
  }
}

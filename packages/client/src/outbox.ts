import type { KeyValueStorage } from './browser.ts'
import { readKept, type Written, writeKept } from './outbox-storage.ts'
import type { PendingMessage } from './snapshot.ts'

interface Entry extends PendingMessage {
  /** The server has it; it stays here until it is shown, so that it is never out of sight. */
  confirmed: boolean
  /** Left by an earlier life of the page. */
  inherited: boolean
}

/**
 * What was written and is not shown as part of the log yet, in order of writing.
 *
 * Each change is written through to storage as that one change to what is there now, never as the whole list: two
 * tabs of one user share the list and must not lose each other's messages. An entry leaves storage only when it is
 * shown or discarded, so whenever the tab dies it is sent again, under the same id.
 */
export class Outbox {
  #entries: readonly Entry[] = []
  #storage: KeyValueStorage | null = null
  #key = ''

  /**
   * Keeps the list under `key` from now on, and takes over what an earlier life of this page left there. What is in
   * the list already moves there.
   */
  attach(storage: KeyValueStorage, key: string, now: number): void {
    if (this.#storage && this.#key === key) return
    const mine = this.#entries
    const isMine = ({ id }: { id: string }) => mine.some((entry) => entry.id === id)
    this.#keep((kept) => kept.filter((one) => !isMine(one)))
    this.#storage = storage
    this.#key = key
    const left = readKept(storage, key, now)
    const earlier = left.filter((kept) => !kept.discarded && !isMine(kept)).map(toEntry)
    this.#entries = [...earlier.map((entry) => ({ ...entry, inherited: true })), ...mine].sort(byWriting)
    writeKept(storage, key, [...left.filter((kept) => !isMine(kept)), ...mine.map(toKept)].sort(byWriting))
  }

  /** Takes the list away but leaves it in storage: another chat is shown now. */
  detach(): void {
    this.#storage = null
    this.#entries = []
  }

  /** As `detach`, but what was written since the page was opened stays, to go to whatever chat is opened. */
  detachInherited(): void {
    this.#entries = this.#entries.filter(({ inherited }) => !inherited)
    const isMine = ({ id }: { id: string }) => this.#entries.some((entry) => entry.id === id)
    this.#keep((kept) => kept.filter((one) => !isMine(one)))
    this.#storage = null
  }

  /** The same array as long as nothing changed. */
  get entries(): readonly PendingMessage[] {
    return this.#entries
  }

  add(id: string, content: string, writtenAt: Date, failure: PendingMessage['failure'] = null): void {
    const entry = toEntry({ id, content, writtenAt: writtenAt.getTime(), failure })
    this.#entries = [...this.#entries, entry]
    this.#keep((kept) => [...kept, toKept(entry)])
  }

  /** The next one to send. */
  next(): PendingMessage | null {
    return this.#entries.find(({ state, confirmed }) => state === 'waiting' && !confirmed) ?? null
  }

  sending(id: string): void {
    this.#change(id, { state: 'sending' })
  }

  /** Back in the queue, in its old place: unsent, or nobody knows. */
  wait(id: string): void {
    const revived = this.#find(id)?.state === 'failed'
    this.#change(id, { state: 'waiting', failure: null })
    if (revived) this.#keep((kept) => kept.map((one) => (one.id === id ? { ...one, failure: null } : one)))
  }

  confirm(id: string): void {
    this.#change(id, { state: 'sending', confirmed: true })
  }

  fail(id: string, failure: NonNullable<PendingMessage['failure']>): void {
    this.#change(id, { state: 'failed', failure })
    this.#keep((kept) => kept.map((one) => (one.id === id ? { ...one, failure } : one)))
  }

  /** It is shown as part of the log now. Says whether it was here. */
  shown(id: string): boolean {
    if (!this.#find(id)) return false
    this.#entries = this.#entries.filter((entry) => entry.id !== id)
    this.#keep((kept) => kept.filter((one) => one.id !== id))
    return true
  }

  /** The writer does not want it sent. What is on its way already cannot be taken back. */
  discard(id: string): boolean {
    const entry = this.#find(id)
    if (!entry || entry.state === 'sending') return false
    this.#entries = this.#entries.filter((other) => other !== entry)
    this.#keep((kept) => kept.map((one) => (one.id === id ? { ...one, content: '', discarded: true } : one)))
    return true
  }

  /** The log was loaded anew: whatever was confirmed for the old one is asked for again, under its id. */
  unconfirm(): void {
    this.#entries = this.#entries.map((entry) =>
      entry.confirmed ? { ...entry, confirmed: false, state: 'waiting' } : entry,
    )
  }

  /** Drops what another tab discarded. Says whether anything changed. */
  dropDiscarded(): boolean {
    if (!this.#storage || this.#entries.length === 0) return false
    const discarded = readKept(this.#storage, this.#key, 0).filter((kept) => kept.discarded)
    const left = this.#entries.filter(
      ({ id, state }) => state === 'sending' || !discarded.some((kept) => kept.id === id),
    )
    if (left.length === this.#entries.length) return false
    this.#entries = left
    return true
  }

  /** Forgets everything, here and in storage. */
  wipe(): void {
    this.#storage?.remove(this.#key)
    this.detach()
  }

  #find(id: string): Entry | undefined {
    return this.#entries.find((entry) => entry.id === id)
  }

  #change(id: string, change: Partial<Entry>): void {
    this.#entries = this.#entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry))
  }

  #keep(change: (kept: Written[]) => Written[]): void {
    if (this.#storage) writeKept(this.#storage, this.#key, change(readKept(this.#storage, this.#key, 0)))
  }
}

/** Ids are UUIDv7, made in one order even when the clock is set back. */
function byWriting(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1
}

function toEntry({ id, content, writtenAt, failure }: Written): Entry {
  const state = failure ? 'failed' : 'waiting'
  return { id, content, writtenAt: new Date(writtenAt), state, failure, confirmed: false, inherited: false }
}

function toKept({ id, content, writtenAt, failure }: Entry): Written {
  return { id, content, writtenAt: writtenAt.getTime(), failure }
}

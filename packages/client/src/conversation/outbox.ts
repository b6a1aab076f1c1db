import { TIMINGS } from '../platform/timings.ts'
import { byWriting, type PendingList, type Written } from './pending-list.ts'
import type { PendingMessage } from './snapshot.ts'

/*
 * What was written and is not shown as part of the log yet. All tabs that use one storage share it: the tabs of a page
 * with the widget do, the tabs of the inbox each have a storage of their own.
 *
 * - Each message is kept under a key of its own, from when it is written until a tab shows it as part of the log. So
 *   whenever a tab dies the message is sent all the same, under the same id. As long as there is no list to keep it in
 *   (PendingStore), it is only here, and ends with the page.
 * - Every open tab shows all of them. One sends what was `written` in it and what was `left` in storage when it was
 *   opened; what another tab puts there meanwhile is `elsewhere`, and that tab's to send.
 * - A message that is `elsewhere` is taken over (`left`) when it is still pending after this tab could have sent it
 *   for some seconds: its tab is closed, frozen, or cut off. Nobody asks whether that tab is alive: should both send
 *   it, the id makes it one message.
 * - That a message is gone from storage means nothing to the other tabs. Each shows it until its own log does, so it
 *   is never out of sight in between, and never in both.
 * - A discarded message stays in storage for a day as a mark without its text; that is what makes other tabs drop it.
 * - A tab sends one at a time, in order of writing, and nothing that was `left` before an older one that is
 *   `elsewhere`: one tab may have written both. What was written in one tab therefore arrives in its order, whoever
 *   sends it; but one that failed lets the next go first, and between tabs there is no order.
 */

interface Entry extends PendingMessage {
  /** The server has it; it stays here until it is shown, so that it is never out of sight. */
  confirmed: boolean
  origin: 'written' | 'left' | 'elsewhere'
}

/** The pending messages of one chat, or of none yet. */
export class Outbox {
  #entries: readonly Entry[] = []
  /** Where it is kept: in the last one. What another tab, without a chat yet, puts into one before is taken in too. */
  #lists: readonly PendingList[] = []

  /** Keeps everything in `list` from now on, and takes over what is left there. What is here already moves there. */
  attach(list: PendingList, now: number): void {
    if (this.#lists.at(-1)?.isSame(list)) return
    const there = list.all()
    const discarded = there.filter(isDiscarded)
    for (const { id, discardedAt = 0 } of discarded)
      if (discardedAt <= now - TIMINGS.discardedKeptMs) list.remove(id)
    const moving = this.#entries.filter(({ id }) => !includes(discarded, id))
    for (const entry of moving) list.put(toWritten(entry))
    for (const { id } of this.#entries) this.#remove(id)
    const left = there.filter((one) => !isDiscarded(one) && !includes(moving, one.id))
    this.#lists = [...this.#lists, list]
    this.#entries = [...left.map((one) => toEntry(one, 'left')), ...moving].sort(byWriting)
  }

  /** Takes the list away but leaves it in storage: another chat is shown now. */
  detach(): void {
    this.#lists = []
    this.#entries = []
  }

  /** As `detach`, but what was written since the page was opened stays, to go to whatever chat is opened. */
  detachInherited(): void {
    this.#entries = this.#entries.filter(({ origin }) => origin === 'written')
    for (const { id } of this.#entries) this.#remove(id)
    this.#lists = []
  }

  /** The same array as long as nothing changed. */
  get entries(): readonly PendingMessage[] {
    return this.#entries
  }

  add(id: string, content: string, writtenAt: Date, failure: PendingMessage['failure'] = null): void {
    const entry = toEntry({ id, content, writtenAt: writtenAt.getTime(), failure }, 'written')
    this.#entries = [...this.#entries, entry]
    this.#lists.at(-1)?.put(toWritten(entry))
  }

  /** The next one to send. */
  next(): PendingMessage | null {
    let behindAnotherTab = false
    for (const entry of this.#entries) {
      if (entry.state !== 'waiting' || entry.confirmed) continue
      if (entry.origin === 'elsewhere') behindAnotherTab = true
      else if (entry.origin === 'written' || !behindAnotherTab) return entry
    }
    return null
  }

  /** Ids of what waits for another tab to send it. */
  elsewhere(): string[] {
    const theirs = this.#entries.filter(({ origin, state }) => origin === 'elsewhere' && state === 'waiting')
    return theirs.map(({ id }) => id)
  }

  /** The other tab has not sent these: they are ours to send now. */
  takeOver(ids: readonly string[]): void {
    for (const id of ids) this.#change(id, { origin: 'left' })
  }

  sending(id: string): void {
    this.#change(id, { state: 'sending' })
  }

  /** Back in the queue, in its old place: unsent, or nobody knows. */
  wait(id: string): void {
    const entry = this.#find(id)
    if (!entry) return
    // Whoever tries it again sends it.
    const origin = entry.origin === 'elsewhere' ? 'left' : entry.origin
    this.#change(id, { state: 'waiting', failure: null, origin })
    if (entry.state === 'failed') this.#changeKept(id, { failure: null })
  }

  confirm(id: string): void {
    this.#change(id, { state: 'sending', confirmed: true })
  }

  fail(id: string, failure: NonNullable<PendingMessage['failure']>): void {
    this.#change(id, { state: 'failed', failure })
    this.#changeKept(id, { failure })
  }

  /** It is shown as part of the log now. Says whether it was here. */
  shown(id: string): boolean {
    if (!this.#find(id)) return false
    this.#entries = this.#entries.filter((entry) => entry.id !== id)
    this.#remove(id)
    return true
  }

  /** The writer does not want it sent. What is on its way already cannot be taken back. */
  discard(id: string, now: number): boolean {
    const entry = this.#find(id)
    if (!entry || entry.state === 'sending') return false
    this.#entries = this.#entries.filter((other) => other !== entry)
    this.#changeKept(id, { content: '', discardedAt: now })
    return true
  }

  /** The log was loaded anew: whatever was confirmed for the old one is asked for again, under its id. */
  unconfirm(): void {
    this.#entries = this.#entries.map((entry) =>
      entry.confirmed ? { ...entry, confirmed: false, state: 'waiting' } : entry,
    )
  }

  /** Takes in what other tabs changed. `isShown`: it is part of the log here. Says whether anything changed. */
  sync(isShown: (id: string) => boolean): boolean {
    const before = this.#entries
    this.dropDiscarded()
    for (const one of this.#allKept()) {
      const known = this.#find(one.id)
      if (isDiscarded(one)) continue
      // The tab that kept it may be closed, so that nobody else takes it away.
      if (isShown(one.id)) this.#remove(one.id)
      else if (!known) this.#entries = [...this.#entries, toEntry(one, 'elsewhere')].sort(byWriting)
      else if (known.origin === 'elsewhere' && !known.confirmed && !known.failure !== !one.failure) {
        this.#change(one.id, toEntry(one, 'elsewhere'))
      }
    }
    return this.#entries !== before
  }

  /** Drops what another tab discarded. Says whether anything changed. */
  dropDiscarded(): boolean {
    if (this.#entries.length === 0) return false
    const discarded = this.#allKept().filter(isDiscarded)
    const left = this.#entries.filter(({ id, state }) => state === 'sending' || !includes(discarded, id))
    if (left.length === this.#entries.length) return false
    this.#entries = left
    return true
  }

  /** Forgets everything, here and in storage. */
  wipe(): void {
    for (const list of this.#lists) list.removeAll()
    this.detach()
  }

  #allKept(): Written[] {
    return this.#lists.flatMap((list) => list.all())
  }

  #changeKept(id: string, change: Parameters<PendingList['change']>[1]): void {
    for (const list of this.#lists) list.change(id, change)
  }

  #remove(id: string): void {
    for (const list of this.#lists) list.remove(id)
  }

  #find(id: string): Entry | undefined {
    return this.#entries.find((entry) => entry.id === id)
  }

  #change(id: string, change: Partial<Entry>): void {
    this.#entries = this.#entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry))
  }
}

function includes(list: readonly { id: string }[], id: string): boolean {
  return list.some((one) => one.id === id)
}

function toEntry({ id, content, writtenAt, failure }: Written, origin: Entry['origin']): Entry {
  const state = failure ? 'failed' : 'waiting'
  return { id, content, writtenAt: new Date(writtenAt), state, failure, confirmed: false, origin }
}

function toWritten({ id, content, writtenAt, failure }: Entry): Written {
  return { id, content, writtenAt: writtenAt.getTime(), failure }
}

function isDiscarded({ discardedAt }: Written): boolean {
  return discardedAt !== undefined
}

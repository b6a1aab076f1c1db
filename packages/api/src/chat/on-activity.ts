import type { Following, Sink } from '@acme/socket/followable'
import { z } from 'zod'
import type { ChatActivity, Participant } from '../contract.ts'
import type { Deps } from '../deps.ts'
import type { Member as Caller } from '../identity/caller.ts'
import { uuid } from '../ids.ts'
import { type Stream, stream } from '../stream.ts'
import { ensureMaySee } from './access.ts'
import type { Member, Room } from './activity/room.ts'

export const onActivityInput = z.strictObject({ chatId: uuid })

/**
 * Follows what goes on around the messages: first the present state, then the whole state at each change. What
 * changes while the reader is busy becomes one event. While it runs, the caller counts as here.
 *
 * @throws Refusal chat_unknown
 */
export function onActivity(
  deps: Pick<Deps, 'rooms'>,
  caller: Caller,
  { chatId }: z.output<typeof onActivityInput>,
  signal: AbortSignal,
): Stream<ChatActivity> {
  return stream((sink) => new ActivityFollowing(deps, caller, chatId, sink), signal)
}

class ActivityFollowing implements Following, Member {
  readonly self: Participant
  readonly #deps: Pick<Deps, 'rooms'>
  readonly #chatId: string
  readonly #room: Room
  readonly #sink: Sink<ChatActivity>
  /** What was told last, to tell only what is different. */
  #told = ''
  #stopped = false

  constructor({ rooms }: Pick<Deps, 'rooms'>, caller: Caller, chatId: string, sink: Sink<ChatActivity>) {
    this.self = { id: caller.userId, side: caller.type, name: caller.name }
    this.#deps = { rooms }
    this.#chatId = chatId
    this.#sink = sink
    this.#room = rooms.use(chatId)
    void this.#enter(caller)
  }

  changed(): void {
    if (this.#stopped || !this.#sink.writable) return
    const activity = this.#room.activityFor(this.self)
    const picture = JSON.stringify(activity)
    if (activity === null || picture === this.#told) return
    this.#told = picture
    this.#sink.next(activity)
  }

  resume(): void {
    this.changed()
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#room.leave(this)
    this.#deps.rooms.letGo(this.#chatId, this.#room)
  }

  /** Who is not let in was never here. */
  async #enter(caller: Caller): Promise<void> {
    try {
      const chat = await this.#room.state()
      if (this.#stopped) return
      ensureMaySee(caller, chat)
      this.#room.join(this)
    } catch (error) {
      this.#sink.error(error)
    }
  }
}

import type { Hub } from '@acme/realtime'
import type { ChatState } from './chat-states.ts'
import { Room } from './room.ts'

const TICK_MS = 1_000
/** Within this every room has said who is in it: what another process missed when hints were lost is repaired. */
const ANNOUNCED_WITHIN_TICKS = 60

export interface RoomsOptions {
  hub: Hub
  readState: (chatId: string) => Promise<ChatState | null>
  onError: (error: unknown) => void
  now?: () => number
}

/** The rooms of the chats that somebody follows in this process, with one timer for all. */
export class Rooms {
  readonly #options: RoomsOptions
  readonly #rooms = new Map<string, Room>()
  readonly #timer: NodeJS.Timeout
  #announcing: Iterator<Room> = [][Symbol.iterator]()

  constructor(options: RoomsOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  /** The chat's room, made when nobody uses it yet. To be let go once with `letGo`. */
  use(chatId: string): Room {
    const { hub, readState, onError, now = () => performance.now() } = this.#options
    const room = this.#rooms.get(chatId) ?? new Room({ chatId, hub, readState, onError, now })
    this.#rooms.set(chatId, room)
    room.users += 1
    return room
  }

  letGo(chatId: string, room: Room): void {
    room.users -= 1
    if (room.users > 0) return
    this.#rooms.delete(chatId)
    room.close()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const room of this.#rooms.values()) room.close()
    this.#rooms.clear()
  }

  #tick(): void {
    for (const room of this.#rooms.values()) if (room.isRestless) room.tick()
    for (let left = Math.ceil(this.#rooms.size / ANNOUNCED_WITHIN_TICKS); left > 0; left--) {
      const next = this.#announcing.next()
      if (next.done) {
        this.#announcing = this.#rooms.values()
        return
      }
      next.value.announceAll()
    }
  }
}

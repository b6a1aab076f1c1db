import type { KeyValueStorage } from '../platform/browser.ts'
import type { Clock } from '../platform/clock.ts'
import { Listeners } from '../platform/store.ts'

/** Longer than a message takes to the server and back: nobody may rely on the other tabs knowing first. */
const HOP_MS = 5

export interface TabStorage {
  storage: KeyValueStorage
  /** Another tab changed something. */
  onChange: (listener: () => void) => () => void
}

/**
 * One storage for the tabs of one browser. As in the widget, each tab works on a copy of its own; what it changes
 * reaches the original, and from there the other copies, a moment later.
 */
export class SharedStorage {
  readonly #clock: Clock
  readonly #original = new Map<string, string>()
  readonly #copies = new Set<{ kept: Map<string, string>; changed: Listeners }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What a tab that is opened now has to work with. */
  open(): TabStorage {
    const copy = { kept: new Map(this.#original), changed: new Listeners() }
    this.#copies.add(copy)
    const write = (key: string, value: string | null) => {
      put(copy.kept, key, value)
      this.#clock.after(HOP_MS, () => {
        put(this.#original, key, value)
        for (const other of this.#copies) {
          if (other === copy) continue
          put(other.kept, key, value)
          other.changed.tell()
        }
      })
    }
    return {
      storage: {
        get: (key) => copy.kept.get(key) ?? null,
        set: (key, value) => write(key, value),
        remove: (key) => copy.kept.has(key) && write(key, null),
        keys: (prefix) => [...copy.kept.keys()].filter((key) => key.startsWith(prefix)),
      },
      onChange: (listener) => copy.changed.add(listener),
    }
  }
}

function put(kept: Map<string, string>, key: string, value: string | null): void {
  if (value === null) kept.delete(key)
  else kept.set(key, value)
}

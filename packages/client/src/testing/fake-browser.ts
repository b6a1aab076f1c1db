import { type Browser, type KeyValueStorage, memoryStorage } from '../platform/browser.ts'
import { Listeners } from '../platform/store.ts'

/** A browser whose weather the test makes. */
export class FakeBrowser implements Browser {
  online = true
  readonly storage: KeyValueStorage
  readonly tabStorage = memoryStorage()
  readonly #wake = new Listeners()
  readonly #offline = new Listeners()

  constructor(storage: KeyValueStorage = memoryStorage()) {
    this.storage = storage
  }

  isOnline = () => this.online
  onWake = (listener: () => void) => this.#wake.add(listener)
  onOffline = (listener: () => void) => this.#offline.add(listener)
  onStorageChange = () => () => {}

  wake(): void {
    this.online = true
    this.#wake.tell()
  }

  loseNetwork(): void {
    this.online = false
    this.#offline.tell()
  }
}

/** Lets one loop sleep until somebody has something for it. Waking it twice before it looks is waking it once. */
export class Wake {
  #awake = false
  #resolve: (() => void) | null = null

  wake(): void {
    this.#awake = true
    this.#resolve?.()
  }

  /** Resolves at the next wake (at once if there was one since the last wait), at the time-out or on abort. */
  async wait(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (!this.#awake && !signal.aborted) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
        signal.addEventListener('abort', this.#abort, { once: true })
        if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs)
      })
      clearTimeout(timer)
      signal.removeEventListener('abort', this.#abort)
      this.#resolve = null
    }
    this.#awake = false
  }

  readonly #abort = () => this.#resolve?.()
}

interface Waiting<Item, Answer> {
  item: Item
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Gathers what is asked for: what finds nothing under way goes at once, what arrives meanwhile goes together when that
 * is done.
 */
export class Gatherer<Item, Answer> {
  readonly #run: (batch: readonly Item[]) => Promise<readonly Answer[]>
  readonly #most: number
  #waiting: Waiting<Item, Answer>[] = []
  #running: Promise<void> | null = null

  /** `run` answers each item of a batch of so many at most, in their order. */
  constructor(run: (batch: readonly Item[]) => Promise<readonly Answer[]>, most: number) {
    this.#run = run
    this.#most = most
  }

  /** @throws what the batch's run threw, and when it gave no answer for this one */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#most)
      try {
        const answers = await this.#run(batch.map(({ item }) => item))
        for (const [n, { resolve, reject }] of batch.entries()) {
          const answer = answers[n]
          if (answer === undefined) reject(new Error('A batch gave fewer answers than it was asked for'))
          else resolve(answer)
        }
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running = null
  }
}

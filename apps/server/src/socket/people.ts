/** Counts sockets by person, over all their sessions. */
export class SocketsOfPeople {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /** False when the person has as many as one may have. */
  enter(userId: string): boolean {
    const count = this.#counts.get(userId) ?? 0
    if (count >= this.#most) return false
    this.#counts.set(userId, count + 1)
    return true
  }

  leave(userId: string): void {
    const left = (this.#counts.get(userId) ?? 1) - 1
    if (left > 0) this.#counts.set(userId, left)
    else this.#counts.delete(userId)
  }
}

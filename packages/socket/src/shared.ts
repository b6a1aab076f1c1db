/** How values become messages: the part behind an envelope's head, which does not depend on who gets it. */
export interface Encoding {
  /** Throws what the transformer throws. */
  body: (value: unknown) => string
  error: (shape: unknown) => string
  frame: (text: string) => Buffer
}

/**
 * A value together with its encoding, made when the first follower gets it.
 *
 * The last whole frame is kept as well: followers mostly use the same request id, so that most of them get the same
 * bytes.
 */
export class Shared<T> {
  readonly value: T
  #encoding: Encoding | null = null
  #body = ''
  #head = ''
  #frame: Buffer | null = null

  constructor(value: T) {
    this.value = value
  }

  /** The frame that carries it under this head. Throws what the encoding throws. */
  frame(head: string, encoding: Encoding): Buffer {
    if (this.#encoding !== encoding) {
      this.#body = encoding.body(this.value)
      this.#encoding = encoding
      this.#frame = null
    }
    if (!this.#frame || this.#head !== head) {
      this.#frame = encoding.frame(head + this.#body)
      this.#head = head
    }
    return this.#frame
  }
}

import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { frameBytes, textFrame, writeFrame } from './frame.ts'
import type { Limits } from './limits.ts'

/** A text that is to be one frame, or frames that are ready. */
type Piece = string | Buffer

/** What happens to the output of a socket. */
export interface OutgoingOwner {
  /** More was written than the peer took. */
  onStall: () => void
  /** The peer has not taken all yet, and more was written. */
  onBacklog: () => void
  /** Everything was taken. */
  onDrain: () => void
  /** More was unsent than may be when there was more to send. */
  onOverflow: () => void
}

/**
 * The output of one socket. What is sent in one turn of the event loop leaves in one write.
 *
 * Frames are written straight to the stream below the socket: its `write` says when to stop, it takes a whole turn's
 * frames as one buffer, and frames that are ready need no copy. A WebSocket that compresses has to do it itself.
 */
export class Outgoing {
  /** Full: the stream holds more than its high-water mark (64 KiB for Node's sockets). */
  stalled = false
  /** Waits for the flusher. */
  queued = false
  /** Of all that was sent; an estimate where text is not ASCII. */
  sentBytes = 0
  readonly #socket: WebSocket
  readonly #stream: Duplex
  readonly #compresses: boolean
  readonly #flusher: Flusher
  readonly #limits: Limits
  readonly #owner: OutgoingOwner
  #pieces: Piece[] | null = null
  #gathered = 0

  constructor(socket: WebSocket, stream: Duplex, flusher: Flusher, limits: Limits, owner: OutgoingOwner) {
    this.#socket = socket
    this.#stream = stream
    this.#compresses = socket.extensions !== ''
    this.#flusher = flusher
    this.#limits = limits
    this.#owner = owner
  }

  /** Bytes that the peer's side of the connection has not taken yet; of what is gathered it is an estimate. */
  get unsentBytes(): number {
    return this.#gathered + this.#socket.bufferedAmount
  }

  send(piece: Piece): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#pieces) this.#pieces.push(piece)
    else this.#pieces = [piece]
    this.#gathered += piece.length
    this.sentBytes += piece.length
    if (this.#gathered >= this.#limits.gatherBytes) this.flush()
    else this.#flusher.add(this)
  }

  flush(): void {
    const pieces = this.#pieces
    this.#pieces = null
    this.#gathered = 0
    if (!pieces || this.#socket.readyState !== this.#socket.OPEN) return
    // Looked at before and not after: one large answer is no fault of its reader.
    if (this.#socket.bufferedAmount > this.#limits.unsentBytes) this.#owner.onOverflow()
    else if (this.#compresses) this.#compress(pieces)
    else this.#write(pieces)
  }

  #write(pieces: Piece[]): void {
    const [first] = pieces
    const frames = pieces.length === 1 && first !== undefined ? frameOf(first) : join(pieces)
    if (this.#stream.write(frames)) return
    if (!this.stalled) {
      this.#stream.once('drain', () => this.#drained())
      this.#stall()
    }
    this.#owner.onBacklog()
  }

  #compress(pieces: Piece[]): void {
    for (const piece of pieces) {
      this.#socket.send(typeof piece === 'string' ? piece : payloadOf(piece), { binary: false }, () => {
        if (this.stalled && this.#socket.bufferedAmount < this.#limits.gatherBytes) this.#drained()
      })
    }
    if (!this.stalled && this.#socket.bufferedAmount >= this.#limits.gatherBytes) this.#stall()
    if (this.stalled) this.#owner.onBacklog()
  }

  #stall(): void {
    this.stalled = true
    this.#owner.onStall()
  }

  #drained(): void {
    this.stalled = false
    this.#owner.onDrain()
  }
}

function frameOf(piece: Piece): Buffer {
  return typeof piece === 'string' ? textFrame(piece) : piece
}

/** One buffer of frames. */
function join(pieces: Piece[]): Buffer {
  const lengths = pieces.map((piece) => (typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length))
  let total = 0
  for (const [index, piece] of pieces.entries()) {
    const length = lengths[index] ?? 0
    total += typeof piece === 'string' ? frameBytes(length) : length
  }
  const buffer = Buffer.allocUnsafe(total)
  let offset = 0
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string') offset = writeFrame(buffer, offset, piece, lengths[index] ?? 0)
    else offset += piece.copy(buffer, offset)
  }
  return buffer
}

/** A ready frame's payload, for a socket that frames by itself. */
function payloadOf(frame: Buffer): Buffer {
  const length = frame[1] ?? 0
  return frame.subarray(length <= 125 ? 2 : length === 126 ? 4 : 10)
}

/** Flushes the output of all sockets at the end of the turn, once each. */
export class Flusher {
  #queue: Outgoing[] = []
  readonly #flush = () => {
    const queue = this.#queue
    this.#queue = []
    for (const outgoing of queue) {
      outgoing.queued = false
      outgoing.flush()
    }
  }

  add(outgoing: Outgoing): void {
    if (outgoing.queued) return
    outgoing.queued = true
    if (this.#queue.push(outgoing) === 1) setImmediate(this.#flush)
  }
}

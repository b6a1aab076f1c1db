/** Opcodes of RFC 6455. */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const

/**
 * A client's frame. The mask key is zero, which RFC 6455 allows and which leaves the payload as it is: masking is not
 * what is measured here.
 */
export function clientFrame(opcode: number, payload: string | Buffer): Buffer {
  const length = Buffer.byteLength(payload)
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const frame = Buffer.allocUnsafe(2 + extended + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) frame.writeUInt16BE(length, 2)
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.fill(0, 2 + extended, 6 + extended)
  if (typeof payload === 'string') frame.write(payload, 6 + extended)
  else payload.copy(frame, 6 + extended)
  return frame
}

const NOTHING = Buffer.alloc(0)

/** Cuts what a server sends into frames. Servers here send none in fragments; one that does is an error. */
export class FrameReader {
  #rest: Buffer = NOTHING

  /** Calls back for each frame that is complete; keeps what is not. @throws Error on a fragment */
  push(chunk: Buffer, onFrame: (opcode: number, payload: Buffer) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (;;) {
      const frame = frameAt(bytes, at)
      if (!frame) break
      onFrame(frame.opcode, bytes.subarray(frame.from, frame.to))
      at = frame.to
    }
    // A copy: the rest of a frame must not keep the whole chunk alive in each of many sockets.
    this.#rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at))
  }
}

function frameAt(bytes: Buffer, at: number): { opcode: number; from: number; to: number } | null {
  if (bytes.length < at + 2) return null
  const [first = 0, second = 0] = bytes.subarray(at, at + 2)
  if ((first & 0x80) === 0 || (second & 0x80) !== 0) throw new Error('A fragment or a masked frame')
  const extended = second < 126 ? 0 : second === 126 ? 2 : 8
  const from = at + 2 + extended
  if (bytes.length < from) return null
  const length =
    extended === 0
      ? second
      : extended === 2
        ? bytes.readUInt16BE(at + 2)
        : Number(bytes.readBigUInt64BE(at + 2))
  return bytes.length < from + length ? null : { opcode: first & 0x0f, from, to: from + length }
}

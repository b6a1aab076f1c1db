/** Text frames as a server sends them: whole, unmasked, uncompressed (RFC 6455, section 5.2). */
const FINAL_TEXT = 0x81
const MAX_SHORT = 125
const LENGTH_IN_2_BYTES = 126
const LENGTH_IN_8_BYTES = 127

/** The bytes of a frame around a payload of `length` bytes, payload included. */
export function frameBytes(length: number): number {
  if (length <= MAX_SHORT) return 2 + length
  return (length <= 0xffff ? 4 : 10) + length
}

/** Writes one frame at `offset`; returns the offset behind it. `length` is the payload's in UTF-8. */
export function writeFrame(target: Buffer, offset: number, text: string, length: number): number {
  target[offset] = FINAL_TEXT
  if (length <= MAX_SHORT) {
    target[offset + 1] = length
    offset += 2
  } else if (length <= 0xffff) {
    target[offset + 1] = LENGTH_IN_2_BYTES
    target.writeUInt16BE(length, offset + 2)
    offset += 4
  } else {
    target[offset + 1] = LENGTH_IN_8_BYTES
    target.writeUInt32BE(0, offset + 2)
    target.writeUInt32BE(length, offset + 6)
    offset += 10
  }
  return offset + target.write(text, offset, 'utf8')
}

/** One frame of its own. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(frameBytes(length))
  writeFrame(frame, 0, text, length)
  return frame
}

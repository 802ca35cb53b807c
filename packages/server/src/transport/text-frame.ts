/**
 * A server's text frame in one buffer (RFC 6455 §5.2: unmasked, unfragmented). `ws` would make two and a list of them, which
 * is a third of what a short delta costs on its way out.
 */
const FIN_TEXT = 0x81
const TWO_BYTE_LENGTH = 126
const EIGHT_BYTE_LENGTH = 127
/** The longest header. */
const HEADER_BYTES = 10
/** UTF-8 bytes for a UTF-16 code unit, at most. */
const MAX_BYTES_PER_UNIT = 3
/** Up to this many code units a buffer for the worst case is cheaper than counting first. */
const SHORT = 1024

export function textFrame(text: string): Buffer {
  const room = text.length <= SHORT ? text.length * MAX_BYTES_PER_UNIT : Buffer.byteLength(text)
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + room)
  const length = buffer.write(text, HEADER_BYTES)
  const start = HEADER_BYTES - headerBytes(length)
  buffer[start] = FIN_TEXT
  if (length < TWO_BYTE_LENGTH) {
    buffer[start + 1] = length
  } else if (length <= 0xff_ff) {
    buffer[start + 1] = TWO_BYTE_LENGTH
    buffer.writeUInt16BE(length, start + 2)
  } else {
    buffer[start + 1] = EIGHT_BYTE_LENGTH
    buffer.writeBigUInt64BE(BigInt(length), start + 2)
  }
  return buffer.subarray(start, HEADER_BYTES + length)
}

function headerBytes(length: number): number {
  if (length < TWO_BYTE_LENGTH) return 2
  return length <= 0xff_ff ? 4 : HEADER_BYTES
}

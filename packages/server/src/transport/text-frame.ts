/**
 * A server's text frame (RFC 6455 §5.2: unmasked, unfragmented) in one piece. `ws` would make two buffers and a list of
 * them, which is a third of what a short delta costs on its way out.
 */
import type { Writable } from 'node:stream'

const FIN_TEXT = 0x81
const TWO_BYTE_LENGTH = 126
const EIGHT_BYTE_LENGTH = 127
const MAX_TWO_BYTES = 0xff_ff
/** The longest header. */
const HEADER_BYTES = 10

/** Writes the frame with this text to the connection under the WebSocket. On the path of every delta. */
export function writeTextFrame(connection: Writable, text: string): void {
  const length = Buffer.byteLength(text)
  // Of ASCII each code unit is a byte, those of a short header too: a string needs no buffer.
  if (length === text.length && length <= MAX_TWO_BYTES) {
    connection.write(shortHeader(length) + text, 'latin1')
  } else connection.write(frame(text, length))
}

function shortHeader(length: number): string {
  return length < TWO_BYTE_LENGTH
    ? String.fromCharCode(FIN_TEXT, length)
    : String.fromCharCode(FIN_TEXT, TWO_BYTE_LENGTH, length >> 8, length & 0xff)
}

function frame(text: string, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + length)
  const start = HEADER_BYTES - headerBytes(length)
  buffer[start] = FIN_TEXT
  if (length < TWO_BYTE_LENGTH) {
    buffer[start + 1] = length
  } else if (length <= MAX_TWO_BYTES) {
    buffer[start + 1] = TWO_BYTE_LENGTH
    buffer.writeUInt16BE(length, start + 2)
  } else {
    buffer[start + 1] = EIGHT_BYTE_LENGTH
    buffer.writeBigUInt64BE(BigInt(length), start + 2)
  }
  buffer.write(text, HEADER_BYTES)
  return buffer.subarray(start)
}

function headerBytes(length: number): number {
  if (length < TWO_BYTE_LENGTH) return 2
  return length <= MAX_TWO_BYTES ? 4 : HEADER_BYTES
}

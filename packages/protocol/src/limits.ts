/** The fixed numbers of the protocol. */

export const SUBPROTOCOL = 'speak-code.v1'
export const CHAT_PATH = '/ws/chat'

export const HELLO_TIMEOUT_MS = 10_000
export const HEARTBEAT_MS = 25_000
/** How long a side may stay silent after a ping before the connection counts as dead. */
export const PONG_TIMEOUT_MS = 10_000

/** Largest frame either side sends, inclusive. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024
/** Largest frame before `hello`, inclusive. */
export const MAX_HELLO_BYTES = 64 * 1024
/** Live runs per connection. */
export const MAX_INFLIGHT = 16
/** Bad frames in a row; the last of them is answered, then the connection is closed. */
export const MAX_BAD_FRAMES = 10
/** Longest wait between reconnection attempts. */
export const MAX_BACKOFF_MS = 30_000

/** One socket to a relay, whatever is underneath. */
import type { Failure } from './failure.ts'
import type { RelayAddress } from './relay-target.ts'

/** What a link tells, from the next turn of the event loop on at the latest. */
export interface LinkEvents {
  /** The handshake is done. */
  opened(): void
  /** There was no handshake; nothing follows. */
  failed(failure: Failure): void
  message(text: string): void
  /** Anything has come in, a frame of the protocol below included. */
  alive(): void
  /** What came in is not what the protocol knows. */
  garbled(reason: string): void
  /** Once after `opened`; nothing follows. */
  closed(code: number, reason: string): void
}

export interface Link {
  /** Sends one text frame. Does nothing unless the link is open. */
  send(text: string): void
  /** Sends a ping of the WebSocket protocol. */
  ping(): void
  /** Starts the closing handshake; before `opened` it gives the link up. */
  close(code: number): void
  /** Drops the connection without a handshake. */
  terminate(): void
}

export type OpenLink = (address: RelayAddress, events: LinkEvents) => Link

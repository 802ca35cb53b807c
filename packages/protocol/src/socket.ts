/** One end of a connection that carries text frames, whatever is underneath. */
export interface Socket {
  /** Sends one text frame. Does nothing once the socket is closed. */
  send(text: string): void
  /** Starts the closing handshake. `reason` is cut to what a close frame holds. */
  close(code: number, reason?: string): void
  /** Drops the connection without a handshake. */
  terminate(): void
  /** Bytes that were given to `send` and have not left yet. */
  readonly bufferedAmount: number
  onMessage(listener: (text: string) => void): void
  /** Called once, after which the socket is dead. */
  onClose(listener: (code: number, reason: string) => void): void
  /** Holds back what is sent until `uncork`, so that it leaves in one piece. Not nested. */
  cork(): void
  uncork(): void
  /** Stops reading, so that the peer has to wait. Frames that have been read already still arrive. */
  pause(): void
  resume(): void
  /** Called when `bufferedAmount` has gone back to zero. */
  onDrain(listener: () => void): void
}

/** A linked pair of sockets for tests: what one sends the other gets, in order, a microtask later. */
import { closeReason } from './close-codes.ts'
import type { Socket } from './socket.ts'

class LinkedSocket implements Socket {
  readonly bufferedAmount = 0
  peer: LinkedSocket | undefined
  #open = true
  #message: ((text: string) => void)[] = []
  #close: ((code: number, reason: string) => void)[] = []

  send(text: string): void {
    const peer = this.peer
    if (!this.#open || peer === undefined) return
    queueMicrotask(() => {
      if (peer.#open) for (const listener of peer.#message) listener(text)
    })
  }

  close(code: number, reason = ''): void {
    const peer = this.peer
    queueMicrotask(() => {
      if (peer !== undefined) peer.#closed(code, closeReason(reason))
      this.#closed(code, closeReason(reason))
    })
  }

  terminate(): void {
    const peer = this.peer
    this.#closed(1006, '')
    queueMicrotask(() => {
      if (peer !== undefined) peer.#closed(1006, '')
    })
  }

  onMessage(listener: (text: string) => void): void {
    this.#message.push(listener)
  }

  onClose(listener: (code: number, reason: string) => void): void {
    this.#close.push(listener)
  }

  cork(): void {
    // What is sent arrives at once as it is.
  }

  uncork(): void {
    // As for `cork`.
  }

  pause(): void {
    // Both ends live in one process, which has all the frames anyway.
  }

  resume(): void {
    // As for `pause`.
  }

  onDrain(): void {
    // Nothing is ever buffered here, so there is nothing to tell.
  }

  #closed(code: number, reason: string): void {
    if (!this.#open) return
    this.#open = false
    for (const listener of this.#close) listener(code, reason)
  }
}

/** Two sockets, each the other's far end. */
export function linkedSockets(): [Socket, Socket] {
  const left = new LinkedSocket()
  const right = new LinkedSocket()
  left.peer = right
  right.peer = left
  return [left, right]
}

/**
 * One run on its way to one socket: reads on from the journal as fast as the socket takes it. All that it keeps for a slow
 * reader is the last seq that was sent.
 */
import { encode, type NoticeMessage, type Socket } from '@speak-code/protocol'
import type { RunReader } from '../chat/run-reader.ts'
import { deltaFrame, endFrame } from './frames.ts'

/** Beyond this many bytes that have not left, nothing more is sent until the socket has drained. */
export const MAX_BUFFERED_BYTES = 256 * 1024

export class Delivery {
  readonly reader: RunReader
  readonly #socket: Socket
  readonly #onEnd: (delivered: boolean) => void
  readonly #unfollow: () => void
  #sent: number
  #loading = false
  #over = false

  /**
   * Sends what follows `after`, then what comes. `onEnd` is told once: whether the end chunk was given to the socket, or
   * the chunks could not be read.
   */
  constructor(
    reader: RunReader,
    after: number,
    socket: Socket,
    onEnd: (delivered: boolean) => void,
  ) {
    this.reader = reader
    this.#sent = after
    this.#socket = socket
    this.#onEnd = onEnd
    this.#unfollow = reader.follow(
      () => {
        this.pump()
      },
      (notice) => {
        this.#tell(notice)
      },
    )
    this.pump()
  }

  /** Sends what there is, as far as the socket takes it. To be called when the socket has drained. */
  pump(): void {
    // A single delta, which is what most turns bring, leaves at once; several leave in one piece.
    if (this.reader.tail <= this.#sent + 1) {
      this.#send()
      return
    }
    this.#socket.cork()
    this.#send()
    this.#socket.uncork()
  }

  #send(): void {
    const { reader } = this
    while (!this.#over && !this.#loading && this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) {
      const next = reader.at(this.#sent + 1)
      if (next !== undefined) {
        this.#socket.send(deltaFrame(reader.row.id, next))
        this.#sent = next.seq
        continue
      }
      const { end } = reader
      if (end !== undefined && this.#sent >= end.seq - 1) {
        if (this.#sent < end.seq) this.#socket.send(endFrame(end))
        this.#finish(true)
        return
      }
      if (this.#sent >= reader.tail) return
      void this.#load()
    }
  }

  /** Whether there is something that was not given to the socket yet. */
  get behind(): boolean {
    return this.#sent < this.reader.tail
  }

  stop(): void {
    this.#over = true
    this.#unfollow()
  }

  /** What is for people is not worth keeping for a slow reader. */
  #tell(notice: NoticeMessage): void {
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) this.#socket.send(encode(notice))
  }

  async #load(): Promise<void> {
    this.#loading = true
    try {
      const chunks = await this.reader.load(this.#sent)
      if (chunks.length === 0) throw new Error('chunks are missing from the journal')
      if (this.#over) return
      this.#socket.cork()
      for (const chunk of chunks) this.#socket.send(deltaFrame(this.reader.row.id, chunk))
      this.#socket.uncork()
      this.#sent = chunks.at(-1)?.seq ?? this.#sent
    } catch {
      this.#finish(false)
      return
    } finally {
      this.#loading = false
    }
    this.pump()
  }

  #finish(delivered: boolean): void {
    if (this.#over) return
    this.stop()
    this.#onEnd(delivered)
  }
}

/** The frames that a test's client has received, and waiting for those to come. */
import { parseServerMessage, type ServerFrameType, type ServerMessage } from '@speak-code/protocol'

type Of<T extends ServerFrameType> = Extract<ServerMessage, { type: T }>

const PATIENCE_MS = 10_000

export class FrameLog {
  readonly received: ServerMessage[] = []
  closed: { code: number; reason: string } | undefined
  #waiting: (() => void)[] = []

  /** Throws where the frame is out of the protocol. */
  take(text: string): void {
    const parsed = parseServerMessage(text)
    if (parsed.kind !== 'message') throw new Error(`a frame out of the protocol: ${text}`)
    this.received.push(parsed.message)
    this.#tell()
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason }
    this.#tell()
  }

  of<T extends ServerFrameType>(type: T): Of<T>[] {
    return this.received.filter((message): message is Of<T> => message.type === type)
  }

  /** The first frame for which `wanted` holds, now or when it comes; throws after 10 seconds. */
  async wait<T extends ServerFrameType>(
    type: T,
    wanted: (message: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const found = this.of(type).find(wanted)
      if (found !== undefined) return found
      await this.#next(deadline, `a ${type}`)
    }
  }

  async waitClosed(): Promise<{ code: number; reason: string }> {
    const deadline = performance.now() + PATIENCE_MS
    while (this.closed === undefined) await this.#next(deadline, 'the close')
    return this.closed
  }

  /** The answer's text as this client saw it after `after`; throws where a seq is missing or comes twice. */
  textOf(id: string, after = 0): string {
    const chunks = this.of('chunk').filter((chunk) => chunk.id === id)
    for (const [index, chunk] of chunks.entries()) {
      if (chunk.seq !== after + index + 1) throw new Error(`seq ${chunk.seq} at place ${index + 1}`)
    }
    return chunks.map((chunk) => chunk.delta).join('')
  }

  async #next(deadline: number, what: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      const got = JSON.stringify(this.received).slice(-2000)
      reject(new Error(`waited in vain for ${what}; got ${got}`))
    }, deadline - performance.now())
    this.#waiting.push(resolve)
    await promise.finally(() => {
      clearTimeout(timer)
    })
  }

  #tell(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

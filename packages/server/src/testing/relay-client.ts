/** A bare client over a real socket: sends frames, gathers what comes. */
import { once } from 'node:events'
import {
  encode,
  parseServerMessage,
  SUBPROTOCOL,
  type ClientMessage,
  type ServerFrameType,
  type ServerMessage,
} from '@speak-code/protocol'
import { WebSocket, type ClientOptions } from 'ws'

type Of<T extends ServerFrameType> = Extract<ServerMessage, { type: T }>

const PATIENCE_MS = 10_000

export class RelayClient {
  readonly ws: WebSocket
  readonly received: ServerMessage[] = []
  closed: { code: number; reason: string } | undefined
  #waiting: (() => void)[] = []

  constructor(url: string, options: ClientOptions & { subprotocols?: string[] } = {}) {
    const { subprotocols = [SUBPROTOCOL], ...rest } = options
    this.ws = new WebSocket(url, subprotocols, rest)
    this.ws.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : ''
      const parsed = parseServerMessage(text)
      if (parsed.kind !== 'message') throw new Error(`a frame out of the protocol: ${text}`)
      this.received.push(parsed.message)
      this.#tell()
    })
    this.ws.on('error', () => {
      // The close that follows is what tests wait for.
    })
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString('utf8') }
      this.#tell()
    })
  }

  /** Connected and welcomed. */
  static async open(url: string): Promise<RelayClient> {
    const client = new RelayClient(url)
    await once(client.ws, 'open')
    client.send({ type: 'hello', client: { name: 'test', version: '0' } })
    await client.wait('welcome')
    return client
  }

  send(message: ClientMessage): void {
    this.ws.send(encode(message))
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
      reject(
        new Error(`waited in vain for ${what}; got ${JSON.stringify(this.received).slice(-2000)}`),
      )
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

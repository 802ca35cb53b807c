/**
 * How a relay in the background is seen and stopped: a socket beside the chat's own. It tells its status to whoever
 * connects, takes one order, and stays open until the process has ended. Both ways lines of JSON.
 */
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { createInterface, type Interface } from 'node:readline'
import { z } from 'zod'

export const RelayStatus = z.object({
  pid: z.int().positive(),
  version: z.string(),
  /** ISO 8601 in UTC. */
  startedAt: z.iso.datetime(),
  clients: z.int().nonnegative(),
  /** Live runs. */
  runs: z.int().nonnegative(),
  /** It is leaving and takes no new work. */
  draining: z.boolean(),
  socket: z.string(),
  config: z.string(),
})
export type RelayStatus = z.infer<typeof RelayStatus>

/** `yield`: leave if there is no live run. `stop`: finish them first. `stop-now`: keep what there is of them. */
const Order = z.enum(['yield', 'stop', 'stop-now'])
export type Order = z.infer<typeof Order>

const Reply = z.object({ leaving: z.boolean() })

export interface ControlHandlers {
  status(): RelayStatus
  /** Says whether the relay leaves, without waiting for it. */
  order(order: Order): boolean
}

/** Listens on `path`, which is free. Rejects with the system's error. */
export function serveControl(path: string, handlers: ControlHandlers): Promise<Server> {
  const server = createServer((socket) => {
    // A caller that goes away in mid-sentence is no concern of the relay.
    socket.on('error', () => socket.destroy())
    // Open to the last, but no reason to live.
    socket.unref()
    socket.write(`${JSON.stringify(handlers.status())}\n`)
    createInterface({ input: socket, crlfDelay: Infinity }).once('line', (line) => {
      const order = Order.safeParse(line)
      const leaving = order.success && handlers.order(order.data)
      socket.write(`${JSON.stringify({ leaving } satisfies z.infer<typeof Reply>)}\n`)
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      // The relay's own life decides when the process ends.
      server.unref()
      resolve(server)
    })
  })
}

/** The relay is there, but has not answered in time. */
export class ControlTimeout extends Error {
  override readonly name = 'ControlTimeout'
}

/** A call to a relay's control socket. */
export class ControlCall {
  readonly #socket: Socket
  readonly #lines: AsyncIterator<string>
  readonly #timeoutMs: number
  readonly #closed: Promise<void>

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    const lines: Interface = createInterface({ input: socket, crlfDelay: Infinity })
    this.#lines = lines[Symbol.asyncIterator]()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closed = promise
    socket.once('close', () => {
      // A reset ends the socket without an end of its data, which the lines would wait for.
      lines.close()
      resolve()
    })
  }

  /** undefined where nobody listens. `timeoutMs` bounds each answer. */
  static open(path: string, timeoutMs: number): Promise<ControlCall | undefined> {
    return new Promise((resolve) => {
      const socket = createConnection(path)
      socket.once('connect', () => {
        resolve(new ControlCall(socket, timeoutMs))
      })
      socket.on('error', () => {
        socket.destroy()
        resolve(undefined)
      })
    })
  }

  /** What the relay says first. undefined where it has gone; throws {@link ControlTimeout}. */
  async status(): Promise<RelayStatus | undefined> {
    return this.#read(RelayStatus)
  }

  /** Gives the order. Whether the relay leaves (as one that has gone does); throws {@link ControlTimeout}. */
  async order(order: Order): Promise<boolean> {
    this.#socket.write(`${order}\n`)
    return (await this.#read(Reply))?.leaving ?? true
  }

  /** Resolves when the relay's process has ended. */
  get closed(): Promise<void> {
    return this.#closed
  }

  close(): void {
    this.#socket.destroy()
  }

  async #read<T>(schema: z.ZodType<T>): Promise<T | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new ControlTimeout('The relay does not answer on its control socket.'))
    }, this.#timeoutMs)
    try {
      const line = await Promise.race([this.#lines.next(), late])
      return line.done === true ? undefined : schema.parse(JSON.parse(line.value))
    } finally {
      clearTimeout(timer)
    }
  }
}

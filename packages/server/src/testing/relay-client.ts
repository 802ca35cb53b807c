/** A bare client over a real socket: sends frames, gathers what comes. */
import { once } from 'node:events'
import { encode, SUBPROTOCOL, type ClientMessage } from '@speak-code/protocol'
import { WebSocket, type ClientOptions } from 'ws'
import { FrameLog } from './frame-log.ts'

export class RelayClient extends FrameLog {
  readonly ws: WebSocket

  constructor(url: string, options: ClientOptions & { subprotocols?: string[] } = {}) {
    super()
    const { subprotocols = [SUBPROTOCOL], ...rest } = options
    this.ws = new WebSocket(url, subprotocols, rest)
    this.ws.on('message', (data) => {
      this.take(Buffer.isBuffer(data) ? data.toString('utf8') : '')
    })
    this.ws.on('error', () => {
      // The close that follows is what tests wait for.
    })
    this.ws.on('close', (code, reason) => {
      this.close(code, reason.toString('utf8'))
    })
  }

  /** Connected and welcomed. */
  static async open(url: string, options: ClientOptions = {}): Promise<RelayClient> {
    const client = new RelayClient(url, options)
    await once(client.ws, 'open')
    client.send({ type: 'hello', client: { name: 'test', version: '0' } })
    await client.wait('welcome')
    return client
  }

  send(message: ClientMessage): void {
    this.ws.send(encode(message))
  }
}

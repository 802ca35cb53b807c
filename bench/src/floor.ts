/**
 * The smallest possible relay: `ws` and a raw copy of the upstream's bytes into frames. No parsing, no numbers, no
 * journal, no bounds. What the real relay does beyond this is what its figures are a ratio of.
 *
 *   node floor.ts UPSTREAM-BASE-URL
 */
import { Agent, request } from 'node:http'
import { WebSocketServer } from 'ws'

const [, , upstream] = process.argv
const agent = new Agent({ keepAlive: true })
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const frame: unknown = Buffer.isBuffer(data) ? JSON.parse(data.toString()) : undefined
    if (!isChat(frame)) return
    const headers = { 'content-type': 'application/json' }
    const call = request(
      `${upstream}/chat/completions`,
      { method: 'POST', headers, agent },
      (response) => {
        response.on('data', (bytes: Buffer) => {
          socket.send(bytes, { binary: false })
        })
        response.on('end', () => {
          socket.close()
        })
      },
    )
    call.end(JSON.stringify({ model: frame.model, messages: frame.messages, stream: true }))
  })
})

server.on('listening', () => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  process.stdout.write(`listening on ws://127.0.0.1:${address.port}/ws/chat\n`)
})

function isChat(frame: unknown): frame is { model: string; messages: unknown } {
  return typeof frame === 'object' && frame !== null && 'model' in frame && 'messages' in frame
}

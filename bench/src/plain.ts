/**
 * The smallest possible terminal client: what the answer says, as it comes, and nothing else. No rows, no Markdown, no
 * input. What the real one does beyond this is what its figures stand beside.
 *
 *   node plain.ts RELAY-URL MODEL
 */
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

const [, , url = '', model] = process.argv
const socket = new WebSocket(url, 'speak-code.v1', { perMessageDeflate: false })

socket.on('open', () => {
  socket.send(JSON.stringify({ type: 'hello', client: { name: 'plain', version: '1' } }))
  socket.send(
    JSON.stringify({
      type: 'chat',
      id: randomUUID(),
      conversationId: randomUUID(),
      parentId: null,
      messages: [{ id: randomUUID(), role: 'user', content: 'Go' }],
      model,
    }),
  )
})

socket.on('message', (data) => {
  if (!Buffer.isBuffer(data)) return
  const frame: unknown = JSON.parse(data.toString())
  if (!isChunk(frame)) return
  process.stdout.write(frame.delta)
  if (frame.done) socket.close()
})

function isChunk(frame: unknown): frame is { delta: string; done: boolean } {
  return typeof frame === 'object' && frame !== null && 'delta' in frame && 'done' in frame
}

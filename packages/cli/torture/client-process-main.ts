/** A client in a process of its own, to be killed. `node client-process-main.ts HISTORY PORT`; started by `ClientProcess`. */
import { createChatClient } from '../src/client/chat-client.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { type ClientNews, isClientOrder } from './client-messages.ts'
import { fastClock } from './fast-clock.ts'
import { CLIENT_OPTIONS } from './terminal.ts'

const [, , history = '', port = ''] = process.argv
const url = `ws://127.0.0.1:${port}/ws/chat`
const tell = (news: ClientNews): void => {
  process.send?.(news)
}

const client = createChatClient({
  ...CLIENT_OPTIONS,
  relay: { label: url, token: undefined, target: () => Promise.resolve({ url }) },
  store: openLocalStore(history),
  clock: fastClock(),
})
client.on((event) => {
  tell({ type: 'event', event })
})
tell({ type: 'restoring' })
client.restore()
tell({ type: 'restored' })
client.connect()

process.on('message', (order) => {
  if (!isClientOrder(order)) return
  if (order.type === 'ask') {
    client.send(order.chat)
    tell({ type: 'asked', runId: order.chat.id })
  } else if (order.type === 'cancel') {
    client.cancel(order.runId)
  } else {
    client.follow(order.runId, 0)
  }
})
process.once('disconnect', () => process.exit(0))

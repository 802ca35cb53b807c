/** A relay in a process of its own, for tests that kill it. `node relay-process-main.ts DATA_DIR BASE_URL [CONFIG]` */
import { loadConfig } from '../config/index.ts'
import { startRelay } from '../server.ts'
import { dieAt, installKillPoints, isKillPoint } from './kill-points.ts'

const [, , dataDir = '', baseUrl = '', config = '/nonexistent'] = process.argv
const loaded = loadConfig(config)

installKillPoints()
const relay = await startRelay({
  config: () => loaded,
  env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: baseUrl },
  dataDir,
  listen: { host: '127.0.0.1', port: 0 },
  private: false,
  version: '0.0.0-test',
})
process.send?.(relay.addresses[0])
process.on('message', (message) => {
  if (isKillPoint(message)) dieAt(message)
})
process.once('disconnect', () => process.exit(1))
let leaving = false
process.on('SIGTERM', () => {
  const left = leaving ? relay.stop() : relay.drain()
  leaving = true
  void left.then(() => {
    process.exit(0)
  })
})

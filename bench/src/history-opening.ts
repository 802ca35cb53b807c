/** Opens the history that is given, reads what a start of `chat` reads, and prints how long that took, in ms. */
import { openLocalStore } from '../../packages/cli/src/store/sqlite-store.ts'

const [path = ''] = process.argv.slice(2)
const began = performance.now()
const store = openLocalStore(path)
store.prompts()
store.draft(null)
store.openRuns()
store.conversations({ limit: 1 })
process.stdout.write(String(performance.now() - began))
store.close()

/** The program: runs a command, says what went wrong in a sentence, and exits. */
import { version } from './version.ts'

const args = process.argv.slice(2)

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`)
} else {
  const { runMain } = await import('./run-main.ts')
  process.exit(await runMain(args))
}

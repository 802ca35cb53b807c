/** The program: runs a command, says what went wrong in a sentence, and exits. */
import { isatty } from 'node:tty'
import { opensChat } from './command-line.ts'
import { version } from './version.ts'

const args = process.argv.slice(2)

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${version()}\n`)
} else {
  if (isatty(0) && isatty(1) && opensChat(args)) {
    const { keepEarlyKeys } = await import('./terminal/early-keys.ts')
    await keepEarlyKeys(process.stdin, process.stdout, process.env)
  }
  const { runMain } = await import('./run-main.ts')
  process.exit(await runMain(args))
}

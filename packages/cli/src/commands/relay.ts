/** `relay status|stop|restart|logs`: this machine's own relay. */
import { Command, InvalidArgumentError } from 'commander'
import type { CommonFlags } from '../deps.ts'
import type { GetDeps } from './options.ts'

/** `relay run` is what the program starts in the background, and no business of people. */
export function relayCommand(getDeps: GetDeps): Command {
  const command = new Command('relay').description("see and stop this machine's own relay")
  const sub = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--config <file>', 'the configuration file whose relay is meant')

  sub('status', 'whether it runs, its pid, version, socket and log (exit code 0 either way)')
    .option('--json', 'one JSON object')
    .action(async (flags: CommonFlags & { json?: boolean }) => {
      const { runRelayStatus } = await import('./relay/actions.ts')
      process.exitCode = await runRelayStatus({ json: flags.json === true }, getDeps(flags))
    })
  sub('stop', 'let it finish its answers, then end it')
    .option('--force', 'end it at once; what had arrived of its answers is kept')
    .action(async (flags: CommonFlags & { force?: boolean }) => {
      const { runRelayStop } = await import('./relay/actions.ts')
      process.exitCode = await runRelayStop({ force: flags.force === true }, getDeps(flags))
    })
  sub('restart', 'stop it and start it anew')
    .option('--force', 'end it at once; what had arrived of its answers is kept')
    .action(async (flags: CommonFlags & { force?: boolean }) => {
      const { runRelayRestart } = await import('./relay/actions.ts')
      process.exitCode = await runRelayRestart({ force: flags.force === true }, getDeps(flags))
    })
  sub('logs', 'print the end of its log')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-n, --lines <number>', 'how many lines', countOfLines, 100)
    .action(async (flags: CommonFlags & { follow?: boolean; lines: number }) => {
      const { runRelayLogs } = await import('./relay/actions.ts')
      process.exitCode = await runRelayLogs(
        { follow: flags.follow === true, lines: flags.lines },
        getDeps(flags),
      )
    })
  command
    .command('run', { hidden: true })
    .requiredOption('--config <file>')
    .requiredOption('--data <folder>')
    .requiredOption('--socket <path>')
    .requiredOption('--log <file>')
    .action(async (flags: { config: string; data: string; socket: string; log: string }) => {
      const [{ runRelayProcess }, { version }] = await Promise.all([
        import('../local-relay/relay-process.ts'),
        import('../version.ts'),
      ])
      process.exitCode = await runRelayProcess({
        ...flags,
        version: version(),
        env: process.env,
        startRelay: async () => (await import('@speak-code/server')).startRelay,
      })
    })
  return command
}

function countOfLines(value: string): number {
  const count = Number(value)
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new InvalidArgumentError('It must be a whole number, 0 or more.')
  }
  return count
}

/** `serve`: a relay for others, in the foreground. */
import { Command, InvalidArgumentError } from 'commander'
import type { CommonFlags, TextDeps } from '../deps.ts'
import { UsageError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import type { GetDeps } from './options.ts'

export interface ServeOptions {
  readonly host?: string
  readonly port?: number
  readonly socket?: string
  readonly data?: string
  readonly insecure?: boolean
}

/** What of {@link TextDeps} it uses. */
export type ServeDeps = Pick<TextDeps, 'env' | 'paths' | 'config'> & {
  readonly stdout: { write(text: string): unknown }
}

export function serveCommand(getDeps: GetDeps): Command {
  return new Command('serve')
    .description('run a relay in the foreground; SIGTERM and SIGINT drain it')
    .option('--config <file>', 'the configuration file')
    .option('--host <host>', 'the name or address to listen on (default: [listen] host)')
    .option('--port <number>', 'the port, 0 for any (default: [listen] port)', portNumber)
    .option('--socket <path>', 'a Unix socket, in place of the port unless that is given too')
    .option('--data <folder>', 'where conversations are kept (default: DATA/serve)')
    .option('--insecure', 'listen beyond this machine although nobody has to sign in')
    .action(async (flags: CommonFlags & ServeOptions) => {
      process.exitCode = await runServe(flags, getDeps(flags))
    })
}

/**
 * Serves until it is told to leave. Prints the addresses to stdout when it is ready. Throws ConfigError, UsageError
 * for a foreign address where nobody has to sign in, and RelayStartError.
 */
export async function runServe(options: ServeOptions, deps: ServeDeps): Promise<number> {
  const loaded = deps.config()
  const { listen } = loaded.config
  const onPort =
    options.socket === undefined || options.port !== undefined || options.host !== undefined
  const host = options.host ?? listen.host
  const [{ isLoopback, startRelay }, { drainOnSignals }, { clearStaleSocket }, { version }] =
    await Promise.all([
      import('@speak-code/server'),
      import('../local-relay/drain-on-signals.ts'),
      import('../local-relay/stale-socket.ts'),
      import('../version.ts'),
    ])
  if (onPort && !isLoopback(host) && options.insecure !== true) {
    throw new UsageError(
      `${host} can be reached from other machines, and whoever reaches it could use your keys.`,
      'Listen on 127.0.0.1, or say --insecure where something else keeps strangers out.',
    )
  }
  if (options.socket !== undefined) await clearStaleSocket(options.socket)
  const relay = await startRelay({
    config: () => loaded,
    env: deps.env,
    dataDir: options.data ?? deps.paths.serveStore,
    listen: {
      ...(onPort ? { host, port: options.port ?? listen.port } : {}),
      ...(options.socket === undefined ? {} : { socket: options.socket }),
    },
    private: false,
    findOllama: true,
    version: version(),
    log: 'stderr',
  })
  drainOnSignals(relay)
  for (const address of relay.addresses) deps.stdout.write(`listening on ${address}\n`)
  await relay.closed
  return ExitCode.ok
}

function portNumber(value: string): number {
  const port = Number(value)
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  }
  return port
}

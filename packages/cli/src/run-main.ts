/** What surrounds every command: its errors, and standard output that may not take what is written. */
import { isatty } from 'node:tty'
import { failureText, toCommandError } from './errors.ts'
import { ExitCode } from './exit-code.ts'
import { runProgram } from './program.ts'
import { harmless } from './terminal/harmless.ts'

/** Resolves with the exit code when standard output and standard error have taken all that was written. */
export async function runMain(args: readonly string[]): Promise<number> {
  let outputFault: Error | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has closed the pipe has what it wanted.
    if (error.code !== 'EPIPE') outputFault ??= error
  })
  // Nobody is left to be told.
  process.stderr.on('error', () => undefined)
  const leave = (thrown: unknown): void => {
    process.exit(report(thrown, args))
  }
  process.on('uncaughtException', leave)
  process.on('unhandledRejection', leave)
  const code = await runReported(args)
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  if (outputFault === undefined || code !== ExitCode.ok) return code
  process.stderr.write(
    failureText(`Standard output cannot be written: ${outputFault.message}.`, undefined),
  )
  return ExitCode.failed
}

async function runReported(args: readonly string[]): Promise<number> {
  try {
    return await runProgram(args, isatty(0) && isatty(1))
  } catch (thrown) {
    return report(thrown, args)
  }
}

/** Prints one sentence and perhaps a hint; with `--verbose` where it happened. Returns the exit code. */
function report(thrown: unknown, args: readonly string[]): number {
  const failure = toCommandError(thrown)
  const text = failureText(failure.message, failure.hint)
  process.stderr.write(process.stderr.isTTY ? harmless(text) : text)
  if (wantsJson(args)) process.stdout.write(`${JSON.stringify({ error: failure.info })}\n`)
  const verbose = args.includes('-v') || args.includes('--verbose')
  if (verbose && thrown instanceof Error && thrown.stack !== undefined) {
    process.stderr.write(`${thrown.stack}\n`)
  }
  return failure.exitCode
}

/** Commands whose `--json` is told of a failure here; `ask` has a shape of its own for it. */
const JSON_COMMANDS: ReadonlySet<string | undefined> = new Set([
  'config',
  'doctor',
  'history',
  'models',
  'relay',
])

function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json') && JSON_COMMANDS.has(args.find((arg) => !arg.startsWith('-')))
}

/** Resolves when what was written has gone out, or has failed and that has been told. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const told = (): void => {
      setImmediate(resolve)
    }
    if (stream.destroyed) told()
    else stream.write('', told)
  })
}

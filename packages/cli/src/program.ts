/** The command tree. A command's module is loaded when that command is meant, and all of them for `completion`. */
import { Command, CommanderError } from 'commander'
import { COMPLETION, ENTRIES, wantedCommand, withDefaultCommand } from './command-line.ts'
import type { GetDeps } from './commands/options.ts'
import type { CommonFlags, Deps } from './deps.ts'
import { ExitCode } from './exit-code.ts'
import { version } from './version.ts'

/**
 * The tree with the options of the command `wanted`; the others have their names and descriptions alone, save where
 * `wanted` is `completion`.
 */
async function buildProgram(getDeps: GetDeps, wanted: string | undefined): Promise<Command> {
  const program = new Command('speak-code')
    .description('Talk to language models from the terminal; the answer outlives the connection.')
    .version(version(), '-V, --version')
    .exitOverride()
  const commands = await Promise.all(
    ENTRIES.map(async ({ name, description, load }) => {
      const full = wanted === COMPLETION || wanted === name
      const command = full ? (await load())(getDeps) : new Command(name)
      return command.description(description)
    }),
  )
  for (const command of commands) {
    inheritSettings(command, program)
    program.addCommand(command)
  }
  return program
}

/** `addCommand` does not pass on how errors are told. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inheritSettings(child, command)
}

/**
 * Runs the program with the arguments after its name. Resolves with the exit code; what commander has to say of the
 * command line is on stderr then. Throws what a command throws.
 *
 * @param isTerminal whether a person sits at both ends
 */
export async function runProgram(argv: readonly string[], isTerminal: boolean): Promise<number> {
  const args = withDefaultCommand(argv, isTerminal)
  let createDeps: ((flags: CommonFlags) => Deps) | undefined
  const program = await buildProgram((flags) => {
    if (createDeps === undefined) throw new Error('this is loaded before each action')
    return createDeps(flags)
  }, wantedCommand(args))
  program.hook('preAction', async () => {
    ;({ createDeps } = await import('./deps-node.ts'))
  })
  if (args.length === 0) {
    program.outputHelp({ error: true })
    return ExitCode.usage
  }
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage
  }
  return Number(process.exitCode ?? ExitCode.ok)
}

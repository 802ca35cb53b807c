/** The command tree. A command's module is loaded when that command is meant, and all of them for `completion`. */
import { Command, CommanderError } from 'commander'
import type { GetDeps } from './commands/options.ts'
import type { CommonFlags, Deps } from './deps.ts'
import { ExitCode } from './exit-code.ts'
import { version } from './version.ts'

interface CommandEntry {
  readonly name: string
  readonly description: string
  readonly load: () => Promise<(getDeps: GetDeps) => Command>
}

/** Needs the options of all commands. */
const COMPLETION = 'completion'

/** In the order of the help. */
const ENTRIES: readonly CommandEntry[] = [
  {
    name: 'chat',
    description: 'talk to a model in the terminal (what runs without a command)',
    load: async () => (await import('./commands/chat-command.ts')).chatCommand,
  },
  {
    name: 'ask',
    description: 'ask one question and print the answer',
    load: async () => (await import('./commands/ask.ts')).askCommand,
  },
  {
    name: 'attach',
    description: 'follow the live answers of a conversation (without an id: of the latest)',
    load: async () => (await import('./commands/attach.ts')).attachCommand,
  },
  {
    name: 'history',
    description: "list, show, search and change this machine's own history",
    load: async () => (await import('./commands/history.ts')).historyCommand,
  },
  {
    name: 'models',
    description: 'list the models that can be asked',
    load: async () => (await import('./commands/models.ts')).modelsCommand,
  },
  {
    name: 'serve',
    description: 'run a relay in the foreground',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    name: 'relay',
    description: "see and stop this machine's own relay",
    load: async () => (await import('./commands/relay.ts')).relayCommand,
  },
  {
    name: 'config',
    description: 'show and change the configuration',
    load: async () => (await import('./commands/config.ts')).configCommand,
  },
  {
    name: 'doctor',
    description: 'check what is configured, reachable and writable',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: COMPLETION,
    description: 'print a completion script for your shell',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
]

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

const isCommand = (word: string): boolean =>
  word === 'help' || ENTRIES.some(({ name }) => name === word)

/** Without a command a terminal gets `chat`, with the options that stand there. */
function withDefaultCommand(argv: readonly string[], isTerminal: boolean): readonly string[] {
  const [first] = argv
  if (first === undefined) return isTerminal ? ['chat'] : []
  const ofProgram = ['-h', '--help', '-V', '--version'].includes(first)
  return first.startsWith('-') && !ofProgram && !argv.some(isCommand) ? ['chat', ...argv] : argv
}

/** The command whose options are needed to read the command line, or to tell them. */
function wantedCommand(args: readonly string[]): string | undefined {
  return args[0] === 'help' ? args[1] : args[0]
}

/** The commands, and which of them a command line means. Nothing dear is loaded to know it. */
import type { Command } from 'commander'
import type { GetDeps } from './commands/options.ts'

interface CommandEntry {
  readonly name: string
  readonly description: string
  readonly load: () => Promise<(getDeps: GetDeps) => Command>
}

/** Needs the options of all commands. */
export const COMPLETION = 'completion'

/** In the order of the help. */
export const ENTRIES: readonly CommandEntry[] = [
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

const isCommand = (word: string): boolean =>
  word === 'help' || ENTRIES.some(({ name }) => name === word)

/** Without a command a terminal gets `chat`, with the options that stand there. */
export function withDefaultCommand(
  argv: readonly string[],
  isTerminal: boolean,
): readonly string[] {
  const [first] = argv
  if (first === undefined) return isTerminal ? ['chat'] : []
  const ofProgram = ['-h', '--help', '-V', '--version'].includes(first)
  return first.startsWith('-') && !ofProgram && !argv.some(isCommand) ? ['chat', ...argv] : argv
}

/** The command whose options are needed to read the command line, or to tell them. */
export function wantedCommand(args: readonly string[]): string | undefined {
  return args[0] === 'help' ? args[1] : args[0]
}

/** Whether a terminal gets the chat, and not only help about it. */
export function opensChat(argv: readonly string[]): boolean {
  const isHelp = argv.includes('-h') || argv.includes('--help')
  return !isHelp && withDefaultCommand(argv, true)[0] === 'chat'
}

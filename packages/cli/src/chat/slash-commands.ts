/** The slash commands, as data: one table for what runs, for `/help`, for completion, and for their names. */
import type { Line } from './session-events.ts'
import {
  branchCommand,
  compactCommand,
  compareCommand,
  editCommand,
  retryCommand,
} from './slash/branch-commands.ts'
import {
  forkCommand,
  newCommand,
  renameCommand,
  resumeCommand,
  searchCommand,
} from './slash/conversation-commands.ts'
import { helpCommand } from './slash/help-command.ts'
import { queueCommand } from './slash/queue-command.ts'
import { clearCommand, exitCommand, reconnectCommand } from './slash/screen-commands.ts'
import {
  exerciseCommand,
  fileCommand,
  modelCommand,
  systemCommand,
  themeCommand,
} from './slash/setting-commands.ts'
import type { SlashCommand } from './slash/slash-command.ts'
import { statsCommand } from './slash/stats-command.ts'
import { copyCommand, exportCommand } from './slash/text-commands.ts'
import { unknownCommandLine } from './slash/unknown-command.ts'

export type { CommandContext, SlashCommand } from './slash/slash-command.ts'

/** In the order in which `/help` tells them (CONTRACT.md §4). */
export const SLASH_COMMANDS: readonly SlashCommand[] = [
  helpCommand(() => SLASH_COMMANDS),
  newCommand,
  resumeCommand,
  modelCommand,
  retryCommand,
  editCommand,
  forkCommand,
  branchCommand,
  queueCommand,
  copyCommand,
  exportCommand,
  renameCommand,
  searchCommand,
  statsCommand,
  systemCommand,
  fileCommand,
  exerciseCommand,
  compareCommand,
  compactCommand,
  themeCommand,
  reconnectCommand,
  clearCommand,
  exitCommand,
]

/** What was typed: a command with its argument, or text for the model. `//` at the beginning stands for one slash. */
export type Input =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'command'; readonly name: string; readonly argument: string }

export function readInput(typed: string): Input {
  if (!typed.startsWith('/') || typed.trimEnd().includes('\n')) return { type: 'text', text: typed }
  if (typed.startsWith('//')) return { type: 'text', text: typed.slice(1) }
  const [, name = '', argument = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(typed.trimEnd()) ?? []
  return { type: 'command', name: name.toLowerCase(), argument }
}

export function findCommand(name: string): SlashCommand | undefined {
  return SLASH_COMMANDS.find(({ names }) => names.includes(name))
}

/** What is said where `findCommand` finds none: the nearest name, and how to send it as text. */
export function unknownCommand(name: string): Line {
  return unknownCommandLine(name, SLASH_COMMANDS)
}

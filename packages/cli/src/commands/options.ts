/** The options that several commands share, and how their values are read. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { CommonFlags, Deps } from '../deps.ts'

/** How a command gets what it works with, once its flags are known. */
export type GetDeps = (flags: CommonFlags) => Deps

const COLOR_MODES = ['auto', 'always', 'never'] as const
export type ColorMode = (typeof COLOR_MODES)[number]

/** Options that every command has. */
export function commonOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the relay to talk to (ws:// or wss://)')
    .option('--config <file>', 'the configuration file')
    .addOption(new Option('--color <when>', 'colours').choices([...COLOR_MODES]).default('auto'))
    .option('-q, --quiet', 'no notes on stderr but errors')
    .option('-v, --verbose', 'say what the connection and the run do')
}

/** Options of commands that ask a model. */
export function requestOptions(command: Command): Command {
  return command
    .option('-c, --continue', 'go on with the latest conversation')
    .option('-r, --resume <id>', 'go on with this conversation (a beginning or an end of its id)')
    .option('-s, --system <text>', 'the system prompt')
    .addOption(repeatable('-f, --file <path>', 'put a file before the question (repeatable)'))
    .option('--exercise <slug>', 'ask as a student of this exercise')
    .option('--no-save', 'keep nothing on disk, here or at the relay')
    .option('--timeout <seconds>', 'give up after so long', positiveSeconds)
    .addOption(repeatable('--param <key=value>', 'a sampling parameter (repeatable)'))
}

/** An option whose values are gathered in a list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], 'none')
    .argParser((value: string, before: readonly string[]) => [...before, value])
}

/** Node's timers take no longer delay than 2³¹ − 1 ms. */
const MAX_SECONDS = 2_147_483

function positiveSeconds(value: string): number {
  const seconds = Number(value)
  if (value.trim() === '' || !(seconds > 0) || seconds > MAX_SECONDS) {
    throw new InvalidArgumentError(
      `It must be a number of seconds above 0, at most ${MAX_SECONDS}.`,
    )
  }
  return seconds
}

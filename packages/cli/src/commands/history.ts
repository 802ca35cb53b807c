/** `history list | show | search | export | rename | delete | prune`: what was said, from the client's own history. */
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CommonFlags, Deps } from '../deps.ts'
import { EXPORT_FORMATS } from '../transcript/transcript.ts'
import {
  type DeleteOptions,
  type PruneOptions,
  runDelete,
  runPrune,
  runRename,
} from './history/change.ts'
import { type Json } from './history/deps.ts'
import { deleteAtRelay } from './history/relay-deletion.ts'
import { type ListOptions, runList, runSearch } from './history/list.ts'
import { type ExportOptions, runExport, runShow } from './history/show.ts'
import { commonOptions, type GetDeps } from './options.ts'

const ID = 'a beginning or an end of its id'
const ID_OR_LATEST = `${ID}; the latest conversation without it`

export function historyCommand(getDeps: GetDeps): Command {
  const command = commonOptions(new Command('history')).description('read and tidy what was said')
  const subcommand = (name: string, description: string): Command =>
    commonOptions(command.command(name)).description(description).option('--json', 'print JSON')
  const depsOf = (self: Command): Deps => getDeps(self.optsWithGlobals<CommonFlags>())

  subcommand('list', 'list the conversations, the latest first')
    .option('-n, --limit <count>', 'so many, 0 for all', wholeNumber)
    .action(async (options: ListOptions, self: Command) => {
      process.exitCode = await runList(options, depsOf(self))
    })
  subcommand('show', 'print a conversation')
    .argument('[id]', ID_OR_LATEST)
    .action(async (id: string | undefined, options: Json, self: Command) => {
      process.exitCode = await runShow({ ...options, id }, depsOf(self))
    })
  subcommand('search', 'find messages that have all these words')
    .argument('<query...>', 'words; of the last one a beginning will do')
    .option('-n, --limit <count>', 'so many, 0 for all', wholeNumber)
    .action(async (words: string[], options: ListOptions, self: Command) => {
      process.exitCode = await runSearch({ ...options, query: words.join(' ') }, depsOf(self))
    })
  subcommand('export', 'write a conversation out')
    .argument('[id]', ID_OR_LATEST)
    .addOption(new Option('--format <format>', 'as').choices(EXPORT_FORMATS).default('md'))
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .action(async (id: string | undefined, options: Omit<ExportOptions, 'id'>, self: Command) => {
      process.exitCode = await runExport({ ...options, id }, depsOf(self))
    })
  subcommand('rename', 'give a conversation a title')
    .argument('<id>', ID)
    .argument('<title...>')
    .action(async (id: string, words: string[], options: Json, self: Command) => {
      process.exitCode = await runRename({ ...options, id, title: words.join(' ') }, depsOf(self))
    })
  subcommand('delete', 'erase conversations here and delete them at the relay')
    .argument('<id...>', ID)
    .option('-y, --yes', 'do not ask')
    .action(async (ids: string[], options: Omit<DeleteOptions, 'ids'>, self: Command) => {
      const deps = depsOf(self)
      process.exitCode = await runDelete({ ...options, ids }, deps, deleteAtRelay(deps))
    })
  subcommand('prune', 'erase, here only, the conversations in which nothing has happened for long')
    .requiredOption('--older-than <days>', 'for so many days', days)
    .action(async (options: PruneOptions, self: Command) => {
      process.exitCode = await runPrune(options, depsOf(self))
    })
  return command
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

function days(text: string): number {
  const count = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || count > 100_000) {
    throw new InvalidArgumentError('It must be a number of days.')
  }
  return count
}

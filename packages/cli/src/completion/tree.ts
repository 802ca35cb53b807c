/** What can be completed, read from the commander program: the one source for every shell's script. */
import type { Argument, Command, Option } from 'commander'
import { suggestedWords } from './suggestions.ts'

/** What may stand for a value: one of these words, or a path. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }

export interface CompletionOption {
  /** `-m`, `--model` */
  readonly flags: readonly string[]
  readonly description: string
  /** The next word is its value. */
  readonly takesValue: boolean
  /** Undefined where nothing can be offered. */
  readonly values: Values | undefined
}

export interface CompletionCommand {
  /** The words that lead to it after the program's name, separated by spaces; empty for the program itself. */
  readonly path: string
  /** Its own name and aliases. */
  readonly names: readonly string[]
  readonly description: string
  readonly options: readonly CompletionOption[]
  readonly commands: readonly CompletionCommand[]
  /** By position; the last goes on where `isVariadic`. */
  readonly positions: readonly (Values | undefined)[]
  readonly isVariadic: boolean
}

/** Reads `program` and all below it; what is hidden from its help is left out. */
export function completionTree(program: Command): CompletionCommand {
  return treeOf(program, '')
}

/** The command and all below it, outermost first. */
export function flatten(command: CompletionCommand): readonly CompletionCommand[] {
  return [command, ...command.commands.flatMap(flatten)]
}

function treeOf(command: Command, path: string): CompletionCommand {
  const help = command.createHelp()
  const inner = (name: string): string => (path === '' ? name : `${path} ${name}`)
  return {
    path,
    names: [command.name(), ...command.aliases()],
    description: oneLine(command.description()),
    options: help.visibleOptions(command).map(optionOf),
    commands: help.visibleCommands(command).map((child) => treeOf(child, inner(child.name()))),
    positions: command.registeredArguments.map(valuesOfArgument),
    isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
  }
}

function optionOf(option: Option): CompletionOption {
  const placeholder = /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? ''
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: oneLine(option.description),
    takesValue: option.required,
    values: wordValues(option.argChoices) ?? pathValues(placeholder),
  }
}

function valuesOfArgument(argument: Argument): Values | undefined {
  return wordValues(argument.argChoices ?? suggestedWords(argument)) ?? pathValues(argument.name())
}

function wordValues(words: readonly string[] | undefined): Values | undefined {
  return words === undefined ? undefined : { kind: 'words', words }
}

/** Placeholders say what they take: `<file>`, `<dir>`. */
function pathValues(placeholder: string): Values | undefined {
  if (/^(?:file|path)s?$/i.test(placeholder)) return { kind: 'files' }
  return /^(?:dir|folder)(?:ectory)?$/i.test(placeholder) ? { kind: 'folders' } : undefined
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

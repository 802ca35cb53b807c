/** Which key does what: the bindings of `[keys]`, and how keys are told to people. */
import {
  INTERRUPT_KEY,
  keyBindings,
  type KeyAction,
  type KeysConfig,
} from '@speak-code/server/config'
import { keyLabel } from './region/key-names.ts'
import type { SimpleEdit } from './composer/editor.ts'

/** What a key does: an edit, or something of the chat. */
export type Command = KeyAction | 'interrupt'

/** Actions that only change the text. */
export const EDITS = {
  left: 'left',
  right: 'right',
  word_left: 'wordLeft',
  word_right: 'wordRight',
  line_start: 'lineStart',
  line_end: 'lineEnd',
  text_start: 'textStart',
  text_end: 'textEnd',
  backspace: 'backspace',
  delete: 'delete',
  kill_to_end: 'killToEnd',
  kill_to_start: 'killToStart',
  kill_word: 'killWord',
  kill_word_before: 'killWordBefore',
  kill_chunk_before: 'killChunkBefore',
  yank: 'yank',
  yank_pop: 'yankPop',
  undo: 'undo',
  redo: 'redo',
  upper_case: 'upperCase',
  lower_case: 'lowerCase',
  capitalize: 'capitalize',
  transpose_words: 'transposeWords',
} as const satisfies Partial<Record<KeyAction, SimpleEdit>>

export type EditCommand = keyof typeof EDITS
export type ChatCommand = Exclude<Command, EditCommand>

export function isEdit(command: Command): command is EditCommand {
  return Object.hasOwn(EDITS, command)
}

/** The keys as they are bound. */
export class KeyMap {
  /** Without Ctrl-C, which is nobody's to bind. */
  readonly bindings: ReadonlyMap<string, KeyAction>
  readonly #bindings: ReadonlyMap<string, Command>
  readonly #prefixes: ReadonlySet<string>

  constructor(keys: KeysConfig) {
    this.bindings = keyBindings(keys)
    this.#bindings = new Map<string, Command>([[INTERRUPT_KEY, 'interrupt'], ...this.bindings])
    this.#prefixes = new Set(
      [...this.#bindings.keys()].flatMap((key) => {
        const space = key.indexOf(' ')
        return space === -1 ? [] : [key.slice(0, space)]
      }),
    )
  }

  /** What the key does; `prefix`: another key has to follow. */
  find(key: string): Command | 'prefix' | undefined {
    return this.#bindings.get(key) ?? (this.#prefixes.has(key) ? 'prefix' : undefined)
  }

  /** The keys of an action as people read them (`Ctrl-X Ctrl-E`), the first the one to tell of. */
  labels(command: Command): string[] {
    return [...this.#bindings].flatMap(([key, bound]) => (bound === command ? [keyLabel(key)] : []))
  }

  /** The first key of an action; undefined where it has none. */
  label(command: Command): string | undefined {
    return this.labels(command)[0]
  }
}

/** What `/help` tells of, in its order. */
const HELP: readonly (readonly [readonly Command[], string])[] = [
  [['send'], 'send; while an answer streams, queue'],
  [['newline'], 'new line (and \\ at the end of a line)'],
  [['stop'], 'stop the answer, keep what arrived'],
  [['interrupt'], 'stop; clear the draft; twice: leave'],
  [['leave'], 'leave, when nothing is written'],
  [['complete'], 'complete a /command or an @file'],
  [['search'], 'search prompts and conversations'],
  [['previous', 'next'], 'earlier and later prompts'],
  [['take_back'], 'take the last waiting question back'],
  [['editor'], 'write in your editor'],
  [['stash'], 'put the draft away, bring it back'],
  [['unfold'], 'show a folded paste'],
  [['undo', 'redo'], 'undo, redo'],
  [['yank', 'yank_pop'], 'put in what was cut, what was cut before'],
  [['reasoning'], 'show or hide reasoning'],
  [['reconnect'], 'reconnect now'],
  [['redraw'], 'redraw'],
  [['suspend'], 'suspend'],
]

/** At most this many keys of an action are told in a line. */
const TOLD = 3

/** The keys as they are bound, each with what it does. Actions without a key are left out. */
export function keyHelp(keys: KeyMap): [string, string][] {
  return HELP.flatMap(([commands, help]): [string, string][] => {
    const told = commands.length > 1 ? 1 : TOLD
    const labels = commands.flatMap((command) => keys.labels(command).slice(0, told))
    return labels.length === 0 ? [] : [[labels.join(', '), help]]
  })
}

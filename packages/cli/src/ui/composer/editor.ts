/** The line editor: readline's motions, kill ring and undo over text of several lines. Pure; the cursor is always at a grapheme border. */
import { borderAfter, borderAt, borderBefore, lineAround } from '../../terminal/graphemes.ts'
import { caretAt, offsetAt } from './caret.ts'
import { displayOf } from './display.ts'
import { foldMark, foldsIn, isLong, MAX_SHOWN, refolded, typable, unfolded } from './folds.ts'
import { capitalized, chunkStart, transposed, wordEnd, wordStart } from './words.ts'

interface Snapshot {
  readonly text: string
  readonly cursor: number
}

export interface Editor extends Snapshot {
  /** Folded pastes; `text` refers to them by their place here. */
  readonly pastes: readonly string[]
  /** The kill ring, newest first; cuts that follow each other are one. */
  readonly kills: readonly string[]
  readonly undos: readonly Snapshot[]
  readonly redos: readonly Snapshot[]
  /** The kind of the last edit: typing in a row is one step of undo, cuts in a row are one cut. */
  readonly last: 'typing' | 'killing' | 'yanking' | 'moving' | 'other'
  /** What `yankPop` replaces. */
  readonly yanked: { readonly from: number; readonly to: number; readonly index: number }
  /** The column that vertical motion tries to keep. */
  readonly goal: number | undefined
  /** What is typed next replaces the whole text. */
  readonly selected: boolean
}

export type EditorAction =
  | { readonly type: 'insert'; readonly text: string }
  /** A paste: always a step of undo of its own, folded where it is long. */
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'replace'; readonly text: string }
  /** Something known in the place of what stands from `from` to `to`: a step of undo. */
  | {
      readonly type: 'complete'
      readonly from: number
      readonly to: number
      readonly text: string
    }
  | {
      readonly type: 'up' | 'down'
      readonly columns: number
      /** How many; 1 unless told, and more than there are go to the last. */
      readonly rows?: number
    }
  | { readonly type: SimpleEdit }

export type SimpleEdit =
  | 'left'
  | 'right'
  | 'wordLeft'
  | 'wordRight'
  | 'lineStart'
  | 'lineEnd'
  | 'textStart'
  | 'textEnd'
  | 'backspace'
  | 'delete'
  | 'killToEnd'
  | 'killToStart'
  | 'killWord'
  | 'killWordBefore'
  | 'killChunkBefore'
  | 'yank'
  | 'yankPop'
  | 'upperCase'
  | 'lowerCase'
  | 'capitalize'
  | 'transposeWords'
  | 'unfold'
  | 'select'
  | 'undo'
  | 'redo'

const MAX_UNDOS = 200
const MAX_KILLS = 20

export const EMPTY_EDITOR: Editor = {
  text: '',
  cursor: 0,
  pastes: [],
  kills: [],
  undos: [],
  redos: [],
  last: 'other',
  yanked: { from: 0, to: 0, index: 0 },
  goal: undefined,
  selected: false,
}

/** An editor that holds `source`, and knows the pastes and cuts of `before`. */
export function editorWith(source: string, before: Editor = EMPTY_EDITOR): Editor {
  const { text, pastes } = refolded(typable(source), before.pastes)
  return { ...EMPTY_EDITOR, kills: before.kills, pastes, text, cursor: text.length }
}

/** What is written, with all that was pasted. */
export function fullText({ text, pastes }: Editor): string {
  return unfolded(text, pastes)
}

export function edit(editor: Editor, action: EditorAction): Editor {
  if (!editor.selected) return edited(editor, action)
  const { text } = editor
  const free = { ...editor, selected: false }
  return action.type === 'insert' || action.type === 'paste'
    ? edited({ ...splice(free, 0, text.length, '', 'other') }, action)
    : edited(free, action)
}

function edited(editor: Editor, action: EditorAction): Editor {
  const { text, cursor } = editor
  switch (action.type) {
    case 'insert':
      return splice(editor, cursor, cursor, typable(action.text), 'typing')
    case 'paste':
      return pasted(editor, typable(action.text))
    case 'replace': {
      const { text: shown, pastes } = refolded(typable(action.text), editor.pastes)
      return splice({ ...editor, pastes }, 0, text.length, shown, 'other')
    }
    case 'complete':
      return splice(editor, action.from, action.to, typable(action.text), 'other')
    case 'backspace':
      return splice(editor, borderBefore(text, cursor), cursor, '', 'other')
    case 'delete':
      return splice(editor, cursor, borderAfter(text, cursor), '', 'other')
    case 'left':
      return moved(editor, borderBefore(text, cursor))
    case 'right':
      return moved(editor, borderAfter(text, cursor))
    case 'wordLeft':
      return moved(editor, wordStart(text, cursor))
    case 'wordRight':
      return moved(editor, wordEnd(text, cursor))
    case 'lineStart':
      return moved(editor, lineAround(text, cursor).start)
    case 'lineEnd':
      return moved(editor, lineAround(text, cursor).end)
    case 'textStart':
      return moved(editor, 0)
    case 'textEnd':
      return moved(editor, text.length)
    case 'up':
      return vertically(editor, -(action.rows ?? 1), action.columns)
    case 'down':
      return vertically(editor, action.rows ?? 1, action.columns)
    case 'killToEnd': {
      const { end } = lineAround(text, cursor)
      // At the end of a line the newline goes, as in Emacs.
      return kill(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end)
    }
    case 'killToStart': {
      const { start } = lineAround(text, cursor)
      return kill(editor, start === cursor ? Math.max(start - 1, 0) : start, cursor)
    }
    case 'killWord':
      return kill(editor, cursor, wordEnd(text, cursor))
    case 'killWordBefore':
      return kill(editor, wordStart(text, cursor), cursor)
    case 'killChunkBefore':
      return kill(editor, chunkStart(text, cursor), cursor)
    case 'yank':
      return yank(editor, cursor, cursor, 0)
    case 'yankPop':
      if (editor.last !== 'yanking') return editor
      return yank(editor, editor.yanked.from, editor.yanked.to, editor.yanked.index + 1)
    case 'upperCase':
      return recase(editor, (word) => word.toUpperCase())
    case 'lowerCase':
      return recase(editor, (word) => word.toLowerCase())
    case 'capitalize':
      return recase(editor, capitalized)
    case 'transposeWords': {
      const words = transposed(text, cursor)
      return words === undefined
        ? editor
        : splice(editor, words.from, words.to, words.text, 'other')
    }
    case 'unfold':
      return unfold(editor)
    case 'select':
      return { ...moved(editor, text.length), selected: text !== '' }
    case 'undo':
      return undone(editor)
    case 'redo':
      return redone(editor)
  }
}

/** Whether vertical motion in this direction would leave the text. */
export function atEdge(editor: Editor, direction: 'up' | 'down', columns: number): boolean {
  const { text, fromSource } = displayOf(editor.text, editor.pastes)
  const caret = caretAt(text, fromSource(editor.cursor), columns)
  return direction === 'up' ? caret.row === 0 : caret.row === caret.rows - 1
}

function splice(
  editor: Editor,
  from: number,
  to: number,
  inserted: string,
  last: Editor['last'],
): Editor {
  if (from === to && inserted === '') return { ...editor, last: 'other', goal: undefined }
  const text = editor.text.slice(0, from) + inserted + editor.text.slice(to)
  const joins = last === 'typing' && editor.last === 'typing' && !/\s/.test(inserted)
  return {
    ...editor,
    text,
    cursor: borderAt(text, from + inserted.length),
    undos: joins ? editor.undos : withSnapshot(editor.undos, editor),
    redos: [],
    last,
    goal: undefined,
  }
}

function withSnapshot(snapshots: readonly Snapshot[], { text, cursor }: Editor): Snapshot[] {
  return [...snapshots, { text, cursor }].slice(-MAX_UNDOS)
}

function pasted(editor: Editor, text: string): Editor {
  const { cursor, pastes } = editor
  if (!isLong(text)) return splice(editor, cursor, cursor, text, 'other')
  const folded = { ...editor, pastes: [...pastes, text] }
  return splice(folded, cursor, cursor, foldMark(pastes.length), 'other')
}

/** Shows the folded paste before the cursor, else the first after it. One that is too long stays folded. */
function unfold(editor: Editor): Editor {
  const folds = foldsIn(editor.text, editor.pastes)
  const fold = folds.findLast(({ start }) => start < editor.cursor) ?? folds[0]
  if (fold === undefined || fold.text.length > MAX_SHOWN) return editor
  return splice(editor, fold.start, fold.end, fold.text, 'other')
}

function kill(editor: Editor, from: number, to: number): Editor {
  if (from === to) return editor
  const cut = editor.text.slice(from, to)
  const [newest = '', ...older] = editor.kills
  const joined = from < editor.cursor ? cut + newest : newest + cut
  const kills = editor.last === 'killing' ? [joined, ...older] : [cut, ...editor.kills]
  return {
    ...splice(editor, from, to, '', 'other'),
    kills: kills.slice(0, MAX_KILLS),
    last: 'killing',
  }
}

/** Puts a cut in the place of what stands from `from` to `to`; the ring goes round. */
function yank(editor: Editor, from: number, to: number, place: number): Editor {
  const { kills } = editor
  if (kills.length === 0) return { ...editor, last: 'other' }
  const index = place % kills.length
  const text = kills[index] ?? ''
  return {
    ...splice(editor, from, to, text, 'other'),
    last: 'yanking',
    yanked: { from, to: from + text.length, index },
  }
}

function recase(editor: Editor, change: (word: string) => string): Editor {
  const end = wordEnd(editor.text, editor.cursor)
  const word = editor.text.slice(editor.cursor, end)
  const changed = change(word)
  return changed === word
    ? moved(editor, end)
    : splice(editor, editor.cursor, end, changed, 'other')
}

function moved(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor, last: 'moving', goal: undefined }
}

function vertically(editor: Editor, rows: number, columns: number): Editor {
  const { text, fromSource, toSource } = displayOf(editor.text, editor.pastes)
  const caret = caretAt(text, fromSource(editor.cursor), columns)
  const goal = editor.goal ?? caret.column
  const target = Math.max(0, Math.min(caret.row + rows, caret.rows - 1))
  if (target === caret.row) return editor
  return {
    ...editor,
    cursor: borderAt(editor.text, toSource(offsetAt(text, target, goal, columns))),
    last: 'moving',
    goal,
  }
}

function undone(editor: Editor): Editor {
  const last = editor.undos.at(-1)
  if (last === undefined) return { ...editor, last: 'other' }
  return {
    ...editor,
    ...last,
    undos: editor.undos.slice(0, -1),
    redos: withSnapshot(editor.redos, editor),
    last: 'other',
    goal: undefined,
  }
}

function redone(editor: Editor): Editor {
  const last = editor.redos.at(-1)
  if (last === undefined) return { ...editor, last: 'other' }
  return {
    ...editor,
    ...last,
    undos: withSnapshot(editor.undos, editor),
    redos: editor.redos.slice(0, -1),
    last: 'other',
    goal: undefined,
  }
}

/** The line editor: readline's motions, kills and undo over text of several lines. Pure; the cursor is always at a grapheme border. */
import { borderAfter, borderAt, borderBefore, lineAround } from '../../terminal/graphemes.ts'
import { caretAt, offsetAt } from './caret.ts'

interface Snapshot {
  readonly text: string
  readonly cursor: number
}

export interface Editor extends Snapshot {
  /** What was cut last, joined while cuts follow each other. */
  readonly killed: string
  readonly undos: readonly Snapshot[]
  /** The kind of the last edit: typing in a row is one step of undo, cuts in a row are one cut. */
  readonly last: 'typing' | 'killing' | 'moving' | 'other'
  /** The column that vertical motion tries to keep. */
  readonly goal: number | undefined
}

export type EditorAction =
  | { readonly type: 'insert'; readonly text: string }
  /** A paste: always a step of undo of its own. */
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'replace'; readonly text: string }
  | { readonly type: 'up' | 'down'; readonly columns: number }
  | {
      readonly type:
        | 'left'
        | 'right'
        | 'wordLeft'
        | 'wordRight'
        | 'lineStart'
        | 'lineEnd'
        | 'backspace'
        | 'delete'
        | 'killToEnd'
        | 'killToStart'
        | 'killWord'
        | 'killWordBefore'
        | 'killChunkBefore'
        | 'yank'
        | 'undo'
    }

const MAX_UNDOS = 200

export const EMPTY_EDITOR: Editor = {
  text: '',
  cursor: 0,
  killed: '',
  undos: [],
  last: 'other',
  goal: undefined,
}

export function editorWith(source: string): Editor {
  const text = typable(source)
  return { ...EMPTY_EDITOR, text, cursor: text.length }
}

/** What a text may hold here: newlines are `\n`, and there are no other control characters but tabs. */
function typable(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .toWellFormed()
}

export function edit(editor: Editor, action: EditorAction): Editor {
  const { text, cursor } = editor
  switch (action.type) {
    case 'insert':
      return splice(editor, cursor, cursor, typable(action.text), 'typing')
    case 'paste':
      return splice(editor, cursor, cursor, typable(action.text), 'other')
    case 'replace':
      return splice(editor, 0, text.length, typable(action.text), 'other')
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
    case 'up':
      return vertically(editor, -1, action.columns)
    case 'down':
      return vertically(editor, 1, action.columns)
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
      return splice(editor, cursor, cursor, editor.killed, 'other')
    case 'undo':
      return undone(editor)
  }
}

/** Whether vertical motion in this direction would leave the text. */
export function atEdge(editor: Editor, direction: 'up' | 'down', columns: number): boolean {
  const caret = caretAt(editor.text, editor.cursor, columns)
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
    text,
    cursor: borderAt(text, from + inserted.length),
    killed: editor.killed,
    undos: joins
      ? editor.undos
      : [...editor.undos, { text: editor.text, cursor: editor.cursor }].slice(-MAX_UNDOS),
    last,
    goal: undefined,
  }
}

function kill(editor: Editor, from: number, to: number): Editor {
  if (from === to) return editor
  const cut = editor.text.slice(from, to)
  const before = editor.last === 'killing' ? editor.killed : ''
  const killed = from < editor.cursor ? cut + before : before + cut
  return { ...splice(editor, from, to, '', 'other'), killed, last: 'killing' }
}

function moved(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor, last: 'moving', goal: undefined }
}

function vertically(editor: Editor, rows: number, columns: number): Editor {
  const caret = caretAt(editor.text, editor.cursor, columns)
  const goal = editor.goal ?? caret.column
  const target = caret.row + rows
  if (target < 0 || target >= caret.rows) return editor
  return {
    ...editor,
    cursor: offsetAt(editor.text, target, goal, columns),
    last: 'moving',
    goal,
  }
}

function undone(editor: Editor): Editor {
  const last = editor.undos.at(-1)
  if (last === undefined) return { ...editor, last: 'other' }
  return {
    ...editor,
    text: last.text,
    cursor: last.cursor,
    undos: editor.undos.slice(0, -1),
    last: 'other',
    goal: undefined,
  }
}

const WORD = /[\p{L}\p{N}\p{M}_]/u

/** Where readline's word before `cursor` begins: letters and digits, after whatever is not. */
function wordStart(text: string, cursor: number): number {
  const isWord = (at: number): boolean => WORD.test(text.slice(borderBefore(text, at), at))
  let at = cursor
  while (at > 0 && !isWord(at)) at = borderBefore(text, at)
  while (at > 0 && isWord(at)) at = borderBefore(text, at)
  return at
}

function wordEnd(text: string, cursor: number): number {
  const isWord = (at: number): boolean => WORD.test(text.slice(at, borderAfter(text, at)))
  let at = cursor
  while (at < text.length && !isWord(at)) at = borderAfter(text, at)
  while (at < text.length && isWord(at)) at = borderAfter(text, at)
  return at
}

/** Ctrl-W: back over white space, then over all that is not. */
function chunkStart(text: string, cursor: number): number {
  const isSpace = (at: number): boolean => /^\s$/.test(text.slice(borderBefore(text, at), at))
  let at = cursor
  while (at > 0 && isSpace(at)) at = borderBefore(text, at)
  while (at > 0 && !isSpace(at)) at = borderBefore(text, at)
  return at
}

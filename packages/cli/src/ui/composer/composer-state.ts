/** The composer: the editor, earlier prompts walked through with ↑ and ↓, and a stashed draft. Pure. */
import { atEdge, edit, editorWith, type Editor, type EditorAction } from './editor.ts'

export interface Composer {
  readonly editor: Editor
  /** Earlier prompts, newest first. */
  readonly prompts: readonly string[]
  /** Which of them is shown; -1 is what is being written. */
  readonly place: number
  /** What was being written when ↑ was pressed first. */
  readonly written: string
  /** Put away with Ctrl-S. */
  readonly stash: string
}

export type ComposerAction =
  | EditorAction
  /** ↑ and ↓: a row, and beyond the first or last row an earlier or later prompt. */
  | { readonly type: 'previous' | 'next'; readonly columns: number }
  /** Ctrl-S: puts the draft away, or brings it back where nothing is written. */
  | { readonly type: 'stash' }
  /** What was written is sent, queued or saved: it becomes the newest prompt, and the composer empty. */
  | { readonly type: 'taken'; readonly text: string }
  | { readonly type: 'clear' }

export function composerWith(prompts: readonly string[], draft: string): Composer {
  return { editor: editorWith(draft), prompts, place: -1, written: '', stash: '' }
}

export function compose(composer: Composer, action: ComposerAction): Composer {
  const { editor } = composer
  switch (action.type) {
    case 'previous':
      return atEdge(editor, 'up', action.columns)
        ? shown(composer, composer.place + 1)
        : { ...composer, editor: edit(editor, { type: 'up', columns: action.columns }) }
    case 'next':
      return atEdge(editor, 'down', action.columns)
        ? shown(composer, composer.place - 1)
        : { ...composer, editor: edit(editor, { type: 'down', columns: action.columns }) }
    case 'stash':
      return stashed(composer)
    case 'taken':
      return {
        ...composer,
        prompts:
          composer.prompts[0] === action.text
            ? composer.prompts
            : [action.text, ...composer.prompts],
        ...EMPTIED,
        editor: cleared(editor),
      }
    case 'clear':
      return { ...composer, ...EMPTIED, editor: cleared(editor) }
    case 'insert':
    case 'paste':
    case 'replace':
    case 'up':
    case 'down':
    case 'left':
    case 'right':
    case 'wordLeft':
    case 'wordRight':
    case 'lineStart':
    case 'lineEnd':
    case 'backspace':
    case 'delete':
    case 'killToEnd':
    case 'killToStart':
    case 'killWord':
    case 'killWordBefore':
    case 'killChunkBefore':
    case 'yank':
    case 'undo':
      return { ...composer, editor: edit(editor, action) }
  }
}

/** The draft: what is written, and not the earlier prompt that is looked at unchanged. */
export function draftOf(composer: Composer): string {
  const { place, prompts, editor } = composer
  return place >= 0 && prompts[place] === editor.text ? composer.written : editor.text
}

const EMPTIED = { place: -1, written: '' } as const

/** An empty editor that still has what was cut. */
function cleared(editor: Editor): Editor {
  return { ...editorWith(''), killed: editor.killed }
}

function shown(composer: Composer, place: number): Composer {
  const { prompts, editor } = composer
  if (place < -1 || place >= prompts.length) return composer
  const written = composer.place === -1 ? editor.text : composer.written
  const text = place === -1 ? written : (prompts[place] ?? '')
  return { ...composer, place, written, editor: { ...editorWith(text), killed: editor.killed } }
}

function stashed(composer: Composer): Composer {
  const { editor, stash } = composer
  if (editor.text === '') {
    return stash === ''
      ? composer
      : { ...composer, stash: '', editor: { ...editorWith(stash), killed: editor.killed } }
  }
  return { ...composer, ...EMPTIED, stash: editor.text, editor: cleared(editor) }
}

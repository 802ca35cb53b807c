/** The composer: the editor, earlier prompts walked through with ↑ and ↓, and a stashed draft. Pure; texts outside the editor hold pastes in full. */
import type { Menu } from '../completion/menu.ts'
import { atEdge, edit, editorWith, fullText, type Editor, type EditorAction } from './editor.ts'

export interface Composer {
  readonly editor: Editor
  /** Earlier prompts, newest first. */
  readonly prompts: readonly string[]
  /** Which of them is shown; -1 is what is being written. */
  readonly place: number
  /** What was being written when ↑ was pressed first. */
  readonly written: string
  /** Earlier prompts as they were changed, by place, until something is sent. */
  readonly changed: ReadonlyMap<number, string>
  /** The last key showed another prompt: the next ↑ or ↓ goes on, however many rows it has. */
  readonly walking: boolean
  /** Put away with Ctrl-S. */
  readonly stash: string
  /** Completions of what is at the cursor. */
  readonly menu: Menu | undefined
}

type OwnAction =
  /** ↑ and ↓: a row, and beyond the first or last row an earlier or later prompt. */
  | { readonly type: 'previous' | 'next'; readonly columns: number }
  /** Ctrl-S: puts the draft away, or brings it back; where both are there they change places. */
  | { readonly type: 'stash' }
  /** What was written is sent, queued or saved: it becomes the newest prompt, and the composer empty. */
  | { readonly type: 'taken'; readonly text: string }
  | { readonly type: 'clear' }
  | { readonly type: 'menu'; readonly menu: Menu | undefined }

export type ComposerAction = EditorAction | OwnAction

export function composerWith(prompts: readonly string[], draft: string): Composer {
  return { editor: editorWith(draft), prompts, ...EMPTIED, stash: '' }
}

const OWN: Readonly<Record<OwnAction['type'], true>> = {
  previous: true,
  next: true,
  stash: true,
  taken: true,
  clear: true,
  menu: true,
}

function isOwn(action: ComposerAction): action is OwnAction {
  return Object.hasOwn(OWN, action.type)
}

export function compose(composer: Composer, action: ComposerAction): Composer {
  return isOwn(action)
    ? changedBy(composer, action)
    : { ...composer, walking: false, editor: edit(composer.editor, action) }
}

function changedBy(composer: Composer, action: OwnAction): Composer {
  const { editor } = composer
  switch (action.type) {
    case 'previous':
      return walked(composer, 'up', action.columns)
    case 'next':
      return walked(composer, 'down', action.columns)
    case 'stash':
      return stashed(composer)
    case 'taken':
      return {
        ...composer,
        ...EMPTIED,
        prompts:
          composer.prompts[0] === action.text
            ? composer.prompts
            : [action.text, ...composer.prompts],
        editor: editorWith('', editor),
      }
    case 'clear':
      return { ...composer, ...EMPTIED, editor: editorWith('', editor) }
    case 'menu':
      return action.menu === composer.menu ? composer : { ...composer, menu: action.menu }
  }
}

/** The draft: what is written, and not the earlier prompt that is looked at unchanged. */
export function draftOf({ place, prompts, editor, written, changed }: Composer): string {
  const text = fullText(editor)
  if (place < 0 || prompts[place] !== text) return text
  return written === '' ? ([...changed.values()].at(-1) ?? '') : written
}

const EMPTIED = {
  place: -1,
  written: '',
  changed: new Map<number, string>(),
  walking: false,
  menu: undefined,
}

function walked(composer: Composer, direction: 'up' | 'down', columns: number): Composer {
  const { editor, walking, place } = composer
  const isAtEdge = walking || editor.selected || atEdge(editor, direction, columns)
  if (isAtEdge) return shown(composer, place + (direction === 'up' ? 1 : -1))
  return { ...composer, editor: edit(editor, { type: direction, columns }) }
}

function shown(composer: Composer, place: number): Composer {
  const { prompts, editor } = composer
  if (place < -1 || place >= prompts.length) return composer
  const left = leave(composer)
  const text = place === -1 ? left.written : (left.changed.get(place) ?? prompts[place] ?? '')
  return { ...left, place, walking: true, menu: undefined, editor: editorWith(text, editor) }
}

/** Remembers what stands in the editor before another prompt does. */
function leave(composer: Composer): Composer {
  const { place, prompts, editor, changed } = composer
  const text = fullText(editor)
  if (place === -1) return { ...composer, written: text }
  const others = [...changed].filter(([other]) => other !== place)
  const own: [number, string][] = text === prompts[place] ? [] : [[place, text]]
  return { ...composer, changed: new Map([...others, ...own]) }
}

function stashed(composer: Composer): Composer {
  const { editor, stash } = composer
  return {
    ...composer,
    ...EMPTIED,
    stash: fullText(editor),
    editor: editorWith(stash, editor),
  }
}

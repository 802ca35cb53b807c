/** A list in the composer's place: what is looked for, what is found and what is selected. Pure. */
import { edit, editorWith, type Editor, type EditorAction } from '../composer/editor.ts'
import { firstSeen, moveSelection, type Motion } from './list-window.ts'

/** What is told of an item beside its title. */
export interface Glance {
  /** When it was active last, in milliseconds since 1970. */
  readonly at?: number
  /** The most telling first: what there is no room for is left out from the end. */
  readonly details?: readonly string[]
  /** One line of its text; matches stand between `«` and `»`. */
  readonly snippet?: string
}

export interface PickerItem {
  /** Names the item; no other of the list has it. */
  readonly key: string
  readonly title: string
  /** UTF-16 code units of the title that match what is looked for. */
  readonly marks?: readonly number[]
  /** Where it is not known yet it is read once the item is seen. */
  readonly glance?: Glance
  /** It is what is open, or what is asked, at the moment. */
  readonly current?: boolean
}

/** What was found. */
export interface Found {
  readonly items: readonly PickerItem[]
  /** There are more than these. */
  readonly more: boolean
}

/** What a picker is called, and what its keys do. */
export interface PickerWords {
  readonly title: string
  /** What may be typed, shown while nothing is. */
  readonly placeholder: string
  /** What Enter and Tab do; Esc always leaves. */
  readonly hints: readonly string[]
  /** Said where nothing is found. */
  readonly empty: string
  /** Rows of an item where there is room: on a wide terminal, and on one so narrow that details need their own. */
  readonly rows: { readonly wide: number; readonly narrow: number }
}

/** What is done to an item. */
export type ItemTask =
  | { readonly type: 'rename'; readonly key: string; readonly title: Editor }
  /** Until it is `begun` it has to be asked for once more. */
  | { readonly type: 'delete'; readonly key: string; readonly begun: boolean }

export interface Picker extends Found {
  readonly words: PickerWords
  readonly query: Editor
  readonly selected: number
  /** The first item that is seen. */
  readonly first: number
  /** How many items the screen has room for. */
  readonly fits: number
  /** What was read of items that have been seen, by their keys. */
  readonly glances: ReadonlyMap<string, Glance>
  /** Said in place of how many there are. */
  readonly note: string | undefined
  /** The selection was moved since the query was typed; else it stays at the best, whatever else is found. */
  readonly moved: boolean
  readonly task: ItemTask | undefined
}

export type PickerAction =
  /** Of the title where one is given, else of the query. */
  | { readonly type: 'edit'; readonly edit: EditorAction }
  | { readonly type: 'task'; readonly task: ItemTask | undefined }
  | { readonly type: 'move'; readonly motion: Motion }
  | { readonly type: 'found'; readonly found: Found; readonly note?: string }
  | { readonly type: 'fits'; readonly fits: number }
  | { readonly type: 'glances'; readonly glances: ReadonlyMap<string, Glance> }
  /** The same query is asked of another list. */
  | { readonly type: 'turned'; readonly words: PickerWords }

export function pickerWith(words: PickerWords, query: string, fits: number): Picker {
  return {
    words,
    query: editorWith(query.replaceAll(/\s+/g, ' ').trim()),
    items: [],
    more: false,
    selected: 0,
    first: 0,
    fits: Math.max(1, fits),
    glances: new Map(),
    note: undefined,
    moved: false,
    task: undefined,
  }
}

export function pick(picker: Picker, action: PickerAction): Picker {
  switch (action.type) {
    case 'task':
      return { ...picker, task: action.task }
    case 'edit': {
      const { task } = picker
      if (task?.type === 'rename') {
        return { ...picker, task: { ...task, title: editedLine(task.title, action.edit) } }
      }
      const query = editedLine(picker.query, action.edit)
      return { ...picker, query, moved: picker.moved && query.text === picker.query.text }
    }
    case 'move': {
      const { selected, fits, items } = picker
      const target = moveSelection(selected, action.motion, fits, items.length)
      return selecting({ ...picker, moved: true }, target)
    }
    case 'found':
      return found(picker, action.found, action.note)
    case 'fits':
      return selecting({ ...picker, fits: Math.max(1, action.fits) }, picker.selected)
    case 'glances':
      return { ...picker, glances: new Map([...picker.glances, ...action.glances]) }
    case 'turned':
      return { ...pickerWith(action.words, '', picker.fits), query: picker.query }
  }
}

function editedLine(line: Editor, action: EditorAction): Editor {
  const edited = edit(line, action)
  return edited.text.includes('\n')
    ? { ...edited, text: edited.text.replaceAll('\n', ' ') }
    : edited
}

export function selectedItem({ items, selected }: Picker): PickerItem | undefined {
  return items[selected]
}

/** The items that are on the screen. */
export function seenItems({ items, first, fits }: Picker): readonly PickerItem[] {
  return items.slice(first, first + fits)
}

/** The first is selected, unless somebody went to another: that one is kept. */
function found(picker: Picker, { items, more }: Found, note: string | undefined): Picker {
  const { moved, first } = picker
  const key = selectedItem(picker)?.key
  const place = moved ? items.findIndex((item) => item.key === key) : 0
  const selected = place === -1 ? Math.min(picker.selected, Math.max(0, items.length - 1)) : place
  const next = { ...picker, items, more, note, first: moved ? first : 0 }
  return selecting(next, selected)
}

function selecting(picker: Picker, selected: number): Picker {
  const { first, fits, items } = picker
  return { ...picker, selected, first: firstSeen(first, selected, fits, items.length) }
}

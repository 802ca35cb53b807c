/** What is done to the selected item of a picker beside choosing it: it is given another title, or deleted. */
import type { Clock } from '../../client/clock.ts'
import { editorWith } from '../composer/editor.ts'
import type { KeyPress } from '../keyboard/key-press.ts'
import { DELETE, EDITS, LEAVING, RENAME } from './picker-keys.ts'
import { selectedItem, type ItemTask, type Picker, type PickerAction } from './picker-state.ts'
import type { ItemChanges } from './source.ts'

/** So that it is on the screen before work begins that may take a while. */
const DRAWN_MS = 50

export interface ItemTasksParts {
  readonly clock: Clock
  readonly picker: () => Picker | undefined
  /** Undefined where the list is not for changing. */
  readonly changes: () => ItemChanges | undefined
  readonly reduce: (action: PickerAction) => void
  /** The list has changed. */
  readonly onChanged: () => void
  /** Does something that may fail. */
  readonly attempt: (work: () => void) => void
}

export class ItemTasks {
  readonly #parts: ItemTasksParts

  constructor(parts: ItemTasksParts) {
    this.#parts = parts
  }

  /** Returns whether the key is dealt with. */
  press(key: KeyPress): boolean {
    const task = this.#parts.picker()?.task
    const name = key.type === 'key' ? key.name : undefined
    if (task?.type === 'rename') {
      this.#rename(key, task)
      return true
    }
    if (task?.begun === true) return true
    if (task === undefined) return this.#begin(name)
    // What is found may have changed in between: only what was asked about is deleted.
    if (name === DELETE && task.key === this.#selected?.key) {
      this.#remove(task.key)
      return true
    }
    this.#tell(undefined)
    return this.#begin(name) || (name !== undefined && LEAVING.has(name))
  }

  get #selected(): ReturnType<typeof selectedItem> {
    const picker = this.#parts.picker()
    return picker === undefined ? undefined : selectedItem(picker)
  }

  #begin(name: string | undefined): boolean {
    const item = this.#selected
    if (item === undefined || this.#parts.changes() === undefined) return false
    const { key, title } = item
    if (name === DELETE) this.#tell({ type: 'delete', key, begun: false })
    else if (name === RENAME) this.#tell({ type: 'rename', key, title: editorWith(title) })
    else return false
    return true
  }

  #rename(press: KeyPress, { key, title }: Extract<ItemTask, { type: 'rename' }>): void {
    const { reduce } = this.#parts
    if (press.type !== 'key') {
      const text = press.text.replaceAll(/\s+/g, ' ')
      reduce({ type: 'edit', edit: { type: 'insert', text } })
      return
    }
    const edit = EDITS[press.name]
    if (LEAVING.has(press.name)) {
      this.#tell(undefined)
    } else if (press.name === 'enter') {
      if (title.text.trim() === '') return
      this.#change((list) => {
        list.rename(key, title.text)
      })
    } else if (edit !== undefined) {
      reduce({ type: 'edit', edit: { type: edit } })
    }
  }

  #remove(key: string): void {
    this.#tell({ type: 'delete', key, begun: true })
    this.#parts.clock.after(DRAWN_MS, () => {
      this.#change((list) => {
        list.remove(key)
      })
    })
  }

  #change(work: (list: ItemChanges) => void): void {
    const { changes, attempt, onChanged } = this.#parts
    this.#tell(undefined)
    const list = changes()
    if (list === undefined) return
    attempt(() => {
      work(list)
      onChanged()
    })
  }

  #tell(task: ItemTask | undefined): void {
    this.#parts.reduce({ type: 'task', task })
  }
}

/** The picker that is open: keys go to its state, and its state to the screen. No React. */
import type { Clock } from '../../client/clock.ts'
import type { KeyPress } from '../keyboard/key-press.ts'
import type { ScreenStore } from '../screen-store.ts'
import { ItemTasks } from './item-tasks.ts'
import type { Motion } from './list-window.ts'
import { EDITS, LEAVING, MOTIONS, PASSED_ON } from './picker-keys.ts'
import { itemsThatFit } from './picker-rows.ts'
import {
  pick,
  pickerWith,
  seenItems,
  selectedItem,
  type Glance,
  type Picker,
  type PickerAction,
} from './picker-state.ts'
import type { PickerSource } from './source.ts'

/** Who pauses so long wants to see what is found. */
const PAUSE_MS = 120
/** How often a list that is being read is shown anew. */
const FIND_MS = 100

/** Of a paste so much is looked for, in UTF-16 code units. */
const MOST_TYPED = 300

export interface OverlayParts {
  readonly screen: ScreenStore
  readonly clock: Clock
  /** Told what went wrong, in a sentence. */
  readonly onProblem: (text: string) => void
}

export class Overlay {
  readonly #parts: OverlayParts
  readonly #tasks: ItemTasks
  #sources: readonly PickerSource[] = []
  #place = 0
  #stopLoading: (() => void) | undefined
  #cancelFind: (() => void) | undefined
  #cancelSearch: (() => void) | undefined
  #stopWatching: (() => void) | undefined

  constructor(parts: OverlayParts) {
    this.#parts = parts
    this.#tasks = new ItemTasks({
      clock: parts.clock,
      picker: () => this.#picker,
      changes: () => this.#source?.changes,
      reduce: (action) => {
        this.#reduce(action)
      },
      onChanged: () => {
        this.#find()
      },
      attempt: (work) => {
        this.#attempt(work)
      },
    })
  }

  get isOpen(): boolean {
    return this.#picker !== undefined
  }

  /** Opens the first of `sources`; Tab goes on to the next. What is on the screen beside it stays. */
  open(sources: readonly PickerSource[], query: string): void {
    this.close()
    const [source] = sources
    if (source === undefined) return
    this.#sources = sources
    this.#place = 0
    const { view } = this.#parts.screen.snapshot()
    this.#begin(pickerWith(source.words, query, itemsThatFit(source.words, view)))
    if (this.isOpen) this.#stopWatching = this.#watchSize()
  }

  /** Leaves everything as it was before. */
  close(): void {
    this.#stop()
    this.#stopWatching?.()
    this.#stopWatching = undefined
    this.#sources = []
    if (this.isOpen) this.#parts.screen.overlay(undefined)
  }

  /** Returns whether the key was for the picker. */
  press(key: KeyPress): boolean {
    if (!this.isOpen) return false
    if (key.type === 'key' && PASSED_ON.has(key.name)) return false
    if (this.#tasks.press(key)) return true
    if (key.type === 'key') {
      this.#key(key.name)
      return true
    }
    const text = key.text.slice(0, MOST_TYPED).replaceAll(/\s+/g, ' ')
    this.#edit({ type: 'edit', edit: { type: 'insert', text } })
    return true
  }

  get #picker(): Picker | undefined {
    return this.#parts.screen.snapshot().overlay
  }

  get #source(): PickerSource | undefined {
    return this.#sources[this.#place]
  }

  #key(name: string): void {
    const edit = EDITS[name]
    const motion = MOTIONS[name]
    if (LEAVING.has(name)) this.close()
    else if (name === 'enter') this.#choose()
    else if (name === 'tab' || (name === 'ctrl-f' && this.#sources.length > 1)) this.#turn()
    else if (motion !== undefined) this.#move(motion)
    else if (edit !== undefined) this.#edit({ type: 'edit', edit: { type: edit } })
  }

  #begin(picker: Picker): void {
    this.#parts.screen.overlay(picker)
    this.#attempt(() => {
      const changed = (): void => {
        this.#findSoon()
      }
      const failed = (error: unknown): void => {
        this.#fail(error)
      }
      this.#stopLoading = this.#source?.load?.(changed, failed)
      this.#find()
      this.#search()
    })
  }

  /** On another size there is room for other items. Returns how to stop. */
  #watchSize(): () => void {
    const { screen } = this.#parts
    let { columns, rows } = screen.snapshot().view
    return screen.subscribe(() => {
      const { view } = screen.snapshot()
      if (view.columns === columns && view.rows === rows) return
      columns = view.columns
      rows = view.rows
      this.#attempt(() => {
        this.#look()
      })
    })
  }

  #turn(): void {
    const picker = this.#picker
    if (picker === undefined || this.#sources.length < 2) return
    this.#stop()
    this.#place = (this.#place + 1) % this.#sources.length
    const source = this.#source
    if (source === undefined) return
    const { view } = this.#parts.screen.snapshot()
    const fits = itemsThatFit(source.words, view)
    this.#begin(pick({ ...picker, fits }, { type: 'turned', words: source.words }))
  }

  #choose(): void {
    // What was typed last counts, though its search has not begun.
    if (this.#cancelSearch !== undefined) this.#search()
    const picker = this.#picker
    const item = picker === undefined ? undefined : selectedItem(picker)
    const source = this.#source
    if (item === undefined || source === undefined) return
    this.close()
    this.#attempt(() => {
      source.choose(item.key)
    })
  }

  #move(motion: Motion): void {
    this.#reduce({ type: 'move', motion })
    this.#look()
  }

  #edit(action: Extract<PickerAction, { type: 'edit' }>): void {
    const before = this.#picker?.query.text
    this.#reduce(action)
    if (this.#picker?.query.text === before) return
    this.#find()
    this.#searchSoon()
  }

  /** While a list is being read: now and then, so that keys have their turn. */
  #findSoon(): void {
    this.#cancelFind ??= this.#parts.clock.after(FIND_MS, () => {
      this.#cancelFind = undefined
      this.#find()
    })
  }

  #find(): void {
    const source = this.#source
    if (this.#picker === undefined || source === undefined) return
    this.#attempt(() => {
      const query = this.#query()
      const found = source.find(query)
      const isPending = query !== '' && source.needsSearch?.(query) === true
      const note =
        source.note ?? (isPending && found.items.length === 0 ? 'Searching …' : undefined)
      this.#reduce({ type: 'found', found, ...(note === undefined ? {} : { note }) })
      this.#look()
    })
  }

  #searchSoon(): void {
    this.#cancelSearch?.()
    this.#cancelSearch = this.#parts.clock.after(PAUSE_MS, () => {
      this.#attempt(() => {
        this.#search()
      })
    })
  }

  #search(): void {
    this.#cancelSearch?.()
    this.#cancelSearch = undefined
    const source = this.#source
    const query = this.#query()
    if (query === '' || source?.needsSearch?.(query) !== true) return
    source.search?.(query)
    this.#find()
  }

  /** Reads what is not known yet of the items on the screen. */
  #look(): void {
    const { screen } = this.#parts
    const { overlay, view } = screen.snapshot()
    if (overlay === undefined) return
    const fits = itemsThatFit(overlay.words, view)
    const picker = fits === overlay.fits ? overlay : pick(overlay, { type: 'fits', fits })
    if (picker !== overlay) screen.overlay(picker)
    const source = this.#source
    if (source?.glance === undefined) return
    const glances = new Map<string, Glance>()
    for (const { key, glance } of seenItems(picker)) {
      if (glance === undefined && !picker.glances.has(key)) glances.set(key, source.glance(key))
    }
    if (glances.size > 0) this.#reduce({ type: 'glances', glances })
  }

  #query(): string {
    return this.#picker?.query.text.trim() ?? ''
  }

  #reduce(action: PickerAction): void {
    const { screen } = this.#parts
    const { overlay, view } = screen.snapshot()
    if (overlay === undefined) return
    const fits = itemsThatFit(overlay.words, view)
    screen.overlay(pick(pick(overlay, { type: 'fits', fits }), action))
  }

  #stop(): void {
    this.#cancelSearch?.()
    this.#cancelSearch = undefined
    this.#cancelFind?.()
    this.#cancelFind = undefined
    this.#stopLoading?.()
    this.#stopLoading = undefined
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.close()
    this.#parts.onProblem(error instanceof Error ? error.message : String(error))
  }
}

/** The screen of a chat that draws none: the composer alone, and what the keys say of themselves. */
import { composerWith, type ComposerAction } from '../composer/composer-state.ts'
import { displayOf } from '../composer/display.ts'
import { ScreenStore } from '../screen-store.ts'
import { initialView, type ViewAction } from '../view-state.ts'
import type { Clock } from '../../client/clock.ts'
import type { Typed } from './typed-line.ts'

export interface QuietScreenParts {
  readonly clock: Clock
  readonly columns: number
  readonly rows: number
  /** Newest first. */
  readonly prompts: readonly string[]
  readonly draft: string
  /** The draft is sent, or put into the prompt history. */
  readonly onTaken: (text: string) => void
  readonly onFlash: (text: string) => void
  readonly onReasoning: () => void
  /** What could stand at the cursor, where the key for it was pressed. */
  readonly onCompletions: (labels: readonly string[]) => void
}

export class QuietScreen extends ScreenStore {
  readonly #parts: QuietScreenParts
  #wantsCompletions = false

  constructor(parts: QuietScreenParts) {
    const { clock, columns, rows, prompts, draft } = parts
    super(clock, {
      view: initialView(columns, rows, clock.now()),
      composer: composerWith(prompts, draft),
    })
    this.#parts = parts
  }

  /** What is typed, as it is shown: pastes are folded. */
  get typed(): Typed {
    const { text, cursor, pastes } = this.snapshot().composer.editor
    const display = displayOf(text, pastes)
    return { text: display.text.replaceAll('\t', ' '), cursor: display.fromSource(cursor) }
  }

  /** Whether the last key was the one that completes: only then a list is told. */
  set wantsCompletions(wants: boolean) {
    this.#wantsCompletions = wants
  }

  override compose(action: ComposerAction): void {
    if (action.type === 'taken') this.#parts.onTaken(action.text)
    // The only one there was has been taken.
    if (action.type === 'complete') this.#wantsCompletions = false
    if (action.type === 'menu' && action.menu !== undefined) {
      // A list that nobody sees must not catch keys.
      const { items } = action.menu
      if (this.#wantsCompletions) this.#parts.onCompletions(items.map(({ label }) => label))
    } else {
      super.compose(action)
    }
  }

  override dispatch(action: ViewAction): void {
    // What is said of the session needs no screen.
    if (action.type === 'flash') this.#parts.onFlash(action.text)
    if (action.type === 'toggleReasoning') this.#parts.onReasoning()
    if (action.type === 'toggleReasoning' || action.type === 'resized') super.dispatch(action)
  }
}

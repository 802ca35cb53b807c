/** Keeps the draft of the open conversation on disk. */
import type { Clock } from '../client/clock.ts'
import type { Attachment } from '../chat/session-parts.ts'
import type { LocalStore } from '../store/local-store.ts'

const NO_DRAFT: Draft = { text: '', attached: [] }

/** A draft is on disk at the latest after this time. */
const DRAFT_MS = 500

/** What is written and not sent yet. */
export interface Draft {
  readonly text: string
  readonly attached: readonly Attachment[]
}

export interface DraftKeeperParts {
  /** Absent with `--no-save`; then nothing is kept. */
  readonly store: LocalStore | undefined
  readonly clock: Clock
  /** The draft as it is. */
  readonly read: () => Draft
  /** The conversation that it belongs to; null for one that has not begun. */
  readonly place: () => string | null
  readonly onProblem: (sentence: string) => void
}

export class DraftKeeper {
  readonly #parts: DraftKeeperParts
  #place: string | null
  /** As on disk, to compare. */
  #saved: string
  #cancel: (() => void) | undefined

  /** What `read` gives is on disk already. */
  constructor(parts: DraftKeeperParts) {
    this.#parts = parts
    this.#place = parts.place()
    this.#saved = JSON.stringify(parts.read())
  }

  /** The draft may have changed: writes it within half a second. */
  soon(): void {
    if (this.#parts.store === undefined || this.#cancel !== undefined) return
    this.#cancel = this.#parts.clock.after(DRAFT_MS, () => {
      this.save()
    })
  }

  /** Writes the draft now. Where the conversation has begun since, the draft goes along. */
  save(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const place = this.#parts.place()
    if (place !== this.#place) {
      this.#write(this.#place, NO_DRAFT)
      this.#place = place
    }
    this.#write(place, this.#parts.read())
  }

  /** Another conversation is open: the draft stays with the one before. Returns that of the new one; undefined where none are kept. */
  open(): Draft | undefined {
    const { store, place, read } = this.#parts
    this.#cancel?.()
    this.#cancel = undefined
    this.#write(this.#place, read())
    this.#place = place()
    if (store === undefined) return undefined
    const draft = { text: store.draft(this.#place), attached: store.attached(this.#place) }
    this.#saved = JSON.stringify(draft)
    return draft
  }

  #write(place: string | null, draft: Draft): void {
    const { store, onProblem } = this.#parts
    const json = JSON.stringify(draft)
    if (store === undefined || json === this.#saved) return
    try {
      store.saveDraft(place, draft.text, draft.attached)
      this.#saved = json
    } catch (error) {
      onProblem(
        `The draft cannot be saved: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
}

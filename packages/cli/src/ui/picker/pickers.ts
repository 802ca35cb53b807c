/** The pickers of a chat: which lists there are for what is asked, and what choosing does. */
import type { ModelView } from '@speak-code/protocol'
import type { ChatSession } from '../../chat/chat-session.ts'
import type { DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import type { Pick } from '../../chat/session-events.ts'
import type { Clock } from '../../client/clock.ts'
import type { LocalStore } from '../../store/local-store.ts'
import type { KeyPress } from '../keyboard/key-press.ts'
import type { ScreenStore } from '../screen-store.ts'
import { ConversationChanges } from './conversation-changes.ts'
import { ConversationSource } from './conversation-source.ts'
import { MessageSource } from './message-source.ts'
import { ModelSource } from './model-source.ts'
import { Overlay } from './overlay.ts'
import { PromptSource } from './prompt-source.ts'
import type { OpenConversation, PickerSource } from './source.ts'

/** As many as the history keeps. */
const MOST_PROMPTS = 10_000

/** So long a word about what was done is shown. */
const NOTE_MS = 3000

export interface PickersParts {
  readonly session: ChatSession
  readonly screen: ScreenStore
  readonly clock: Clock
  /** Absent where there is no history to read. */
  readonly store: LocalStore | undefined
  /** Absent where the history is not to be written. */
  readonly deleteAtRelay?: DeleteAtRelay | undefined
  /** Asks the relay. */
  readonly models: () => Promise<readonly ModelView[]>
}

export class Pickers {
  readonly #parts: PickersParts
  readonly #overlay: Overlay

  constructor(parts: PickersParts) {
    this.#parts = parts
    const { screen, clock, session } = parts
    this.#overlay = new Overlay({
      screen,
      clock,
      onProblem: (text) => {
        session.say({ tone: 'error', text })
      },
    })
  }

  /** Opens a list in the composer's place. With a query a search begins in the conversations, else in the prompts. */
  open(what: Pick, query: string): void {
    const sources = this.#sources(what, query)
    if (sources.length > 0) this.#overlay.open(sources, query)
    else this.#parts.session.say({ tone: 'error', text: 'There is no history to look into.' })
  }

  /** Returns whether the key was for an open picker. */
  press(key: KeyPress): boolean {
    return this.#overlay.press(key)
  }

  /** Leaves everything as it was before. */
  close(): void {
    this.#overlay.close()
  }

  #sources(what: Pick, query: string): readonly PickerSource[] {
    switch (what) {
      case 'conversations':
        return this.#conversations()
      case 'search':
        return query === ''
          ? [this.#prompts(), ...this.#messages()]
          : [...this.#messages(), this.#prompts()]
      case 'models':
        return [this.#models()]
    }
  }

  #conversations(): PickerSource[] {
    const { store, clock, session, deleteAtRelay } = this.#parts
    if (store === undefined) return []
    const current = session.begun ? session.conversationId : undefined
    const changes =
      deleteAtRelay === undefined
        ? undefined
        : new ConversationChanges({ session, store, deleteAtRelay })
    return [new ConversationSource({ store, clock, current, open: this.#open, changes })]
  }

  #messages(): PickerSource[] {
    const { store } = this.#parts
    return store === undefined ? [] : [new MessageSource({ store, open: this.#open })]
  }

  #prompts(): PickerSource {
    const { store, clock, screen } = this.#parts
    const typed = screen.snapshot().composer.prompts
    // Those of this session come first: with `--no-save` they are nowhere else.
    const prompts = [...typed, ...(store?.prompts(MOST_PROMPTS) ?? [])]
    return new PromptSource({
      prompts,
      clock,
      take: (text) => {
        const { text: draft } = screen.snapshot().composer.editor
        screen.compose({ type: 'replace', text })
        if (draft === '' || draft === text) return
        const until = clock.now() + NOTE_MS
        screen.dispatch({ type: 'flash', text: 'Ctrl-_ brings the draft back.', until })
      },
    })
  }

  #models(): PickerSource {
    const { session, models } = this.#parts
    return new ModelSource({
      list: models,
      current: session.model,
      take: (id) => {
        session.setModel(id)
        session.say({ tone: 'meta', text: `From now on ${id} is asked.` })
      },
    })
  }

  readonly #open: OpenConversation = (conversationId, hit) => {
    const { session } = this.#parts
    if (hit === undefined) session.open(conversationId)
    else session.open(conversationId, hit.messageId, hit.query)
  }
}

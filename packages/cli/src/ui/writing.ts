/** What is being written: its ways into the composer and out of it, to the prompt history and to the disk. */
import type { ChatSession } from '../chat/chat-session.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import type { Completion } from './completion/completion.ts'
import { draftOf } from './composer/composer-state.ts'
import { fullText } from './composer/editor.ts'
import { DraftKeeper } from './draft-keeper.ts'
import { NOTE_MS, type Flash } from './flash.ts'
import type { KeyMap } from './key-map.ts'
import type { ScreenStore } from './screen-store.ts'

export interface WritingParts {
  readonly session: ChatSession
  readonly screen: ScreenStore
  readonly clock: Clock
  /** Absent with `--no-save`. */
  readonly keep: LocalStore | undefined
  readonly keys: KeyMap
  readonly completion: Completion
  readonly flash: Flash
  /** Opens a text in the person's editor; rejects with a sentence where that fails. */
  readonly edit: (text: string) => Promise<string>
}

export class Writing {
  readonly #parts: WritingParts
  readonly #drafts: DraftKeeper
  #isEditing = false

  constructor(parts: WritingParts) {
    this.#parts = parts
    const { session, screen, clock, keep, flash } = parts
    this.#drafts = new DraftKeeper({
      store: keep,
      clock,
      read: () => ({
        text: draftOf(screen.snapshot().composer),
        attached: session.attached,
      }),
      place: () => (session.begun ? session.conversationId : null),
      onProblem: (sentence) => {
        flash(sentence, NOTE_MS)
      },
    })
  }

  /** Attaches again what was attached to the draft. */
  restore(): void {
    const { session, keep } = this.#parts
    session.attachAgain(keep?.attached(null) ?? [])
  }

  /** Writes the draft to disk now. */
  save(): void {
    this.#drafts.save()
  }

  /** It may have changed: it is on disk soon. */
  changed(): void {
    this.#drafts.soon()
  }

  /** Another conversation is open: its draft is shown. */
  turnTo(): void {
    const { session } = this.#parts
    const draft = this.#drafts.open()
    if (draft === undefined) return
    session.detach(session.attached)
    session.attachAgain(draft.attached)
    this.#show(draft.text)
  }

  /** It is dealt with: it goes to the prompt history, and the composer is empty. */
  take(text: string): void {
    const { screen, completion } = this.#parts
    screen.compose({ type: 'taken', text })
    completion.close()
    this.#remember(text)
  }

  /** Puts a text into the composer, before what is written there. */
  putBack(text: string): void {
    const { screen } = this.#parts
    const draft = draftOf(screen.snapshot().composer)
    this.#show(draft === '' ? text : `${text}\n\n${draft}`)
  }

  /** Takes the last waiting question back into the composer. Returns whether there was one. */
  takeBack(): boolean {
    const { session } = this.#parts
    const text = session.takeBack(session.waiting.length)
    if (text === undefined) return false
    this.putBack(text)
    return true
  }

  /** Pasted text never submits; a long one is folded. */
  paste(text: string): void {
    const { screen, keys, completion, flash } = this.#parts
    const folded = screen.snapshot().composer.editor.pastes.length
    screen.compose({ type: 'paste', text })
    completion.close()
    if (screen.snapshot().composer.editor.pastes.length === folded) return
    const unfold = keys.label('unfold')
    const backspace = keys.label('backspace') ?? 'Ctrl-C'
    flash(`${backspace} removes it${unfold === undefined ? '.' : `, ${unfold} shows it.`}`, NOTE_MS)
  }

  /** Shows the folded paste at the cursor. */
  unfold(): void {
    const { screen, keys, flash } = this.#parts
    const { text } = screen.snapshot().composer.editor
    screen.compose({ type: 'unfold' })
    if (screen.snapshot().composer.editor.text !== text) return
    const editor = keys.label('editor')
    const isFolded = fullText(screen.snapshot().composer.editor) !== text
    if (isFolded && editor !== undefined) flash(`Too long to show; ${editor} opens it.`, NOTE_MS)
  }

  /** Puts it away, or brings it back. What is put away is in the prompt history too, so that it outlives the program. */
  stash(): void {
    const { screen, completion } = this.#parts
    const { editor } = screen.snapshot().composer
    if (editor.text !== '') this.#remember(fullText(editor))
    screen.compose({ type: 'stash' })
    completion.close()
  }

  /** Opens it in the person's own editor; one at a time. */
  async editExternally(): Promise<void> {
    const { screen, session, completion, edit } = this.#parts
    if (this.#isEditing) return
    this.#isEditing = true
    this.save()
    const before = fullText(screen.snapshot().composer.editor)
    try {
      const text = await edit(before)
      if (text !== before) screen.compose({ type: 'replace', text })
      completion.close()
      this.changed()
    } catch (error) {
      session.say({ tone: 'error', text: messageOf(error) })
    } finally {
      this.#isEditing = false
    }
  }

  #show(text: string): void {
    const { screen, completion } = this.#parts
    screen.compose({ type: 'clear' })
    if (text !== '') screen.compose({ type: 'replace', text })
    completion.close()
    this.changed()
  }

  #remember(text: string): void {
    const { keep, flash } = this.#parts
    try {
      keep?.addPrompt(text)
    } catch (error) {
      flash(`The prompt history cannot be written: ${messageOf(error)}`, NOTE_MS)
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

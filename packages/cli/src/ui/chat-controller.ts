/** Keys → what they do to the composer, the session and the terminal. No React. */
import type { ChatSession } from '../chat/chat-session.ts'
import type { Pick, SessionEvent } from '../chat/session-events.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { Completion } from './completion/completion.ts'
import { draftOf } from './composer/composer-state.ts'
import { fullText } from './composer/editor.ts'
import { DraftKeeper } from './draft-keeper.ts'
import { EDITS, isEdit, type ChatCommand, type Command, type KeyMap } from './key-map.ts'
import type { KeyPress } from './keyboard/key-press.ts'
import { Pickers, type PickersParts } from './picker/pickers.ts'
import { composerColumns } from './region/input-rows.ts'
import { composerRows } from './screen-plan.ts'
import type { ScreenStore } from './screen-store.ts'
import { Submission } from './submission.ts'

/** Twice within this time means it. */
const TWICE_MS = 1500
/** A word that has to be read. */
const NOTE_MS = 5000

/** What only the terminal itself can do. */
export interface TerminalActions {
  copy(text: string): void
  /** Draws the live region again; with `wipe` on an empty screen. */
  redraw(wipe: boolean): void
  suspend(): void
  /** Opens a text in the person's editor; rejects with a sentence where that fails. */
  edit(text: string): Promise<string>
  leave(): void
}

export interface ControllerParts {
  readonly session: ChatSession
  readonly screen: ScreenStore
  readonly clock: Clock
  /** Where prompts and drafts are kept; absent with `--no-save`. */
  readonly keep: LocalStore | undefined
  readonly commands: CommandContext
  readonly keys: KeyMap
  /** The folder whose files are completed. */
  readonly folder: string
  /** Asks the relay for its models. */
  readonly models: PickersParts['models']
  readonly terminal: TerminalActions
  /** Tells a list where none can be drawn. */
  readonly pick?: (what: Pick, query: string) => void
}

export class ChatController {
  readonly #parts: ControllerParts
  readonly #pickers: Pickers
  readonly #drafts: DraftKeeper
  readonly #submission: Submission
  readonly #completion: Completion
  #leaveArmedUntil = 0
  /** The first key of a sequence, until the second comes. */
  #prefix: string | undefined
  #isEditing = false

  constructor(parts: ControllerParts) {
    this.#parts = parts
    const { session, screen, clock, keep, commands, models } = parts
    this.#pickers = new Pickers({ session, screen, clock, store: commands.store, models })
    this.#drafts = new DraftKeeper({
      store: keep,
      clock,
      read: () => draftOf(screen.snapshot().composer),
      place: () => (session.begun ? session.conversationId : null),
      onProblem: (sentence) => {
        this.#flash(sentence, NOTE_MS)
      },
    })
    this.#submission = new Submission({
      session,
      commands,
      take: (text) => {
        this.#take(text)
      },
      giveBack: (text) => {
        this.#putBack(text)
      },
      select: () => {
        screen.compose({ type: 'select' })
        this.#completion.close()
        const stop = parts.keys.label('stop')
        this.#flash(
          `Typing replaces it${stop === undefined ? '.' : `; ${stop} clears it.`}`,
          NOTE_MS,
        )
      },
      onAsked: () => {
        this.#drafts.save()
      },
    })
    this.#completion = new Completion({ screen, context: commands, clock, folder: parts.folder })
    session.on((event) => {
      this.#heard(event)
    })
  }

  press(key: KeyPress): void {
    if (this.#pickers.press(key)) return
    switch (key.type) {
      case 'text':
        this.#prefix = undefined
        this.#parts.screen.compose({ type: 'insert', text: key.text })
        this.#completion.look()
        break
      case 'paste':
        this.#paste(key.text)
        break
      case 'key':
        this.#key(key.name)
        break
    }
    this.#drafts.soon()
  }

  /** Pasted text never submits. */
  paste(text: string): void {
    this.press({ type: 'paste', text })
  }

  /** Asks what the command line asked. */
  submit(text: string): void {
    this.#submission.ask(text)
  }

  /** Writes the draft to disk now. */
  saveDraft(): void {
    this.#drafts.save()
  }

  #paste(text: string): void {
    const { screen, keys } = this.#parts
    const folded = screen.snapshot().composer.editor.pastes.length
    this.#prefix = undefined
    screen.compose({ type: 'paste', text })
    this.#completion.close()
    if (screen.snapshot().composer.editor.pastes.length === folded) return
    const unfold = keys.label('unfold')
    const backspace = keys.label('backspace') ?? 'Ctrl-C'
    this.#flash(
      `${backspace} removes it${unfold === undefined ? '.' : `, ${unfold} shows it.`}`,
      NOTE_MS,
    )
  }

  #key(name: string): void {
    const { keys } = this.#parts
    const prefix = this.#prefix
    this.#prefix = undefined
    const found = keys.find(prefix === undefined ? name : `${prefix} ${name}`)
    if (found === 'prefix') {
      this.#prefix = name
    } else if (found !== undefined) {
      this.#command(found)
    } else if (prefix !== undefined && keys.find(name) === 'interrupt') {
      this.#command('interrupt')
    }
  }

  #command(command: Command): void {
    const { screen } = this.#parts
    if (this.#completion.press(command)) return
    if (!isEdit(command)) {
      this.#chatCommand(command)
      return
    }
    const { editor: before, menu } = screen.snapshot().composer
    screen.compose({ type: EDITS[command] })
    const { editor } = screen.snapshot().composer
    if (menu !== undefined || editor.text !== before.text) this.#completion.look()
  }

  #chatCommand(command: ChatCommand): void {
    const { session, screen, terminal } = this.#parts
    const { editor } = screen.snapshot().composer
    const { columns, rows } = screen.snapshot().view
    const width = composerColumns(columns)
    switch (command) {
      case 'send':
        this.#enter()
        break
      case 'newline':
        screen.compose({ type: 'paste', text: '\n' })
        this.#completion.close()
        break
      case 'stop':
        if (!session.stop() && editor.selected) this.#take(fullText(editor))
        break
      case 'interrupt':
        this.#interrupt()
        break
      case 'complete':
        this.#completion.look(true)
        break
      case 'leave':
        if (editor.text === '') {
          terminal.leave()
        } else {
          screen.compose({ type: 'delete' })
          this.#completion.look()
        }
        break
      case 'reconnect':
        session.reconnect()
        break
      case 'search':
        this.#completion.close()
        this.#pick('search', '')
        break
      case 'redraw':
        terminal.redraw(false)
        break
      case 'reasoning':
        screen.dispatch({ type: 'toggleReasoning' })
        this.#flash(
          screen.snapshot().view.showReasoning ? 'Reasoning is shown.' : 'Reasoning is hidden.',
        )
        break
      case 'stash':
        this.#stash()
        break
      case 'editor':
        void this.#editExternally()
        break
      case 'suspend':
        this.#drafts.save()
        terminal.suspend()
        break
      case 'unfold':
        this.#unfold()
        break
      case 'take_back':
        this.#takeBack()
        break
      case 'previous':
        // With nothing written the question that waits is nearer than those that were asked.
        if (editor.text === '' && this.#takeBack()) break
        screen.compose({ type: 'previous', columns: width })
        break
      case 'next':
        screen.compose({ type: 'next', columns: width })
        break
      case 'page_up':
        screen.compose({ type: 'up', columns: width, rows: composerRows(rows) })
        break
      case 'page_down':
        screen.compose({ type: 'down', columns: width, rows: composerRows(rows) })
        break
    }
  }

  #enter(): void {
    const { session, screen } = this.#parts
    const { editor } = screen.snapshot().composer
    if (editor.text[editor.cursor - 1] === '\\') {
      screen.compose({ type: 'backspace' })
      screen.compose({ type: 'paste', text: '\n' })
    } else if (editor.text.trim() === '') {
      session.connect()
      session.release()
    } else {
      this.#submission.enter(fullText(editor), editor.text)
    }
  }

  /** What was written is dealt with: it goes to the prompt history, and the composer is empty. */
  #take(text: string): void {
    this.#parts.screen.compose({ type: 'taken', text })
    this.#completion.close()
    this.#remember(text)
  }

  #remember(text: string): void {
    try {
      this.#parts.keep?.addPrompt(text)
    } catch (error) {
      this.#flash(`The prompt history cannot be written: ${messageOf(error)}`, NOTE_MS)
    }
  }

  /** Puts a text into the composer, before what is written there. */
  #putBack(text: string): void {
    const { screen } = this.#parts
    const draft = draftOf(screen.snapshot().composer)
    this.#show(draft === '' ? text : `${text}\n\n${draft}`)
  }

  #show(text: string): void {
    const { screen } = this.#parts
    screen.compose({ type: 'clear' })
    if (text !== '') screen.compose({ type: 'replace', text })
    this.#completion.close()
    this.#drafts.soon()
  }

  /** Ctrl-C: stops the answer, else clears the draft, else leaves when pressed twice. */
  #interrupt(): void {
    const { session, screen, terminal, clock } = this.#parts
    if (session.stop()) return
    const { editor } = screen.snapshot().composer
    if (editor.text !== '') {
      this.#take(fullText(editor))
      this.#flash('The draft is in the prompt history (↑).')
    } else if (clock.now() < this.#leaveArmedUntil) {
      terminal.leave()
    } else {
      this.#leaveArmedUntil = clock.now() + TWICE_MS
      this.#flash('Ctrl-C again leaves.')
    }
  }

  /** What is put away is in the prompt history too, so that it outlives the program. */
  #stash(): void {
    const { screen } = this.#parts
    const { editor } = screen.snapshot().composer
    if (editor.text !== '') this.#remember(fullText(editor))
    screen.compose({ type: 'stash' })
    this.#completion.close()
  }

  /** Takes the last waiting question back into the composer. Returns whether there was one. */
  #takeBack(): boolean {
    const { session } = this.#parts
    const text = session.takeBack(session.waiting.length)
    if (text === undefined) return false
    this.#putBack(text)
    return true
  }

  #unfold(): void {
    const { screen } = this.#parts
    const { text } = screen.snapshot().composer.editor
    screen.compose({ type: 'unfold' })
    if (screen.snapshot().composer.editor.text !== text) return
    const editor = this.#parts.keys.label('editor')
    const isFolded = fullText(screen.snapshot().composer.editor) !== text
    if (isFolded && editor !== undefined) {
      this.#flash(`Too long to show; ${editor} opens it.`, NOTE_MS)
    }
  }

  async #editExternally(): Promise<void> {
    const { screen, session, terminal } = this.#parts
    if (this.#isEditing) return
    this.#isEditing = true
    this.#drafts.save()
    const before = fullText(screen.snapshot().composer.editor)
    try {
      const text = await terminal.edit(before)
      if (text !== before) screen.compose({ type: 'replace', text })
      this.#completion.close()
      this.#drafts.soon()
    } catch (error) {
      session.say({ tone: 'error', text: messageOf(error) })
    } finally {
      this.#isEditing = false
    }
  }

  #heard(event: SessionEvent): void {
    const { screen, terminal } = this.#parts
    switch (event.type) {
      case 'compose':
        this.#putBack(event.text)
        break
      case 'copy':
        terminal.copy(event.text)
        break
      case 'clearScreen':
        terminal.redraw(true)
        break
      case 'leave':
        terminal.leave()
        break
      case 'opened': {
        const draft = this.#drafts.open()
        if (draft !== undefined) this.#show(draft)
        screen.dispatch(event)
        break
      }
      case 'question':
        // The first one gives the conversation a place of its own.
        this.#drafts.save()
        screen.dispatch(event)
        break
      case 'connection':
      case 'model':
      case 'answering':
      case 'delta':
      case 'answered':
      case 'notice':
      case 'waiting':
      case 'attachments':
      case 'tokens':
      case 'lines':
      case 'title':
      case 'branch':
        screen.dispatch(event)
        break
      case 'pick':
        this.#pick(event.what, event.query)
        break
      case 'theme':
        break
    }
  }

  #pick(what: Pick, query: string): void {
    const { pick } = this.#parts
    this.#completion.close()
    if (pick === undefined) this.#pickers.open(what, query)
    else pick(what, query)
  }

  #flash(text: string, ms = TWICE_MS): void {
    const { screen, clock } = this.#parts
    screen.dispatch({ type: 'flash', text, until: clock.now() + ms })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

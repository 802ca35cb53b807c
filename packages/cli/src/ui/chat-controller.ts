/** Keys → what they do to the composer, the session and the terminal. No React. */
import type { ChatSession } from '../chat/chat-session.ts'
import type { Attachment } from '../chat/session-parts.ts'
import type { Pick, SessionEvent } from '../chat/session-events.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { Completion } from './completion/completion.ts'
import { fullText } from './composer/editor.ts'
import { flashOn, NOTE_MS, type Flash } from './flash.ts'
import { EDITS, isEdit, type ChatCommand, type Command, type KeyMap } from './key-map.ts'
import type { KeyPress } from './keyboard/key-press.ts'
import { Pickers, type PickersParts } from './picker/pickers.ts'
import { composerColumns } from './region/input-rows.ts'
import { composerRows } from './screen-plan.ts'
import type { ScreenStore } from './screen-store.ts'
import { Submission } from './submission.ts'
import { Writing } from './writing.ts'

/** Twice within this time means it. */
const TWICE_MS = 1500

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
  readonly deleteAtRelay?: PickersParts['deleteAtRelay']
  readonly terminal: TerminalActions
  /** Tells a list where none can be drawn. */
  readonly pick?: (what: Pick, query: string) => void
}

export class ChatController {
  readonly #parts: ControllerParts
  readonly #pickers: Pickers
  readonly #writing: Writing
  readonly #flash: Flash
  readonly #submission: Submission
  readonly #completion: Completion
  #leaveArmedUntil = 0
  /** The first key of a sequence, until the second comes. */
  #prefix: string | undefined

  constructor(parts: ControllerParts) {
    this.#parts = parts
    const { session, screen, clock, keep, commands, models } = parts
    this.#pickers = new Pickers({
      session,
      screen,
      clock,
      store: commands.store,
      deleteAtRelay: keep === undefined ? undefined : parts.deleteAtRelay,
      models,
    })
    this.#flash = flashOn(screen, clock)
    this.#completion = new Completion({ screen, context: commands, clock, folder: parts.folder })
    this.#writing = new Writing({
      ...parts,
      completion: this.#completion,
      flash: this.#flash,
      edit: (text) => parts.terminal.edit(text),
    })
    this.#submission = new Submission({
      session,
      commands,
      take: (text) => {
        this.#writing.take(text)
      },
      giveBack: (text) => {
        this.#writing.putBack(text)
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
        this.#writing.save()
      },
    })
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
        this.#prefix = undefined
        this.#writing.paste(key.text)
        break
      case 'key':
        this.#key(key.name)
        break
    }
    this.#writing.changed()
  }

  /** Pasted text never submits. */
  paste(text: string): void {
    this.press({ type: 'paste', text })
  }

  /** Attaches again what was attached to the draft. */
  restore(): void {
    this.#writing.restore()
  }

  /** Asks what the command line asked, with its files. */
  submit(text: string, attached: readonly Attachment[]): void {
    this.#submission.ask(text, attached)
  }

  /** Writes the draft to disk now. */
  saveDraft(): void {
    this.#writing.save()
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
        if (!session.stop() && editor.selected) this.#writing.take(fullText(editor))
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
        this.#writing.stash()
        break
      case 'editor':
        void this.#writing.editExternally()
        break
      case 'suspend':
        this.#writing.save()
        terminal.suspend()
        break
      case 'unfold':
        this.#writing.unfold()
        break
      case 'take_back':
        this.#writing.takeBack()
        break
      case 'previous':
        // With nothing written the question that waits is nearer than those that were asked.
        if (editor.text === '' && this.#writing.takeBack()) break
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

  /** Ctrl-C: stops the answer, else clears the draft, else leaves when pressed twice. */
  #interrupt(): void {
    const { session, screen, terminal, clock } = this.#parts
    if (session.stop()) return
    const { editor } = screen.snapshot().composer
    if (editor.text !== '') {
      this.#writing.take(fullText(editor))
      this.#flash('The draft is in the prompt history (↑).')
    } else if (clock.now() < this.#leaveArmedUntil) {
      terminal.leave()
    } else {
      this.#leaveArmedUntil = clock.now() + TWICE_MS
      this.#flash('Ctrl-C again leaves.')
    }
  }

  #heard(event: SessionEvent): void {
    const { screen, terminal } = this.#parts
    switch (event.type) {
      case 'compose':
        this.#writing.putBack(event.text)
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
      case 'opened':
        this.#writing.turnTo()
        screen.dispatch(event)
        break
      case 'question':
        // The first one gives the conversation a place of its own.
        this.#writing.save()
        screen.dispatch(event)
        break
      case 'connection':
      case 'model':
      case 'answering':
      case 'delta':
      case 'answered':
      case 'notice':
      case 'waiting':
      case 'tokens':
      case 'lines':
      case 'title':
      case 'branch':
        screen.dispatch(event)
        break
      case 'attachments':
        screen.dispatch(event)
        this.#writing.changed()
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
}

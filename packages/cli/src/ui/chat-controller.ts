/** Keys → what they do to the composer, the session and the terminal. No React. */
import { findCommand, readInput, type CommandContext } from '../chat/slash-commands.ts'
import type { ChatSession } from '../chat/chat-session.ts'
import type { SessionEvent } from '../chat/session-events.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { draftOf } from './composer/composer-state.ts'
import { CHAT_KEYS, EDIT_KEYS, type ChatKey } from './key-map.ts'
import type { KeyPress } from './keys.ts'
import type { ScreenStore } from './screen-store.ts'
import { PROMPT } from './transcript-rows.ts'

/** Twice within this time means it. */
const TWICE_MS = 1500
/** A draft is on disk at the latest after this time. */
const DRAFT_MS = 500

/** What only the terminal itself can do. */
export interface TerminalActions {
  copy(text: string): void
  /** Draws the live region again; with `wipe` on an empty screen. */
  redraw(wipe: boolean): void
  suspend(): void
  leave(): void
}

export interface ControllerParts {
  readonly session: ChatSession
  readonly screen: ScreenStore
  readonly clock: Clock
  /** Where prompts and drafts are kept; absent with `--no-save`. */
  readonly keep: LocalStore | undefined
  readonly commands: CommandContext
  readonly terminal: TerminalActions
}

export class ChatController {
  readonly #parts: ControllerParts
  #leaveArmedUntil = 0
  #savedDraft: string
  #cancelSave: (() => void) | undefined

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#savedDraft = draftOf(parts.screen.snapshot().composer)
    parts.session.on((event) => {
      this.#heard(event)
    })
  }

  press(key: KeyPress): void {
    const { screen } = this.#parts
    switch (key.type) {
      case 'text':
        screen.compose({ type: 'insert', text: key.text })
        break
      case 'paste':
        this.paste(key.text)
        break
      case 'key': {
        const edit = EDIT_KEYS[key.name]
        const chat = CHAT_KEYS[key.name]
        if (edit !== undefined) screen.compose({ type: edit })
        else if (chat !== undefined) this.#chatKey(chat)
        break
      }
    }
    this.#saveDraftSoon()
  }

  /** Pasted text never submits. */
  paste(text: string): void {
    this.#parts.screen.compose({ type: 'paste', text })
    this.#saveDraftSoon()
  }

  /** Asks what the command line asked. */
  submit(text: string): void {
    this.#ask(text)
  }

  /** Writes the draft to disk now. */
  saveDraft(): void {
    const { keep, session, screen, clock } = this.#parts
    this.#cancelSave?.()
    this.#cancelSave = undefined
    const draft = draftOf(screen.snapshot().composer)
    if (keep === undefined || draft === this.#savedDraft) return
    try {
      keep.saveDraft(draftPlace(session), draft)
      this.#savedDraft = draft
    } catch (error) {
      screen.dispatch({
        type: 'flash',
        text: `The draft cannot be saved: ${messageOf(error)}`,
        until: clock.now() + 5000,
      })
    }
  }

  #chatKey(key: ChatKey): void {
    const { session, screen, terminal } = this.#parts
    const { editor } = screen.snapshot().composer
    const { columns } = screen.snapshot().view
    switch (key) {
      case 'enter':
        this.#enter()
        break
      case 'newline':
        screen.compose({ type: 'paste', text: '\n' })
        break
      case 'stop':
        session.stop()
        break
      case 'interrupt':
        this.#interrupt()
        break
      case 'endOfInput':
        if (editor.text === '') terminal.leave()
        else screen.compose({ type: 'delete' })
        break
      case 'reconnect':
        session.reconnect()
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
        screen.compose({ type: 'stash' })
        break
      case 'suspend':
        terminal.suspend()
        break
      case 'previous':
      case 'next':
        screen.compose({ type: key, columns: Math.max(1, columns - PROMPT.length - 1) })
        break
    }
  }

  #enter(): void {
    const { session, screen } = this.#parts
    const { text, cursor } = screen.snapshot().composer.editor
    if (text[cursor - 1] === '\\') {
      screen.compose({ type: 'backspace' })
      screen.compose({ type: 'paste', text: '\n' })
      return
    }
    if (text.trim() === '') {
      session.connect()
      session.release()
      return
    }
    const input = readInput(text)
    if (input.type === 'text') {
      // The first question gives the conversation a place of its own.
      const place = draftPlace(session)
      this.#take(text)
      this.#ask(input.text)
      this.#forgetDraft(place)
    } else if (findCommand(input.name) === undefined) {
      // What was typed stays where it is.
      session.say({
        tone: 'error',
        text: `There is no command /${input.name}. /help lists them; //${input.name} sends it as text.`,
      })
    } else {
      this.#take(text)
      void this.#run(input.name, input.argument)
    }
  }

  async #run(name: string, argument: string): Promise<void> {
    const { session, commands } = this.#parts
    try {
      const lines = await findCommand(name)?.run(argument, commands)
      if (lines !== undefined) session.say(...lines)
    } catch (error) {
      session.say({ tone: 'error', text: messageOf(error) })
    }
  }

  #ask(text: string): void {
    const { session, screen } = this.#parts
    try {
      session.ask(text)
    } catch (error) {
      screen.compose({ type: 'replace', text })
      session.say({ tone: 'error', text: `It was not sent: ${messageOf(error)}` })
    }
  }

  /** The draft is dealt with: it goes to the prompt history, and the composer is empty. */
  #take(text: string): void {
    const { screen, keep } = this.#parts
    screen.compose({ type: 'taken', text })
    try {
      keep?.addPrompt(text)
    } catch (error) {
      this.#flash(`The prompt history cannot be written: ${messageOf(error)}`)
    }
  }

  /** Ctrl-C: stops the answer, else clears the draft, else leaves when pressed twice. */
  #interrupt(): void {
    const { session, screen, terminal, clock } = this.#parts
    if (session.stop()) return
    const { text } = screen.snapshot().composer.editor
    if (text !== '') {
      this.#take(text)
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
      case 'compose': {
        const { text } = screen.snapshot().composer.editor
        screen.compose({
          type: 'replace',
          text: text === '' ? event.text : `${event.text}\n\n${text}`,
        })
        this.#saveDraftSoon()
        break
      }
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
        this.#restoreDraft()
        screen.dispatch(event)
        break
      case 'connection':
      case 'model':
      case 'question':
      case 'answering':
      case 'delta':
      case 'answered':
      case 'notice':
      case 'waiting':
      case 'attachments':
      case 'tokens':
      case 'lines':
        screen.dispatch(event)
        break
    }
  }

  /** Another conversation is open: its draft belongs into the composer, unless something is written there. */
  #restoreDraft(): void {
    const { keep, session, screen } = this.#parts
    if (keep === undefined || screen.snapshot().composer.editor.text !== '') return
    const draft = keep.draft(draftPlace(session))
    this.#savedDraft = draft
    if (draft !== '') screen.compose({ type: 'replace', text: draft })
  }

  /** What was saved of a text that has been sent. */
  #forgetDraft(place: string | null): void {
    const { keep, screen } = this.#parts
    if (keep === undefined || this.#savedDraft === '') return
    if (screen.snapshot().composer.editor.text !== '') return
    try {
      keep.saveDraft(place, '')
      this.#savedDraft = ''
    } catch (error) {
      this.#flash(`The draft cannot be removed: ${messageOf(error)}`)
    }
  }

  #saveDraftSoon(): void {
    const { keep, clock, screen } = this.#parts
    if (keep === undefined || this.#cancelSave !== undefined) return
    if (draftOf(screen.snapshot().composer) === this.#savedDraft) return
    this.#cancelSave = clock.after(DRAFT_MS, () => {
      this.saveDraft()
    })
  }

  #flash(text: string): void {
    const { screen, clock } = this.#parts
    screen.dispatch({ type: 'flash', text, until: clock.now() + TWICE_MS })
  }
}

function draftPlace(session: ChatSession): string | null {
  return session.begun ? session.conversationId : null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

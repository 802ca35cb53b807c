/** What Enter does with what is written: runs a command, or asks, with the files that are mentioned. */
import type { ChatSession } from '../chat/chat-session.ts'
import {
  findCommand,
  readInput,
  unknownCommand,
  type CommandContext,
} from '../chat/slash-commands.ts'
import { mentionsIn } from './composer/mentions.ts'
import { mentionedFiles } from './mentioned-files.ts'

export interface SubmissionParts {
  readonly session: ChatSession
  readonly commands: CommandContext
  /** What was written is dealt with: it leaves the composer and goes to the prompt history. */
  readonly take: (text: string) => void
  /** It could not be sent: it goes back into the composer. */
  readonly giveBack: (text: string) => void
  /** It stays in the composer; what is typed next replaces it. */
  readonly select: () => void
  /** A question is on its way. */
  readonly onAsked: () => void
}

export class Submission {
  readonly #parts: SubmissionParts
  /** Questions go out in the order in which they were sent, whoever's files take longer. */
  #before: Promise<void> | undefined

  constructor(parts: SubmissionParts) {
    this.#parts = parts
  }

  /** `shown` is the text with its pastes folded: what was pasted mentions no files. */
  enter(text: string, shown: string): void {
    const { session, take, select } = this.#parts
    const input = readInput(text)
    if (input.type === 'text') {
      take(text)
      this.#send(input.text, shown, text)
    } else if (findCommand(input.name) === undefined) {
      session.say(unknownCommand(input.name))
      select()
    } else {
      take(text)
      void this.#run(input.name, input.argument)
    }
  }

  /** Asks what the command line asked. */
  ask(text: string): void {
    this.#send(text, text, text)
  }

  #send(text: string, shown: string, typed: string): void {
    if (this.#before === undefined && mentionsIn(shown).length === 0) {
      this.#askNow(text, [], typed)
      return
    }
    const before = this.#before ?? Promise.resolve()
    const done = before.then(() => this.#askWithFiles(text, shown, typed))
    this.#before = done
    void done.then(() => {
      if (this.#before === done) this.#before = undefined
    })
  }

  async #askWithFiles(text: string, shown: string, typed: string): Promise<void> {
    const { session, commands, giveBack } = this.#parts
    try {
      const files = await mentionedFiles(shown, commands.readFile)
      this.#askNow(text, files, typed)
      if (files.length === 0) return
      const names = files.map(({ name }) => name).join(', ')
      session.say({ tone: 'meta', text: `With ${names}.` })
    } catch (error) {
      giveBack(typed)
      session.say({ tone: 'error', text: messageOf(error) })
    }
  }

  #askNow(text: string, files: Parameters<ChatSession['ask']>[1], typed: string): void {
    const { session, giveBack, onAsked } = this.#parts
    try {
      session.ask(text, files)
      onAsked()
    } catch (error) {
      giveBack(typed)
      session.say({ tone: 'error', text: `It was not sent: ${messageOf(error)}` })
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
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

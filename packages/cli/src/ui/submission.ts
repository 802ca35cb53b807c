/** What Enter does with what is written: runs a command, or asks, with the files that are mentioned. */
import type { ChatSession } from '../chat/chat-session.ts'
import type { Attachment, FileText } from '../chat/session-parts.ts'
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

/** A question as it is in the composer. */
interface Written {
  /** What is asked. */
  readonly text: string
  /** With its pastes folded. */
  readonly shown: string
  /** What comes back where it cannot be asked. */
  readonly typed: string
  readonly attached: readonly Attachment[]
}

export class Submission {
  readonly #parts: SubmissionParts
  /** Questions go out in the order in which they were sent, whoever's files take longer. */
  #before: Promise<void> | undefined
  /** Attached files of questions that are on their way out. */
  readonly #leaving = new WeakSet<Attachment>()

  constructor(parts: SubmissionParts) {
    this.#parts = parts
  }

  /** `shown` is the text with its pastes folded: what was pasted mentions no files. */
  enter(text: string, shown: string): void {
    const { session, take, select } = this.#parts
    const input = readInput(text)
    if (input.type === 'text') {
      take(text)
      const attached = session.attached.filter((file) => !this.#leaving.has(file))
      for (const file of attached) this.#leaving.add(file)
      this.#send({ text: input.text, shown, typed: text, attached })
    } else if (findCommand(input.name) === undefined) {
      session.say(unknownCommand(input.name))
      select()
    } else {
      take(text)
      void this.#run(input.name, input.argument)
    }
  }

  /** Asks what the command line asked, with its files. */
  ask(text: string, attached: readonly Attachment[]): void {
    this.#send({ text, shown: text, typed: text, attached })
  }

  #send(question: Written): void {
    const { shown, attached } = question
    if (this.#before === undefined && attached.length === 0 && mentionsIn(shown).length === 0) {
      this.#askNow(question, [])
      return
    }
    const before = this.#before ?? Promise.resolve()
    const done = before.then(() => this.#askWithFiles(question))
    this.#before = done
    void done.then(() => {
      if (this.#before === done) this.#before = undefined
    })
  }

  async #askWithFiles(question: Written): Promise<void> {
    const { session, commands } = this.#parts
    try {
      const [attached, mentioned] = await Promise.all([
        Promise.all(question.attached.map((file) => this.#textOf(file))),
        mentionedFiles(question.shown, commands.readFile),
      ])
      this.#askNow(question, [...attached, ...mentioned])
      if (mentioned.length === 0) return
      const names = mentioned.map(({ name }) => name).join(', ')
      session.say({ tone: 'meta', text: `With ${names}.` })
    } catch (error) {
      this.#giveBack(question, messageOf(error))
    }
  }

  async #textOf({ name, path }: Attachment): Promise<FileText> {
    const { text } = await this.#parts.commands.readFile(path)
    return { name, text }
  }

  #askNow(question: Written, texts: readonly FileText[]): void {
    const { session, onAsked } = this.#parts
    const { text, attached } = question
    try {
      session.ask(text, { attached, texts })
      session.detach(attached)
      // Taken back, they go with what is sent next.
      this.#stay(attached)
      onAsked()
    } catch (error) {
      this.#giveBack(question, `It was not sent: ${messageOf(error)}`)
    }
  }

  #giveBack({ typed, attached }: Written, why: string): void {
    const { session, giveBack } = this.#parts
    this.#stay(attached)
    session.attachAgain(attached)
    giveBack(typed)
    session.say({ tone: 'error', text: why })
  }

  #stay(files: readonly Attachment[]): void {
    for (const file of files) this.#leaving.delete(file)
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

/**
 * The chat for screen readers: lines are only ever added, nothing is drawn over, states are told in words. The line
 * that is typed is Node's own line editor.
 */
import { createInterface, emitKeypressEvents } from 'node:readline'
import type { SessionEvent } from '../chat/session-events.ts'
import { findCommand, readInput } from '../chat/slash-commands.ts'
import { stateInWords } from '../chat/wording.ts'
import { harmless } from '../terminal/harmless.ts'
import { clipboardSequence } from './clipboard.ts'
import type { ChatUi, ChatUiParts } from './ink-chat.tsx'

const PROMPT = 'You: '

/** Lines that come so close together were pasted, not typed. */
const PASTE_MS = 15

export function openPlainChat(parts: ChatUiParts): ChatUi {
  const { session, commands, clock, keep, stdin, stdout } = parts
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  emitKeypressEvents(stdin)
  const input = createInterface({
    input: stdin,
    output: stdout,
    prompt: PROMPT,
    history: [...(keep?.prompts() ?? [])],
    removeHistoryDuplicates: true,
  })
  const voice = new Voice((text) => {
    stdout.write(text)
  })
  let lines: string[] = []
  let cancelPaste: (() => void) | undefined
  const ask = (text: string): void => {
    try {
      session.ask(text)
    } catch (error) {
      voice.line(`Error: it was not sent: ${messageOf(error)}`)
      input.write(text)
    }
  }
  const take = async (text: string): Promise<void> => {
    if (text.trim() === '') {
      session.connect()
      session.release()
      return
    }
    const read = readInput(text)
    if (read.type === 'text') {
      keep?.addPrompt(text)
      ask(read.text)
      return
    }
    const command = findCommand(read.name)
    if (command === undefined) {
      voice.line(`Error: there is no command /${read.name}. /help lists them.`)
      return
    }
    try {
      session.say(...(await command.run(read.argument, commands)))
    } catch (error) {
      voice.line(`Error: ${messageOf(error)}`)
    }
  }
  input.on('line', (line) => {
    // A backslash at its end goes on in the next line.
    const goesOn = line.endsWith('\\')
    lines.push(goesOn ? line.slice(0, -1) : line)
    cancelPaste?.()
    if (goesOn) return
    cancelPaste = clock.after(PASTE_MS, () => {
      const text = lines.join('\n')
      lines = []
      void take(text).finally(() => {
        input.prompt()
      })
    })
  })
  let armedUntil = 0
  input.on('SIGINT', () => {
    if (session.stop()) {
      voice.line('Stopping the answer.')
    } else if (input.line !== '') {
      keep?.addPrompt(input.line)
      input.write(null, { ctrl: true, name: 'e' })
      input.write(null, { ctrl: true, name: 'u' })
    } else if (clock.now() < armedUntil) {
      leave()
    } else {
      armedUntil = clock.now() + 1500
      voice.line('Ctrl-C again leaves.')
    }
  })
  input.on('close', leave)
  stdin.on('keypress', (_: string | undefined, key: { name?: string; ctrl?: boolean }) => {
    if (key.name === 'escape' && session.stop()) voice.line('Stopping the answer.')
    if (key.ctrl === true && key.name === 'r') session.reconnect()
    if (key.ctrl === true && key.name === 't') voice.toggleReasoning()
  })
  session.on((event) => {
    if (event.type === 'copy') stdout.write(clipboardSequence(event.text))
    else if (event.type === 'compose') input.write(event.text)
    else if (event.type === 'leave') leave()
    else voice.tell(event, clock.now())
    if (event.type === 'answered') input.prompt(true)
  })
  voice.line(parts.greeting)
  parts.begin({ submit: ask })
  const draft = keep?.draft(session.begun ? session.conversationId : null) ?? ''
  input.prompt()
  if (draft !== '') input.write(draft)
  return {
    left,
    close: () => {
      keep?.saveDraft(session.begun ? session.conversationId : null, input.line)
      input.off('close', leave)
      input.close()
      stdin.unref()
      stdout.write('\n')
      return Promise.resolve()
    },
  }
}

/** Says what happens, a line at a time. */
class Voice {
  readonly #write: (text: string) => void
  #open = ''
  #state = ''
  #showReasoning = false
  #saidReasoning = false

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  line(text: string): void {
    this.#write(`\r\n${harmless(text).replaceAll('\n', '\r\n')}\r\n`)
  }

  toggleReasoning(): void {
    this.#showReasoning = !this.#showReasoning
    this.line(this.#showReasoning ? 'Reasoning is read out.' : 'Reasoning is left out.')
  }

  tell(event: SessionEvent, now: number): void {
    switch (event.type) {
      case 'connection':
        this.#connection(stateInWords({ ...event.status }, now).text, event.status.relay)
        break
      case 'opened':
        for (const { role, text, lines } of event.messages) {
          this.line(`${WHO[role]}: ${text}`)
          for (const line of lines) this.line(line.text)
        }
        break
      case 'question':
        this.line(`Question: ${event.text}`)
        break
      case 'answering':
        this.#saidReasoning = false
        this.line('Waiting for the answer.')
        break
      case 'delta':
        this.#delta(event)
        break
      case 'answered':
        this.#flush()
        this.line([...event.lines.map(({ text }) => text), 'End of the answer.'].join('\n'))
        break
      case 'notice':
        if (event.text !== undefined) this.line(event.text)
        break
      case 'waiting':
        if (event.questions.length > 0) this.line(`Questions that wait: ${event.questions.length}.`)
        break
      case 'attachments':
        if (event.names.length > 0) this.line(`With the next question: ${event.names.join(', ')}.`)
        break
      case 'lines':
        if (event.lines.length === 0) break
        this.line(
          event.lines
            .map(({ tone, text }) => (tone === 'error' ? `Error: ${text}` : text))
            .join('\n'),
        )
        break
      case 'model':
      case 'tokens':
      case 'clearScreen':
      case 'compose':
      case 'copy':
      case 'leave':
        break
    }
  }

  #connection(state: string, relay: string): void {
    // The seconds of a countdown would be read out one by one.
    const told = state.replace(/ in \d+ s/, '')
    if (told === this.#state) return
    this.#state = told
    this.line(`${told}: ${relay}`)
  }

  /** An answer is said by whole lines. */
  #delta({ delta, channel }: Extract<SessionEvent, { type: 'delta' }>): void {
    if (channel === 'reasoning' && !this.#showReasoning) {
      if (!this.#saidReasoning) this.line('The model is reasoning; Ctrl-T reads it out.')
      this.#saidReasoning = true
      return
    }
    if (this.#open === '' && delta.trim() === '') return
    this.#open += delta
    const end = this.#open.lastIndexOf('\n')
    if (end < 0) return
    this.#print(this.#open.slice(0, end))
    this.#open = this.#open.slice(end + 1)
  }

  #flush(): void {
    if (this.#open.trim() !== '') this.#print(this.#open)
    this.#open = ''
  }

  #print(text: string): void {
    this.#write(`${harmless(text).replaceAll('\n', '\r\n')}\r\n`)
  }
}

const WHO = { user: 'Question', assistant: 'Answer', system: 'System prompt' } as const

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

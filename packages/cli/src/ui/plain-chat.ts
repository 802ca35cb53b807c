/**
 * The chat for screen readers and dumb terminals: lines are only ever added, nothing is drawn over but the line that is
 * typed, and states are told in words. Keys mean what they mean in the other chat.
 */
import type { SessionEvent } from '../chat/session-events.ts'
import { ChatController } from './chat-controller.ts'
import { clipboardSequence } from './clipboard.ts'
import { copyByTool } from './clipboard-tool.ts'
import type { ChatUi, ChatUiParts } from './ink-chat.tsx'
import { TerminalInput } from './keyboard/terminal-input.ts'
import { BorrowedTerminal } from './plain-chat/borrowed-terminal.ts'
import { Page } from './plain-chat/page.ts'
import { QuietScreen } from './plain-chat/quiet-screen.ts'
import { spokenList } from './plain-chat/spoken-lists.ts'
import { TypedLine } from './plain-chat/typed-line.ts'
import { Voice } from './plain-chat/voice.ts'

const PROMPT = 'You: '

/** What is said together is followed by one prompt. */
const PAUSE_MS = 30

const USUAL_COLUMNS = 80

export interface PlainChatParts extends ChatUiParts {
  /** The terminal knows no escape sequence, and gets none. */
  readonly dumb: boolean
}

export function openPlainChat(parts: PlainChatParts): ChatUi {
  const { session, commands, clock, keep, keys, stdin, stdout, dumb } = parts
  const { promise: left, resolve: leave } = Promise.withResolvers<'left' | 'gone'>()
  const lost = (): void => {
    leave('gone')
  }
  const write = (text: string): void => {
    stdout.write(text)
  }
  const columns = (): number => stdout.columns || USUAL_COLUMNS
  const line = new TypedLine({ prompt: PROMPT, columns, write, dumb })
  const page = new Page(write, line)
  const now = (): number => clock.now()
  const voice = new Voice({ page, now, reasoningKey: keys.label('reasoning') })
  let cancelPrompt: (() => void) | undefined
  const promptSoon = (): void => {
    cancelPrompt ??= clock.after(PAUSE_MS, () => {
      cancelPrompt = undefined
      // Under an answer the prompt comes back with the first key.
      if (!voice.isAnswering) page.prompt(screen.typed)
    })
  }
  const say = (text: string): void => {
    voice.line(text)
    promptSoon()
  }
  const screen = new QuietScreen({
    clock,
    columns: columns(),
    rows: stdout.rows,
    prompts: keep?.prompts() ?? [],
    draft: keep?.draft(null) ?? '',
    onTaken: (text) => {
      page.sent(text)
    },
    onFlash: say,
    onReasoning: () => {
      voice.toggleReasoning()
    },
    onCompletions: (labels) => {
      say(`It may become ${labels.join(', ')}.`)
    },
  })
  const input = new TerminalInput(stdin, clock, (press) => {
    screen.wantsCompletions = press.type === 'key' && keys.find(press.name) === 'complete'
    controller.press(press)
  })
  const borrowed = new BorrowedTerminal(input, {
    leave: () => {
      line.leave()
    },
    comeBack: promptSoon,
  })
  const controller = new ChatController({
    session,
    screen,
    clock,
    keep,
    commands,
    keys,
    folder: process.cwd(),
    models: parts.models,
    terminal: {
      copy: (text) => {
        if (!dumb) write(clipboardSequence(text))
        void copyByTool(text).then((isCopied) => {
          if (dumb && !isCopied) say('Error: there is no clipboard that a program can reach here.')
        })
      },
      redraw: (wipe) => {
        if (!wipe) line.leave()
        promptSoon()
      },
      suspend: () => {
        void borrowed.suspend()
      },
      edit: (text) => borrowed.edit(text, process.env),
      leave: () => {
        leave('left')
      },
    },
    pick: (what, query) => {
      const lists = { store: commands.store, models: parts.models, now }
      spokenList(what, query, lists).then(
        (lines) => {
          session.say(...lines)
        },
        (error: unknown) => {
          say(`Error: ${error instanceof Error ? error.message : String(error)}`)
        },
      )
    },
  })
  screen.subscribe(() => {
    const { typed } = screen
    if (line.isShown) line.change(typed)
    else if (typed.text !== '') page.prompt(typed)
    else promptSoon()
  })
  const hush = session.on((event: SessionEvent) => {
    voice.tell(event)
    promptSoon()
  })
  const resized = (): void => {
    screen.dispatch({ type: 'resized', columns: columns(), rows: stdout.rows })
  }
  stdout.on('resize', resized)
  stdin.once('end', lost)
  // The terminal may be gone before we are: nothing can be read, written or given back, to the very end.
  stdin.on('error', lost)
  stdout.on('error', lost)
  voice.line(parts.greeting)
  controller.restore()
  parts.begin(controller)
  promptSoon()
  input.setRawMode(true)
  return {
    left,
    close: () => {
      hush()
      controller.saveDraft()
      cancelPrompt?.()
      screen.stop()
      stdout.off('resize', resized)
      stdin.off('end', lost)
      line.leave()
      page.endLine()
      input.setRawMode(false)
      stdin.unref()
      return Promise.resolve()
    },
  }
}

/** The chat on a terminal: Ink, the terminal's modes, and leaving it as it was found. */
import { render, type Instance } from 'ink'
import type { ChatSession } from '../chat/chat-session.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { App } from './app.tsx'
import { ChatController, type TerminalActions } from './chat-controller.ts'
import { clipboardSequence } from './clipboard.ts'
import { composerWith } from './composer/composer-state.ts'
import { ScreenStore } from './screen-store.ts'
import { painted } from '../terminal/styled-row.ts'
import { suspendProcess } from './suspend.ts'
import { TerminalOutput } from './terminal-output.ts'
import { painter } from '../terminal/theme.ts'
import { initialView } from './view-state.ts'

const CURSOR_HOME = '\u001b[H'
const ERASE_SCREEN = '\u001b[2J'

export interface ChatUiParts {
  readonly session: ChatSession
  readonly commands: CommandContext
  readonly clock: Clock
  /** Where prompts and drafts are kept; absent with `--no-save`. */
  readonly keep: LocalStore | undefined
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly colors: boolean
  /** Printed once, above everything. */
  readonly greeting: string
  /** What happens first, before the first frame. */
  readonly begin: (controller: Pick<ChatController, 'submit'>) => void
}

export interface ChatUi {
  /** Resolves when the person leaves or the terminal is gone. */
  readonly left: Promise<void>
  /** Saves the draft and gives the terminal back. */
  close(): Promise<void>
}

export function openInkChat(parts: ChatUiParts): ChatUi {
  const { session, commands, clock, keep, stdin, stdout } = parts
  const { columns, rows } = stdout
  const screen = new ScreenStore(clock, {
    view: initialView(columns, rows, clock.now()),
    composer: composerWith(keep?.prompts() ?? [], keep?.draft(null) ?? ''),
  })
  const { promise: left, resolve: leave } = Promise.withResolvers<void>()
  let ink: Instance | undefined
  const terminal: TerminalActions = {
    copy: (text) => {
      stdout.write(clipboardSequence(text))
    },
    redraw: (wipe) => {
      ink?.clear()
      if (wipe) stdout.write(CURSOR_HOME + ERASE_SCREEN)
      screen.dispatch({ type: 'redraw' })
    },
    suspend: () => {
      screen.dispatch({ type: 'suspend' })
    },
    leave,
  }
  const controller = new ChatController({ session, screen, clock, keep, commands, terminal })
  screen.dispatch({ type: 'lines', lines: [{ tone: 'meta', text: parts.greeting }] })
  stdin.once('end', leave)
  parts.begin(controller)
  const paint = painter(parts.colors)
  // What is there before the first frame needs no layout.
  for (const { rows: printed } of screen.snapshot().view.blocks) {
    stdout.write(printed.map((spans) => `${painted(spans, paint)}\n`).join(''))
  }
  screen.dispatch({ type: 'printed' })
  const output = new TerminalOutput(stdout)
  ink = render(
    <App store={screen} controller={controller} paint={paint} suspend={suspendProcess} />,
    {
      stdin,
      stdout: output,
      exitOnCtrlC: false,
      patchConsole: false,
      incrementalRendering: true,
      isScreenReaderEnabled: false,
      kittyKeyboard: { mode: 'auto' },
    },
  )
  return {
    left,
    close: async () => {
      controller.saveDraft()
      screen.dispatch({ type: 'left' })
      screen.stop()
      stdin.off('end', leave)
      await ink.waitUntilRenderFlush()
      ink.unmount()
      await ink.waitUntilExit()
      output.destroy()
      // A terminal that Ink has read from keeps the process.
      stdin.unref()
    },
  }
}

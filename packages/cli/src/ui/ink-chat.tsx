/** The chat on a terminal: Ink, the terminal's modes, and leaving it as it was found. */
import { render } from 'ink'
import type { ChatSession } from '../chat/chat-session.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { App } from './app.tsx'
import { ChatController, type TerminalActions } from './chat-controller.ts'
import { clipboardSequence } from './clipboard.ts'
import { copyByTool } from './clipboard-tool.ts'
import { composerWith } from './composer/composer-state.ts'
import { editExternally } from './external-editor.ts'
import type { KeyMap } from './key-map.ts'
import { TerminalInput } from './keyboard/terminal-input.ts'
import { keyNames } from './region/key-names.ts'
import { ScreenStore } from './screen-store.ts'
import type { PickersParts } from './picker/pickers.ts'
import { Compositor } from './compositor/compositor.ts'
import { reflowOf } from './compositor/reflow.ts'
import { suspendProcess } from './suspend.ts'
import { TerminalOutput } from './terminal-output.ts'
import { wantsHyperlinks } from '../terminal/hyperlinks.ts'
import type { Painter } from '../terminal/theme.ts'
import { initialView } from './view-state.ts'

export interface ChatUiParts {
  readonly session: ChatSession
  readonly commands: CommandContext
  readonly keys: KeyMap
  /** Asks the relay for its models. */
  readonly models: PickersParts['models']
  readonly clock: Clock
  /** Where prompts and drafts are kept; absent with `--no-save`. */
  readonly keep: LocalStore | undefined
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly painter: Painter
  /** Printed once, above everything. */
  readonly greeting: string
  /** What happens first, before the first frame. */
  readonly begin: (controller: Pick<ChatController, 'submit'>) => void
}

export interface ChatUi {
  /** Resolves when the person leaves, or `gone`: the terminal is no longer there. */
  readonly left: Promise<'left' | 'gone'>
  /** Saves the draft and gives the terminal back. */
  close(): Promise<void>
}

export function openInkChat(parts: ChatUiParts): ChatUi {
  const { session, commands, clock, keep, stdin, stdout, painter } = parts
  const { columns, rows } = stdout
  const links = wantsHyperlinks(painter.colors, stdout)
  const screen = new ScreenStore(clock, {
    view: initialView(columns, rows, clock.now(), links),
    composer: composerWith(keep?.prompts() ?? [], keep?.draft(null) ?? ''),
  })
  const compositor = new Compositor({
    answer: () => screen.takeAnswer(),
    paint: { painter, links },
    write: (text) => {
      stdout.write(text)
    },
    size: { columns, rows },
    reflow: reflowOf(process.env),
  })
  const { promise: left, resolve: leave } = Promise.withResolvers<'left' | 'gone'>()
  const lost = (): void => {
    leave('gone')
  }
  let borrower: () => Promise<void> = suspendProcess
  const lend = (work: () => Promise<void>): void => {
    borrower = work
    screen.dispatch({ type: 'suspend' })
  }
  const terminal: TerminalActions = {
    copy: (text) => {
      stdout.write(clipboardSequence(text))
      void copyByTool(text)
    },
    redraw: (wipe) => {
      compositor.redraw(wipe)
    },
    suspend: () => {
      lend(suspendProcess)
    },
    edit: (text) =>
      new Promise((resolve, reject) => {
        lend(() => editExternally(text, process.env).then(resolve, reject))
      }),
    leave: () => {
      leave('left')
    },
  }
  const controller = new ChatController({
    session,
    screen,
    clock,
    keep,
    commands,
    keys: parts.keys,
    folder: process.cwd(),
    models: parts.models,
    terminal,
  })
  const input = new TerminalInput(
    stdin,
    clock,
    (press) => {
      controller.press(press)
    },
    () => {
      screen.dispatch({ type: 'keys', names: keyNames(parts.keys.bindings, true) })
    },
  )
  screen.dispatch({ type: 'keys', names: keyNames(parts.keys.bindings, false) })
  screen.onAnswer(() => {
    compositor.changed()
  })
  screen.dispatch({ type: 'lines', lines: [{ tone: 'meta', text: parts.greeting }] })
  stdin.once('end', lost)
  // The terminal may be gone before we are: nothing can be read, written or given back, to the very end.
  stdin.on('error', lost)
  stdout.on('error', lost)
  parts.begin(controller)
  const output = new TerminalOutput({
    terminal: stdout,
    onWrite: (text) => {
      compositor.ink(text)
    },
    onResize: (size) => {
      compositor.resized(size)
      screen.dispatch({ type: 'resized', ...size })
    },
  })
  const suspend = async (): Promise<void> => {
    compositor.release()
    await borrower()
    compositor.resume()
  }
  // Whatever ends the process, what it drew below the conversation goes.
  const tidy = (): void => {
    compositor.close()
  }
  process.once('uncaughtExceptionMonitor', tidy)
  process.once('exit', tidy)
  const ink = render(<App store={screen} paint={painter.paint} suspend={suspend} />, {
    stdin: input,
    stdout: output,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
    kittyKeyboard: {
      mode: 'auto',
      flags: ['disambiguateEscapeCodes', 'reportAlternateKeys'],
    },
  })
  return {
    left,
    close: async () => {
      controller.saveDraft()
      screen.dispatch({ type: 'left' })
      screen.stop()
      stdin.off('end', lost)
      compositor.close()
      process.off('uncaughtExceptionMonitor', tidy)
      process.off('exit', tidy)
      ink.unmount()
      await ink.waitUntilExit()
      output.destroy()
      input.destroy()
      // A terminal that was read from keeps the process.
      stdin.unref()
    },
  }
}

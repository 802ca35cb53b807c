/** The chat on a terminal: its first frame, its keys, Ink, and leaving the terminal as it was found. */
import type { ChatSession } from '../chat/chat-session.ts'
import type { CommandContext } from '../chat/slash-commands.ts'
import type { Clock } from '../client/clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { ChatController, type TerminalActions } from './chat-controller.ts'
import { clipboardSequence } from './clipboard.ts'
import { copyByTool } from './clipboard-tool.ts'
import { composerWith } from './composer/composer-state.ts'
import { DragPace, stillMsOf } from './drag-pace.ts'
import { drawDirectly } from './direct-region.ts'
import { editExternally } from './external-editor.ts'
import type { KeyMap } from './key-map.ts'
import { TerminalInput } from './keyboard/terminal-input.ts'
import { keyNames } from './region/key-names.ts'
import { ScreenStore } from './screen-store.ts'
import { LateInk } from './late-ink.ts'
import type { PickersParts } from './picker/pickers.ts'
import { Compositor } from './compositor/compositor.ts'
import { reflowOf } from './compositor/reflow.ts'
import { suspendProcess } from './suspend.ts'
import { TerminalOutput } from './terminal-output.ts'
import { wantsHyperlinks } from '../terminal/hyperlinks.ts'
import type { Painter } from '../terminal/theme.ts'
import { initialView } from './view-state.ts'

const MARK_PASTES = '\u001b[?2004h'
const UNMARK_PASTES = '\u001b[?2004l'

export interface ChatUiParts {
  readonly session: ChatSession
  readonly commands: CommandContext
  readonly keys: KeyMap
  /** Asks the relay for its models. */
  readonly models: PickersParts['models']
  readonly deleteAtRelay: PickersParts['deleteAtRelay']
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
  const drag = new DragPace({
    clock,
    stillMs: stillMsOf(process.env),
    checkSize: () => {
      // A busy process hears of the signal late; on it, and only then, Node asks the terminal for its size.
      process.emit('SIGWINCH', 'SIGWINCH')
    },
    onStill: (size, least) => {
      screen.dispatch({ type: 'resized', ...size, least })
      compositor.changed()
    },
  })
  const screen = new ScreenStore(
    clock,
    {
      view: initialView(columns, rows, clock.now(), {
        clickableLinks: links,
        looks: painter.colors,
      }),
      composer: composerWith(keep?.prompts() ?? [], keep?.draft(null) ?? ''),
    },
    drag,
  )
  const compositor = new Compositor({
    answer: () => screen.takeAnswer(),
    paint: { painter, links },
    write: (text) => {
      stdout.write(text)
    },
    size: { columns, rows },
    reflow: reflowOf(process.env),
    isStill: drag.isStill,
  })
  const { promise: left, resolve: leave } = Promise.withResolvers<'left' | 'gone'>()
  const lost = (): void => {
    leave('gone')
  }
  let borrower: () => Promise<void> = suspendProcess
  const lend = (work: () => Promise<void>): void => {
    borrower = work
    // It is Ink that hands the terminal over.
    ink.now()
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
    deleteAtRelay: parts.deleteAtRelay,
    terminal,
  })
  const input = new TerminalInput(
    stdin,
    clock,
    (press) => {
      controller.press(press)
      ink.disturbed()
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
  controller.restore()
  parts.begin(controller)
  const output = new TerminalOutput({
    terminal: stdout,
    onWrite: (text) => {
      compositor.ink(text)
    },
    onResize: (size) => {
      drag.resized(size)
      compositor.resized(size)
    },
  })
  const suspend = async (): Promise<void> => {
    compositor.release()
    await borrower()
    compositor.resume()
  }
  // What Node warns of, such as NO_COLOR beside FORCE_COLOR, would be written across the screen.
  process.removeAllListeners('warning')
  // Pastes are marked from the first key on.
  stdout.write(MARK_PASTES)
  input.setRawMode(true)
  const ink = new LateInk({
    clock,
    screen,
    painter,
    suspend,
    input,
    output,
    onOpen: drawDirectly(screen, compositor, painter.paint),
  })
  // Whatever ends the process, what it drew below the conversation goes.
  const tidy = (): void => {
    compositor.close()
    stdout.write(UNMARK_PASTES)
  }
  process.once('uncaughtExceptionMonitor', tidy)
  process.once('exit', tidy)
  return {
    left,
    close: async () => {
      controller.saveDraft()
      screen.dispatch({ type: 'left' })
      screen.stop()
      drag.stop()
      stdin.off('end', lost)
      tidy()
      process.off('uncaughtExceptionMonitor', tidy)
      process.off('exit', tidy)
      await ink.close()
      input.setRawMode(false)
      output.destroy()
      input.destroy()
      // A terminal that was read from keeps the process.
      stdin.unref()
    },
  }
}

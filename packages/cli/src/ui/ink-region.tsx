/** Ink draws the part of the chat below the answer, switches the keyboard's modes and hands the terminal over. */
import { render } from 'ink'
import { App } from './app.tsx'
import type { TerminalInput } from './keyboard/terminal-input.ts'
import type { ScreenStore } from './screen-store.ts'
import type { TerminalOutput } from './terminal-output.ts'
import type { Painter } from '../terminal/theme.ts'

/**
 * Ink puts a frame off by a whole frame's time where the last one was not that long ago: at its 30 a second a key that is
 * held down is seen 34 ms late. Deltas are not drawn by Ink, so that its frames are no more than the keys.
 */
const MAX_FPS = 120

export interface InkRegionParts {
  readonly screen: ScreenStore
  readonly painter: Painter
  readonly input: TerminalInput
  readonly output: TerminalOutput
  /** Stops the process, or does with the terminal what else is to be done; resolves when it is Ink's again. */
  readonly suspend: () => Promise<void>
}

export interface InkRegion {
  /** Gives the terminal its modes back. */
  close(): Promise<void>
}

export function openInkRegion({
  screen,
  painter,
  input,
  output,
  suspend,
}: InkRegionParts): InkRegion {
  const ink = render(<App store={screen} paint={painter.paint} suspend={suspend} />, {
    stdin: input,
    stdout: output,
    exitOnCtrlC: false,
    maxFps: MAX_FPS,
    patchConsole: false,
    isScreenReaderEnabled: false,
    kittyKeyboard: {
      mode: 'auto',
      flags: ['disambiguateEscapeCodes', 'reportAlternateKeys'],
    },
  })
  return {
    close: async () => {
      ink.unmount()
      await ink.waitUntilExit()
    },
  }
}

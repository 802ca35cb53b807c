/** Answers rendered as Markdown, for people. */
import type { TextDeps } from '../../deps.ts'
import { wantsHyperlinks } from '../../terminal/hyperlinks.ts'
import { BLANK, row } from '../../terminal/styled-row.ts'
import { createPainter, wantsColors } from '../../terminal/theme.ts'
import { prepareCode } from '../../markdown/code-languages.ts'
import type { Ability } from '../../markdown/page.ts'
import { renderMarkdown } from '../../markdown/rendered-markdown.ts'
import {
  emptyMarkdown,
  grow,
  settle,
  tailOf,
  type Extent,
  type StreamedMarkdown,
} from '../../markdown/streamed-markdown.ts'
import type { ColorMode } from '../options.ts'
import { chosenTheme } from '../theme-choice.ts'
import { AnswerScreen } from './answer-screen.ts'
import type { Answer } from './answer.ts'
import type { AnswerFormat } from './format.ts'
import type { RenderedFormat } from './rendering.ts'
import { rowPainter } from './row-text.ts'

/** How often the open end is drawn at most: 30 times a second. */
const FRAME_MS = 33

/** Columns where nobody says how many there are. */
const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24
/** Rows of the open end at most, and where it is not drawn: there it is only waited for. */
const MOST_DRAWN_ROWS = 16
const UNDRAWN_ROWS = 8
/** In a pipe nobody waits; a table may settle its widths. */
const PIPE_ROWS = 200

export interface RenderedParts {
  readonly color: ColorMode
  /** The open end is shown while it grows, and drawn over. */
  readonly isDrawn: boolean
  /** The theme that `/theme` chose last. */
  readonly lastTheme: string | undefined
}

/** The format that renders. */
export function renderedFormat(
  { color, isDrawn, lastTheme }: RenderedParts,
  { stdout, env, config }: Pick<TextDeps, 'stdout' | 'env' | 'config'>,
): RenderedFormat {
  const colors = wantsColors(color, env)
  const painter = createPainter(colors)
  const clickableLinks = wantsHyperlinks(colors, { isTTY: stdout.isTTY === true })
  const ability: Ability = { clickableLinks, looks: colors }
  const extent = (): Extent => {
    const columns = stdout.columns ?? (Number(env['COLUMNS']) || DEFAULT_COLUMNS)
    const rows = stdout.rows ?? DEFAULT_ROWS
    const drawnRows = Math.max(1, Math.min(MOST_DRAWN_ROWS, rows - 3))
    const undrawnRows = stdout.isTTY === true ? UNDRAWN_ROWS : PIPE_ROWS
    return { ...ability, columns, tailRows: isDrawn ? drawnRows : undrawnRows }
  }
  return (sink, { live, titleOf }): AnswerFormat => {
    const text = rowPainter(painter, clickableLinks)
    const screen = new AnswerScreen({ write: (written) => sink.write(written), text, env })
    let markdown: StreamedMarkdown = emptyMarkdown()
    /** What came since the last frame. */
    let waiting = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const frame = (): void => {
      const room = extent()
      const { state, rows } = grow(markdown, waiting, room)
      markdown = state
      waiting = ''
      screen.draw(rows, isDrawn ? tailOf(state, room) : [], room.columns)
    }
    const gather = (delta: string): void => {
      waiting += delta
      if (timer !== undefined) return
      frame()
      timer = setTimeout(() => {
        timer = undefined
        if (waiting !== '') gather('')
      }, FRAME_MS)
    }
    const settled = (): void => {
      clearTimeout(timer)
      timer = undefined
      const room = extent()
      const { state, rows } = grow(markdown, waiting, room)
      screen.draw([...rows, ...settle(state, room)], [], room.columns)
      markdown = emptyMarkdown()
      waiting = ''
    }
    let titled: Answer | undefined
    const title = (answer: Answer): void => {
      const words = titleOf?.(answer)
      if (words === undefined || titled === answer) return
      const heading = row('heading', `# ${words}`)
      const distance = titled === undefined ? [] : [BLANK]
      screen.draw([...distance, heading, BLANK], [], extent().columns)
      titled = answer
    }
    return {
      live,
      begin: (answer) => {
        // The relay has taken the question, so the file could be read.
        painter.use(chosenTheme(config(), lastTheme))
        title(answer)
      },
      preview: (source) => {
        void prepareCode(source)
      },
      pieces: (_answer, pieces) => {
        if (!live) return
        for (const { delta, channel } of pieces) if (channel === undefined) gather(delta)
      },
      notice: () => undefined,
      aside: (say) => {
        screen.draw([], [], extent().columns)
        say()
        frame()
      },
      end: (answer) => {
        title(answer)
        if (live) settled()
        else {
          const { columns } = extent()
          screen.draw(renderMarkdown(answer.text, columns, ability), [], columns)
        }
        return undefined
      },
    }
  }
}

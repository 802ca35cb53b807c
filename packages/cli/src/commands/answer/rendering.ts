/** Whether an answer is rendered as Markdown, and how (CONTRACT.md §4, `ask`). */
import type { ColorMode } from '../options.ts'
import type { TextDeps } from '../../deps.ts'
import type { OutputFormat } from '../output-format.ts'
import type { AnswerFormat, TextOptions } from './format.ts'
import type { Sink } from './sink.ts'

export interface RenderingOptions {
  readonly outputFormat: OutputFormat
  readonly color?: ColorMode
  readonly extract?: boolean
  readonly output?: string
  readonly raw?: boolean
  readonly verbose?: boolean
}

/** Makes the format that renders answers to a sink of the terminal. */
export type RenderedFormat = (sink: Sink, options: TextOptions) => AnswerFormat

/**
 * How answers are rendered: undefined where their bytes are given out as they are. On a terminal they are rendered, and
 * in a pipe with `--color always`; what renders is loaded only then. The screen is drawn over only where nothing else
 * writes to it and nobody reads it aloud.
 */
export async function loadRendering(
  options: RenderingOptions,
  deps: TextDeps,
): Promise<RenderedFormat | undefined> {
  const { outputFormat, extract, output, raw, color = 'auto' } = options
  const { stdout, env } = deps
  const isTerminal = stdout.isTTY === true
  if (outputFormat !== 'text' || extract === true || output !== undefined || raw === true) {
    return undefined
  }
  if (!isTerminal && color !== 'always') return undefined
  const [{ renderedFormat }, { theme: lastTheme }] = await Promise.all([
    import('./rendered-format.ts'),
    deps.remembered(),
  ])
  const isDrawn =
    isTerminal &&
    options.verbose !== true &&
    env['TERM'] !== 'dumb' &&
    (env['INK_SCREEN_READER'] ?? '') !== 'true'
  return renderedFormat({ color, isDrawn, lastTheme }, deps)
}

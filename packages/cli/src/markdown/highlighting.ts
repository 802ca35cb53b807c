/**
 * Code, highlighted line by line. A line is highlighted together with the lines before it since the last at which
 * nothing was open, so that comments and strings of several lines stay right, and never with more than a few.
 */
import type { Span } from '../terminal/styled-row.ts'
import { highlighted, isLoaded, loadLanguage } from './highlighter.ts'
import { languageNamed } from './languages.ts'

export interface HighlightedLine {
  readonly spans: readonly Span[]
  /** The lines that decide how the next is highlighted, each with its line feed. */
  readonly context: string
}

/** Lines of context at most. Beyond, the first stays, for it has opened what is open, and the latest do. */
const CONTEXT_LINES = 24
/** Characters of context, and of a line that is highlighted, at most. */
const CONTEXT_LENGTH = 2000

/** Complete lines do not change any more while an answer streams: they are remembered. */
const REMEMBERED = 1000
const remembered = new Map<string, HighlightedLine>()

/** Highlights lines that follow `context`. Code is plain in languages that are unknown or that are still being loaded. */
export function highlightLines(
  label: string,
  lines: readonly string[],
  context: string,
): readonly HighlightedLine[] {
  const language = languageNamed(label)
  if (language === undefined) return lines.map((line) => plainLine(line, context))
  let before = context
  return lines.map((line) => {
    const result = highlightLine(line, before, language)
    before = result.context
    return result
  })
}

/** Whether code behind this fence will never look other than it does now: not while its language is being loaded. */
export function hasItsColors(label: string): boolean {
  const language = languageNamed(label)
  return language === undefined || isLoaded(language)
}

/** Loads the language that stands behind a fence, where there is one. Resolves when it can be highlighted. */
export async function prepareLanguage(label: string): Promise<void> {
  const language = languageNamed(label)
  if (language !== undefined) await loadLanguage(language)
}

function plainLine(line: string, context: string): HighlightedLine {
  return { spans: line === '' ? [] : [{ meaning: 'plain', text: line }], context }
}

function highlightLine(line: string, context: string, language: string): HighlightedLine {
  if (line.length > CONTEXT_LENGTH) return plainLine(line, context)
  const key = `${language}\n${context}\n${line}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const result = highlighted(`${context}${line}\n`, language)
  if (result === undefined) {
    void loadLanguage(language)
    return plainLine(line, context)
  }
  const highlightedLine: HighlightedLine = {
    spans: result.lines.at(-2) ?? [],
    context: result.closed ? '' : bounded(`${context}${line}\n`),
  }
  if (remembered.size >= REMEMBERED) remembered.clear()
  remembered.set(key, highlightedLine)
  return highlightedLine
}

function bounded(context: string): string {
  if (context.length <= CONTEXT_LENGTH) {
    const lines = context.split('\n')
    if (lines.length <= CONTEXT_LINES) return context
    return [lines[0], ...lines.slice(2 - CONTEXT_LINES)].join('\n')
  }
  const first = context.indexOf('\n') + 1
  const later = context.indexOf('\n', context.length - CONTEXT_LENGTH / 2) + 1
  return context.slice(0, first) + context.slice(Math.max(first, later))
}

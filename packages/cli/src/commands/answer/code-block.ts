import { codeBlocks } from '../../transcript/code-blocks.ts'

/** The first fenced code block of a Markdown text, as {@link codeBlocks} has it; undefined if there is none. */
export function firstCodeBlock(markdown: string): string | undefined {
  return codeBlocks(markdown)[0]
}

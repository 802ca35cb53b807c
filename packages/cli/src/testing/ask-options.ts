/** What most tests of `ask` ask with, and how they read what comes out. */
import type { AskOptions } from '../commands/ask/options.ts'
import type { TestDeps } from './text-deps.ts'

export const ASK_OPTIONS: AskOptions = {
  prompt: ['hello'],
  model: [],
  file: [],
  save: true,
  param: [],
  stream: true,
  outputFormat: 'text',
}

/** Makes the relay answer with these pieces of text and complete. */
export function answerWith(deps: TestDeps, ...pieces: readonly string[]): void {
  const { chatClient } = deps
  chatClient.onSend = (chat) => {
    chatClient.accept(chat)
    for (const [index, piece] of pieces.entries()) chatClient.delta(chat.id, index + 1, piece)
    chatClient.end(chat.id, pieces.length + 1)
  }
}

/** What JSON output says, an object a line. */
export const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

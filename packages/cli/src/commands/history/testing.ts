/** Words for tests of the `history` commands. */
import type { EndChunk } from '@speak-code/protocol'
import type { LocalStore } from '../../store/local-store.ts'
import { accept, endOf, historyPath, openHistory, question } from '../../store/testing/history.ts'
import { type TestDeps, testDeps } from '../../testing/text-deps.ts'

export interface Trial {
  readonly store: LocalStore
  readonly deps: TestDeps
  readonly path: string
}

/** An empty history and what a command works with in a pipe. */
export function trial(change: Parameters<typeof testDeps>[0] = {}): Trial {
  const path = historyPath()
  const store = openHistory(path)
  return { store, path, deps: depsWith(store, change) }
}

export function depsWith(store: LocalStore, change: Parameters<typeof testDeps>[0] = {}): TestDeps {
  return testDeps({ store: () => Promise.resolve(store), ...change })
}

/** What was printed as JSON. */
export function printedJson(deps: TestDeps): unknown {
  return JSON.parse(deps.stdout.text)
}

/** Asks with an answer that ended as `end` says. Returns the conversation's id. */
export function conversation(
  store: LocalStore,
  asked: string,
  answer: string,
  end: Partial<EndChunk> = {},
): string {
  const chat = question(asked)
  store.recordSend(chat)
  accept(store, chat)
  store.recordChunks([{ runId: chat.id, seq: 1, delta: answer }])
  store.recordEnd(chat.id, endOf(chat.id, 2, answer, end))
  return chat.conversationId
}

/** `history rename`, `history delete` and `history prune`. */
import type { ConversationView } from '@speak-code/protocol'
import { eraseHere, type DeleteAtRelay } from '../../chat/conversation-deletion.ts'
import { UsageError } from '../../errors.ts'
import { ExitCode } from '../../exit-code.ts'
import { confirmed } from './confirm.ts'
import { type HistoryDeps, type Json, printJson } from './deps.ts'
import { findConversation, shortId } from '../conversation-choice.ts'

const DAY_MS = 86_400_000

export interface RenameOptions extends Json {
  readonly id: string
  readonly title: string
}

/** Throws UsageError for a blank title. */
export async function runRename(options: RenameOptions, deps: HistoryDeps): Promise<number> {
  if (options.title.trim() === '') throw new UsageError('The title is empty.')
  const store = await deps.store()
  const { id } = findConversation(store, options.id)
  store.rename(id, options.title)
  const renamed = store.conversation(id)
  if (options.json) printJson(deps, renamed)
  else deps.note(`${shortId(id)} is now called "${renamed?.title ?? ''}".`)
  return ExitCode.ok
}

export interface DeleteOptions extends Json {
  readonly ids: readonly string[]
  readonly yes?: boolean
}

/**
 * Erases conversations here, then deletes them at the relay, and says where that could not be. Nothing is deleted where
 * one of the ids is not clear. Throws UsageError where nobody can be asked and `--yes` is missing, and StoreError where
 * the bytes could not be erased.
 */
export async function runDelete(
  options: DeleteOptions,
  deps: HistoryDeps,
  deleteAtRelay: DeleteAtRelay,
): Promise<number> {
  const store = await deps.store()
  const found = options.ids.map((id) => findConversation(store, id))
  const doomed = [...new Map(found.map((conversation) => [conversation.id, conversation])).values()]
  if (options.yes !== true && !(await confirmed(questionAbout(doomed), deps))) {
    deps.note('Nothing was deleted.')
    return ExitCode.failed
  }
  const results: object[] = []
  let failure: unknown
  for (const { id } of doomed) {
    const erasure = eraseHere(store, id)
    failure ??= erasure.failure
    if (!erasure.gone) continue
    const atRelay = await deleteAtRelay(id)
    if (typeof atRelay === 'object') {
      const why = `${shortId(id)} is deleted here, but not at the relay: ${atRelay.unreachable}`
      deps.stderr.write(`${why}\n`)
      results.push({ id, relay: 'unreachable', error: atRelay.unreachable })
    } else {
      deps.note(`${shortId(id)} is deleted${atRelay === 'deleted' ? ', at the relay too' : ''}.`)
      results.push({ id, relay: atRelay })
    }
  }
  if (options.json) printJson(deps, results)
  if (failure !== undefined) throw failure
  return ExitCode.ok
}

function questionAbout(doomed: readonly ConversationView[]): string {
  const lines = doomed.map(
    ({ id, title, messageCount }) => `  ${shortId(id)}  ${title} (${messageCount} messages)\n`,
  )
  return `${lines.join('')}Delete ${doomed.length === 1 ? 'it' : 'them'} here and at the relay? [y/N] `
}

export interface PruneOptions extends Json {
  readonly olderThan: number
}

/** Erases, here only, the conversations in which nothing has happened for so many days. */
export async function runPrune(options: PruneOptions, deps: HistoryDeps): Promise<number> {
  const store = await deps.store()
  const deleted = store.prune(Date.now() - options.olderThan * DAY_MS)
  if (options.json) printJson(deps, deleted)
  else if (deleted.length === 1) deps.note('1 conversation is deleted.')
  else deps.note(`${deleted.length} conversations are deleted.`)
  return ExitCode.ok
}

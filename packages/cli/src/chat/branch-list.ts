/** The branches that leave the path that is shown, so that a person can choose one. Pure. */
import type { LocalMessage } from '../store/local-store.ts'
import type { MessageTree } from './message-tree.ts'
import { isAboutSummary } from './summary-request.ts'

export interface BranchChoice {
  /** The first message that is not on the branches beside it. */
  readonly first: LocalMessage
  /** The newest message below it, where the conversation goes on. */
  readonly last: LocalMessage
  /** The message that the branches follow; undefined where they begin the conversation. */
  readonly fork: LocalMessage | undefined
  /** The model of its first answer, where there is one. */
  readonly model: string | undefined
  /** It is the one that is shown. */
  readonly shown: boolean
}

/**
 * The branches at the newest fork of the path to `head`, oldest first and with the one that is shown; then those that
 * leave the path at older forks, so that each can be reached.
 */
export function branchesOf(tree: MessageTree, head: string | null): readonly BranchChoice[] {
  const path = tree.path(head)
  const onPath = new Set(path.map(({ id }) => id))
  const forks = [undefined, ...path].toReversed().flatMap((fork) => {
    const children = tree
      .children(fork?.id ?? null)
      .filter((child) => onPath.has(child.id) || isWorthAChoice(tree, child))
    const isFork = children.length > 1 || (children.length === 1 && leavesPath(children, onPath))
    return isFork ? [{ fork, children }] : []
  })
  return forks.flatMap(({ fork, children }, index) =>
    children
      .filter(({ id }) => index === 0 || !onPath.has(id))
      .map((first) => choiceOf(tree, first, fork, onPath.has(first.id))),
  )
}

/** A place to which all children are branches, as where the head itself has some. */
function leavesPath(children: readonly LocalMessage[], onPath: ReadonlySet<string>): boolean {
  return children.every(({ id }) => !onPath.has(id))
}

/** A question that nothing came of is none. */
function isWorthAChoice(tree: MessageTree, message: LocalMessage): boolean {
  const { id, role } = message
  if (isAboutSummary(tree, message)) return false
  return role !== 'user' || tree.below(id).some((below) => below.role === 'assistant')
}

function choiceOf(
  tree: MessageTree,
  first: LocalMessage,
  fork: LocalMessage | undefined,
  shown: boolean,
): BranchChoice {
  const below = tree.below(first.id)
  const model = below.find(({ role }) => role === 'assistant')?.model ?? undefined
  const last = below.findLast((one) => isPlaceToGoOn(one) && !isAboutSummary(tree, one))
  return { first, last: last ?? first, fork, model, shown }
}

/** A question without an answer is no place to go on from: the next one takes its place. */
export function isPlaceToGoOn({ role }: LocalMessage): boolean {
  return role !== 'user'
}

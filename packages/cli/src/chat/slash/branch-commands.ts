/** Commands that make branches of the open conversation and walk them. */
import type { BranchChoice } from '../branch-list.ts'
import type { ChatSession } from '../chat-session.ts'
import { modelsIn } from '../comparison.ts'
import type { Line } from '../session-events.ts'
import { age } from '../wording.ts'
import { done, firstWords, hint, plain, placeIn, refused, refusedIf } from './lines.ts'
import { modelCandidates } from './models-seen.ts'
import type { Candidate, CommandContext, SlashCommand } from './slash-command.ts'

export const retryCommand: SlashCommand = {
  names: ['retry'],
  argument: '[MODEL]',
  help: 'ask the last question again',
  run: (model, { session }) => refusedIf(session.retry(model === '' ? undefined : model)),
  complete: modelCandidates,
}

export const editCommand: SlashCommand = {
  names: ['edit'],
  argument: '[N]',
  help: 'change the last (N-th last) question: a branch',
  run: (typed, { session }) => {
    const n = placeIn(typed === '' ? '1' : typed)
    if (n === undefined) return refused('/edit takes a number: 1 is the last question.')
    const problem = session.edit(n)
    if (problem !== undefined) return refused(problem)
    return done('What you send next stands in its place; /branch leads back to what is here now.')
  },
  complete: (typed, { session }) =>
    session.path
      .filter(({ role }) => role === 'user')
      .toReversed()
      .map(({ content }, index): Candidate => ({
        value: String(index + 1),
        hint: firstWords(content),
      }))
      .filter(({ value }) => value.startsWith(typed)),
}

export const branchCommand: SlashCommand = {
  names: ['branch'],
  argument: '[N]',
  help: 'list the branches, or go on with one',
  run: (typed, context) => {
    const { session } = context
    const branches = session.branches()
    if (branches.length === 0) return done('There is one branch; /retry and /edit make others.')
    if (typed === '') return branchLines(branches, context)
    const branch = branches[(placeIn(typed) ?? 0) - 1]
    if (branch === undefined) {
      return refused(
        `There is no branch ${typed}: there ${branches.length === 1 ? 'is' : 'are'} ${branches.length}.`,
      )
    }
    if (branch.shown) return done('That is the branch that you are on.')
    return refusedIf(session.walk(branch))
  },
  complete: (typed, { session }) =>
    session
      .branches()
      .map((branch, index): Candidate => ({
        value: String(index + 1),
        hint: firstWords(branch.first.content),
      }))
      .filter(({ value }) => value.startsWith(typed)),
}

export const compareCommand: SlashCommand = {
  names: ['compare'],
  argument: 'MODEL…',
  help: 'ask several models the last question, or the first',
  run: (typed, { session }) => {
    const models = modelsIn(typed)
    const asked = session.compare(models)
    if (asked === 'asked') return []
    if (asked === 'next') return done(`Your next question goes to ${models.join(', ')}.`)
    return refused(asked.problem)
  },
  complete: (typed, context) => {
    const before = typed.slice(0, typed.lastIndexOf(' ') + 1)
    const chosen = modelsIn(before)
    return modelCandidates(typed.slice(before.length), context)
      .filter(({ value }) => !chosen.includes(value))
      .map((candidate) => ({ ...candidate, value: before + candidate.value }))
  },
}

export const compactCommand: SlashCommand = {
  names: ['compact'],
  argument: '',
  help: 'go on from the model’s summary of all this',
  run: (_, { session }) => refusedIf(session.compact()),
}

function branchLines(branches: readonly BranchChoice[], { session, now }: CommandContext): Line[] {
  let fork: BranchChoice['fork'] | null = null
  const lines = branches.flatMap((branch, index) => {
    const heading =
      fork !== null && fork?.id === branch.fork?.id ? [] : [headingOf(branch, session)]
    fork = branch.fork
    const { first, last, model, shown } = branch
    const facts = [...(model === undefined ? [] : [model]), age(last.createdAt, now())]
    const words = firstWords(first.content === '' ? first.refusal : first.content)
    const absent = last.status === 'started' ? '(being answered)' : '(no text)'
    const mark = shown ? '●' : ' '
    const text = `${mark} ${index + 1}  ${words === '' ? absent : words}  · ${facts.join(' · ')}`
    return [...heading, shown ? ({ tone: 'strong', text } as const) : plain(text)]
  })
  return [...lines, hint('/branch N goes on with one.')]
}

function headingOf({ fork }: BranchChoice, session: ChatSession): Line {
  if (fork === undefined) return { tone: 'meta', text: 'From the beginning:' }
  const after = session.path
    .filter(({ role }) => role === 'user')
    .findIndex(({ id }) => id === fork.id)
  const what = after < 0 ? 'After' : 'Answers to'
  return { tone: 'meta', text: `${what} “${firstWords(fork.content)}”:` }
}

/** Commands about which conversation is open: begin, find, name, copy, and leave one. */
import { age, shortId } from '../wording.ts'
import { done, hint, MAX_LISTED, plain, refused } from './lines.ts'
import type { Candidate, CommandContext, SlashCommand } from './slash-command.ts'
import type { Line } from '../session-events.ts'

export const newCommand: SlashCommand = {
  names: ['new'],
  argument: '',
  help: 'begin a conversation',
  run: (_, { session }) => {
    const { begun, conversationId } = session
    session.begin()
    const back = begun ? ` /resume ${shortId(conversationId)} goes back to the one before.` : ''
    return done(`A new conversation.${back}`)
  },
}

export const resumeCommand: SlashCommand = {
  names: ['resume', 'sessions'],
  argument: '[ID]',
  help: 'choose a conversation, or open one',
  run: (id, context) => {
    if (id !== '') return openConversation(id, context)
    context.session.emit({ type: 'pick', what: 'conversations', query: '' })
    return []
  },
  complete: (id, { store, now }) => {
    const found =
      id === '' ? store?.conversations({ limit: MAX_LISTED }) : store?.matchingConversations(id)
    return (found ?? []).map((conversation): Candidate => ({
      value: shortId(conversation.id),
      hint: `${conversation.title} · ${age(conversation.updatedAt, now())}`,
    }))
  },
}

export const renameCommand: SlashCommand = {
  names: ['rename'],
  argument: 'TITLE',
  help: 'give the conversation a title',
  run: (title, { session }) => {
    if (title.trim() === '') return refused('/rename needs a title.')
    if (!session.rename(title)) return refused('There is nothing to rename yet.')
    return done(`The conversation is called “${session.title ?? title}” now.`)
  },
  complete: (typed, { session: { title = '' } }) => {
    return typed === '' && title !== '' ? [{ value: title, hint: 'its title now' }] : []
  },
}

export const forkCommand: SlashCommand = {
  names: ['fork'],
  argument: '',
  help: 'go on in a copy of this conversation',
  run: (_, { session }) => {
    const { begun, conversationId } = session
    const problem = session.fork()
    if (problem !== undefined) return refused(problem)
    const back = begun ? ` /resume ${shortId(conversationId)} goes back to the other one.` : ''
    return done(`This is a copy of the conversation so far.${back}`)
  },
}

export const searchCommand: SlashCommand = {
  names: ['search'],
  argument: '[WORDS]',
  help: 'find words in all conversations',
  run: (words, { session }) => {
    session.emit({ type: 'pick', what: 'search', query: words })
    return []
  },
}

function openConversation(part: string, { session, store }: CommandContext): Line[] {
  if (store === undefined) return refused('There is no history to look into (--no-save).')
  const found = store.matchingConversations(part)
  const exact = found.find(({ id }) => id.toLowerCase() === part.toLowerCase())
  const [only] = exact === undefined ? found : [exact]
  if (only === undefined) {
    return [
      ...refused(`There is no conversation ${part}.`),
      hint('/resume without an ID lists them.'),
    ]
  }
  if (exact === undefined && found.length > 1) {
    return [
      ...refused(`Several conversations match ${part}:`),
      ...found.map(({ id, title }) => plain(`  ${id}  ${title}`)),
    ]
  }
  session.open(only.id)
  return []
}

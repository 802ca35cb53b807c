/** The slash commands, as data: one table for what runs, for `/help`, and for its names. */
import type { LocalStore } from '../store/local-store.ts'
import type { ChatSession } from './chat-session.ts'
import type { Line } from './session-events.ts'
import type { Attachment } from './session-parts.ts'
import { age, seconds, shortId } from './wording.ts'

export interface CommandContext {
  readonly session: ChatSession
  readonly store: LocalStore | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Throws a sentence where it is no text that can be sent. */
  readonly readFile: (path: string) => Promise<Attachment>
}

export interface SlashCommand {
  /** The name first, then its other names. */
  readonly names: readonly string[]
  /** What may follow it, as `/help` shows it. */
  readonly argument: string
  readonly help: string
  /** Returns what is to be said, or a sentence that says why nothing was done. */
  readonly run: (argument: string, context: CommandContext) => Line[] | Promise<Line[]>
}

const MAX_LISTED = 10

const plain = (text: string): Line => ({ tone: 'plain', text })
const done = (text: string): Line[] => [{ tone: 'meta', text }]
const refused = (text: string): Line[] => [{ tone: 'error', text }]

export const SLASH_COMMANDS: readonly SlashCommand[] = [
  {
    names: ['help'],
    argument: '',
    help: 'these lines',
    run: () => helpLines(),
  },
  {
    names: ['new'],
    argument: '',
    help: 'begin a conversation',
    run: (_, { session }) => {
      session.begin()
      return done('A new conversation.')
    },
  },
  {
    names: ['resume', 'sessions'],
    argument: '[ID]',
    help: 'list conversations, or open one',
    run: (id, context) => (id === '' ? conversationLines(context) : openConversation(id, context)),
  },
  {
    names: ['model'],
    argument: '[NAME]',
    help: 'show the model, or ask another one from now on',
    run: (name, { session }) => {
      if (name === '') return done(`The model is ${session.model ?? 'the relay’s own choice'}.`)
      session.setModel(name)
      return done(`From now on ${name} is asked.`)
    },
  },
  {
    names: ['retry'],
    argument: '[MODEL]',
    help: 'ask the last question again',
    run: (model, { session }) => {
      const problem = session.retry(model === '' ? undefined : model)
      return problem === undefined ? [] : refused(problem)
    },
  },
  {
    names: ['queue'],
    argument: '[drop N | edit N]',
    help: 'show the waiting questions, drop one, or take one back',
    run: (argument, { session }) => queueLines(argument, session),
  },
  {
    names: ['copy'],
    argument: '',
    help: 'copy the last answer',
    run: (_, { session }) => {
      if (session.lastAnswer === '') return refused('There is no answer to copy.')
      session.emit({ type: 'copy', text: session.lastAnswer })
      return done('The last answer is sent to the terminal’s clipboard.')
    },
  },
  {
    names: ['rename'],
    argument: 'TITLE',
    help: 'give the conversation a title',
    run: (title, { session, store }) => {
      if (title === '') return refused('/rename needs a title.')
      return store?.rename(session.conversationId, title) === true
        ? done(`The conversation is called “${title}” now.`)
        : refused('There is nothing to rename yet.')
    },
  },
  {
    names: ['search'],
    argument: 'WORDS',
    help: 'find them in all conversations',
    run: (words, context) => searchLines(words, context),
  },
  {
    names: ['stats', 'status', 'cost', 'tokens'],
    argument: '',
    help: 'tokens and times',
    run: (_, context) => statLines(context),
  },
  {
    names: ['system'],
    argument: '[TEXT]',
    help: 'show the system prompt, or set it from the next question on',
    run: (text, { session }) => {
      if (text === '') {
        return done(
          session.system === undefined ? 'There is no system prompt.' : `System: ${session.system}`,
        )
      }
      session.setSystem(text)
      return done('It goes with the next question.')
    },
  },
  {
    names: ['file'],
    argument: 'PATH',
    help: 'send a file with the next question',
    run: async (path, { session, readFile }) => {
      if (path === '') return refused('/file needs a path.')
      session.attach(await readFile(path))
      return []
    },
  },
  {
    names: ['reconnect'],
    argument: '',
    help: 'connect again, now (Ctrl-R)',
    run: (_, { session }) => {
      session.reconnect()
      return []
    },
  },
  {
    names: ['clear'],
    argument: '',
    help: 'clear the screen; the conversation stays',
    run: (_, { session }) => {
      session.emit({ type: 'clearScreen' })
      return []
    },
  },
  {
    names: ['exit', 'quit'],
    argument: '',
    help: 'leave (Ctrl-D)',
    run: (_, { session }) => {
      session.emit({ type: 'leave' })
      return []
    },
  },
]

/** What was typed: a command with its argument, or text for the model. `//` at the beginning stands for one slash. */
export type Input =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'command'; readonly name: string; readonly argument: string }

export function readInput(typed: string): Input {
  if (!typed.startsWith('/') || typed.trimEnd().includes('\n')) return { type: 'text', text: typed }
  if (typed.startsWith('//')) return { type: 'text', text: typed.slice(1) }
  const [, name = '', argument = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(typed.trimEnd()) ?? []
  return { type: 'command', name: name.toLowerCase(), argument }
}

export function findCommand(name: string): SlashCommand | undefined {
  return SLASH_COMMANDS.find(({ names }) => names.includes(name))
}

/** Keys that `/help` tells of. */
const KEYS: readonly (readonly [string, string])[] = [
  ['Enter', 'send; while an answer streams, queue'],
  ['Ctrl-J, Alt-Enter, \\ Enter', 'new line'],
  ['Esc', 'stop the answer, keep what arrived'],
  ['Ctrl-C', 'stop; clear the draft; twice: leave'],
  ['Ctrl-R', 'reconnect now'],
  ['Ctrl-T', 'show or hide reasoning'],
  ['Ctrl-S', 'put the draft away, bring it back'],
  ['Ctrl-L', 'redraw'],
  ['↑ ↓', 'earlier prompts'],
]

function helpLines(): Line[] {
  const commands = SLASH_COMMANDS.map(({ names: [name = '', ...others], argument, help }) => {
    const also =
      others.length === 0 ? '' : ` (also ${others.map((other) => `/${other}`).join(' ')})`
    return [`/${name} ${argument}`.trimEnd(), help + also] as const
  })
  const rows = [...commands, ...KEYS]
  const width = Math.max(...rows.map(([left]) => left.length))
  const line = ([left, right]: readonly [string, string]): Line =>
    plain(`  ${left.padEnd(width)}  ${right}`)
  return [...commands.map(line), plain(''), ...KEYS.map(line)]
}

function conversationLines({ store, now }: CommandContext): Line[] {
  const all = store?.conversations({ limit: MAX_LISTED }) ?? []
  if (all.length === 0) return done('There are no conversations yet.')
  const lines = all.map(({ id, title, updatedAt, messageCount }) =>
    plain(`  ${shortId(id)}  ${title}  · ${messageCount} messages · ${age(updatedAt, now())}`),
  )
  return [...lines, { tone: 'hint', text: '/resume ID opens one.' }]
}

function openConversation(part: string, { session, store }: CommandContext): Line[] {
  const found = store?.matchingConversations(part) ?? []
  const [only] = found
  if (only === undefined) return refused(`There is no conversation ${part}.`)
  if (found.length > 1) {
    return [
      ...refused(`Several conversations match ${part}:`),
      ...found.map(({ id, title }) => plain(`  ${id}  ${title}`)),
    ]
  }
  session.open(only.id)
  return []
}

function queueLines(argument: string, session: ChatSession): Line[] {
  const [verb = '', place = ''] = argument.split(/\s+/)
  if (verb === '') {
    const { waiting } = session
    if (waiting.length === 0) return done('Nothing waits.')
    return waiting.map(({ text }, index) => plain(`  ${index + 1}  ${firstLine(text)}`))
  }
  if (verb !== 'drop' && verb !== 'edit') return refused('/queue knows “drop N” and “edit N”.')
  const text = session.drop(Number(place))
  if (text === undefined)
    return refused(`No question waits at ${place === '' ? 'no place' : place}.`)
  if (verb === 'edit') session.emit({ type: 'compose', text })
  return verb === 'edit' ? [] : done(`Dropped: ${firstLine(text)}`)
}

function searchLines(words: string, { store }: CommandContext): Line[] {
  if (words === '') return refused('/search needs words to look for.')
  const hits = store?.search(words, MAX_LISTED) ?? []
  if (hits.length === 0) return done(`Nothing is found for “${words}”.`)
  return [
    ...hits.flatMap(({ conversationId, title, snippet }) => [
      plain(`  ${shortId(conversationId)}  ${title}`),
      { tone: 'hint', text: `            ${firstLine(snippet)}` } as const,
    ]),
    { tone: 'hint', text: '/resume ID opens one.' },
  ]
}

function statLines({ session }: CommandContext): Line[] {
  const ended = session.runs.flatMap(({ end, startedAt, firstAt }) =>
    end === undefined ? [] : [{ usage: end.chunk.usage, cost: end.chunk.cost, startedAt, firstAt }],
  )
  const sum = (pick: (usage: (typeof ended)[number]['usage']) => number): number =>
    ended.reduce((total, { usage }) => total + pick(usage), 0)
  const last = ended.at(-1)
  const cost = ended.reduce((total, run) => total + (run.cost?.amount ?? 0), 0)
  const currency = ended.find((run) => run.cost !== undefined)?.cost?.currency
  const rows: (readonly [string, string])[] = [
    ['conversation', shortId(session.conversationId)],
    ['model', session.model ?? 'the relay’s own choice'],
    ['answers here', String(ended.length)],
    [
      'tokens here',
      `${sum(({ totalTokens }) => totalTokens)} (${sum(({ promptTokens }) => promptTokens)} in, ${sum(({ completionTokens }) => completionTokens)} out)`,
    ],
    ['tokens in all', String(session.tokens)],
    ...(currency === undefined ? [] : [['cost here', `${cost.toFixed(4)} ${currency}`] as const]),
    ...(last?.firstAt === undefined
      ? []
      : [['first token after', seconds(last.firstAt - last.startedAt)] as const]),
  ]
  return rows.map(([name, value]) => plain(`  ${name.padEnd(18)}${value}`))
}

function firstLine(text: string): string {
  const [first = '', ...rest] = text.trim().split('\n')
  return rest.length === 0 ? first : `${first} …`
}

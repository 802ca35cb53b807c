/** `/stats`: what the answers took. */
import type { ChatRun } from '../chat-run.ts'
import {
  modelName,
  moneyInWords,
  seconds,
  shortId,
  tokensInWords,
  tokensPerSecond,
} from '../wording.ts'
import { counted, plain } from './lines.ts'
import type { SlashCommand } from './slash-command.ts'
import { inAll, type Figures } from './figures.ts'

/** Of a long conversation the last ones are told one by one. */
const MAX_ANSWERS = 10

export const statsCommand: SlashCommand = {
  names: ['stats', 'status', 'cost', 'tokens'],
  argument: '',
  help: 'tokens, cost and times of the answers',
  run: (_, { session }) => {
    const ended = session.runs.flatMap((run) =>
      run.end === undefined ? [] : [{ ...run, end: run.end }],
    )
    const told = ended.slice(-MAX_ANSWERS)
    const before = ended.length - told.length
    const { exercise } = session
    return [
      plain(
        `conversation ${shortId(session.conversationId)} · ${session.model ?? 'the relay’s own choice of model'}`,
      ),
      ...(exercise === undefined ? [] : [plain(`exercise ${exercise}`)]),
      ...told.map((run, index) => plain(`  ${before + index + 1}  ${answerFacts(run)}`)),
      plain(
        `${counted(ended.length, 'answer')} here · ${factsOf(inAll(ended.map(figuresOf))).join(' · ')}`,
      ),
      plain(
        [
          `${tokensInWords(session.tokens)} in the whole conversation`,
          ...(session.cost === undefined ? [] : [moneyInWords(session.cost)]),
        ].join(' · '),
      ),
    ]
  },
}

type Ended = Omit<ChatRun, 'end'> & { readonly end: NonNullable<ChatRun['end']> }

function figuresOf({ end: { chunk } }: Ended): Figures {
  const { usage, cost } = chunk
  return cost === undefined ? { usage } : { usage, cost }
}

function answerFacts(run: Ended): string {
  const { chunk } = run.end
  const { startedAt, firstAt, endedAt } = run
  const speed =
    firstAt === undefined || endedAt === undefined
      ? undefined
      : tokensPerSecond(chunk.usage.completionTokens, endedAt - firstAt)
  const name = modelName(chunk.provider, chunk.model)
  const asked = modelName(run.provider ?? chunk.provider, run.model ?? chunk.model)
  return [
    name === asked ? name : `${name} in place of ${asked}`,
    ...factsOf(figuresOf(run)),
    ...(firstAt === undefined ? [] : [`first token after ${seconds(firstAt - startedAt)}`]),
    ...(speed === undefined ? [] : [`${speed} tokens/s`]),
    ...(chunk.status === 'completed' ? [] : [chunk.status]),
  ].join(' · ')
}

/** Tokens in and out, and what of them was cached or reasoned; the cost where it is known. */
function factsOf({ usage, cost }: Figures): string[] {
  const { promptTokens, completionTokens, cachedTokens = 0, reasoningTokens = 0, source } = usage
  const about = source === 'estimated' ? '~' : ''
  return [
    `${about}${promptTokens} in${cachedTokens === 0 ? '' : ` (${cachedTokens} cached)`}`,
    `${about}${completionTokens} out${reasoningTokens === 0 ? '' : ` (${reasoningTokens} reasoning)`}`,
    ...(cost === undefined ? [] : [moneyInWords(cost)]),
  ]
}

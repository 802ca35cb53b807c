/** The built-in offline model. It says that it is one, and how to get a real one. */
import { demoAnswer } from './demo-answer.ts'
import type { Provider, ProviderCall, ProviderDelta, ProviderEnd } from './provider.ts'

/** A readable pace: an answer of some 1,400 characters takes about 6 s. */
const DELTAS_PER_SECOND = 60
const DELTA_LENGTH = 4

const WHOLE: ProviderEnd = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}
const CUT: ProviderEnd = { ...WHOLE, status: 'incomplete', finishReason: 'length' }

/** Pieces as small as a model's tokens; surrogate pairs stay whole. */
function pieces(answer: string): string[] {
  const found: string[] = []
  let piece = ''
  for (const character of answer) {
    piece += character
    if (piece.length < DELTA_LENGTH) continue
    found.push(piece)
    piece = ''
  }
  return piece === '' ? found : [...found, piece]
}

export interface DemoOptions {
  readonly name?: string
  readonly models?: readonly string[] | undefined
  readonly deltasPerSecond?: number
}

/** A provider that answers by itself: the same question always gets the same answer. Counts no tokens. */
export function demoProvider(options: DemoOptions = {}): Provider {
  const intervalMs = 1000 / (options.deltasPerSecond ?? DELTAS_PER_SECOND)
  return {
    name: options.name ?? 'demo',
    models: options.models ?? ['demo'],
    stream: (call, emit) =>
      new Promise((resolve) => {
        play(call, emit, intervalMs, resolve)
      }),
  }
}

function play(
  call: ProviderCall,
  emit: (delta: ProviderDelta) => void,
  intervalMs: number,
  resolve: (end: ProviderEnd) => void,
): void {
  const { signal, params, messages } = call
  const question = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const whole = demoAnswer(question)
  // By the rule of thumb that a token is four characters.
  const answer = params.maxTokens === undefined ? whole : whole.slice(0, params.maxTokens * 4)
  const left = pieces(answer)
  const settle = (end: ProviderEnd): void => {
    clearInterval(timer)
    signal.removeEventListener('abort', onAbort)
    resolve(end)
  }
  const onAbort = (): void => {
    settle({ outcome: 'aborted' })
  }
  const timer = setInterval(() => {
    const text = left.shift()
    if (text !== undefined) emit({ channel: 'text', text })
    else settle(answer === whole ? WHOLE : CUT)
  }, intervalMs)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
}

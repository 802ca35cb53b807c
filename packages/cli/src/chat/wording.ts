/** What is said to people: about an answer's end, a refusal, the connection. */
import type { Cost, EndChunk, ErrorCode, ErrorInfo } from '@speak-code/protocol'
import type { ConnectionStatus } from '../client/client.ts'
import type { Line } from './session-events.ts'

const RETRY = '/retry asks again.'
const RETRY_ELSEWHERE = '/retry asks again, /retry MODEL another model.'

/** How people are told that an answer ended; one line at least. */
export function linesOfEnd(
  chunk: EndChunk,
  facts: {
    readonly verified: boolean
    /** A first delta had come. */
    readonly begun: boolean
    /** `provider/id` of the model that was asked first, where it is known. */
    readonly asked?: string | undefined
    readonly durationMs: number
    readonly streamMs: number
  },
): Line[] {
  const lines = [...verdictOn(chunk, facts.begun)]
  const offersRetry = lines.some(({ text }) => text.includes('/retry'))
  // What has begun to arrive may come whole the next time, whatever the reason was.
  if (chunk.status === 'failed' && facts.begun && !offersRetry) {
    lines.push({ tone: 'hint', text: RETRY_ELSEWHERE })
  }
  if (!facts.verified) {
    lines.push({
      tone: 'error',
      text: `What is shown here is not what the relay has. ${RETRY}`,
    })
  }
  return [...lines, ...substitution(chunk, facts), { tone: 'meta', ...figuresOf(chunk, facts) }]
}

/** Another model spoke than the one that was asked. */
function substitution(
  { provider, model }: EndChunk,
  { asked, begun }: { readonly asked?: string | undefined; readonly begun: boolean },
): Line[] {
  const name = modelName(provider, model)
  if (asked === undefined || asked === name) return []
  return [
    { tone: 'warning', text: `${name} ${begun ? 'answered' : 'was asked'} in place of ${asked}.` },
  ]
}

/** Model, tokens, time and speed of an answer. */
function figuresOf(
  { provider, model, usage, cost }: EndChunk,
  { durationMs, streamMs }: { readonly durationMs: number; readonly streamMs: number },
): Required<Pick<Line, 'text' | 'spoken'>> {
  const isEstimated = usage.source === 'estimated'
  const name = modelName(provider, model)
  const tokens = tokensInWords(usage.completionTokens)
  const rate = tokensPerSecond(usage.completionTokens, streamMs)
  const speed = rate === undefined ? [] : [rate]
  const money = cost === undefined ? [] : [moneyInWords(cost)]
  return {
    text: [
      name,
      `${isEstimated ? '~' : ''}${tokens}`,
      seconds(durationMs),
      ...speed.map((each) => `${each} tokens/s`),
      ...money,
    ].join(' · '),
    spoken: `${[
      `End of answer, ${isEstimated ? 'about ' : ''}${tokens} in ${spokenSeconds(durationMs)}`,
      ...speed.map((each) => `${each} tokens per second`),
      ...money,
    ].join(', ')}.`,
  }
}

function verdictOn(chunk: EndChunk, begun: boolean): Line[] {
  if (chunk.finishReason === 'refusal') {
    return [{ tone: 'warning', text: 'The model refused to answer.' }]
  }
  switch (chunk.status) {
    case 'completed':
      return []
    case 'cancelled':
      return [
        {
          tone: 'warning',
          text:
            chunk.endedBy === 'user'
              ? `Stopped. What had arrived is kept. ${RETRY}`
              : `Stopped by the relay. What had arrived is kept. ${RETRY}`,
        },
      ]
    case 'incomplete':
      return [incompleteLine(chunk)]
    case 'failed':
      return chunk.error === undefined
        ? [{ tone: 'error', text: `The answer failed. ${RETRY}` }]
        : linesOfError(chunk.error, chunk.provider, begun ? RETRY_ELSEWHERE : RETRY)
  }
}

function incompleteLine(chunk: EndChunk): Line {
  if (chunk.finishReason === 'length') {
    return {
      tone: 'warning',
      text: 'The answer is cut: it reached the limit of tokens. Ask the model to go on.',
    }
  }
  if (chunk.finishReason === 'content_filter') {
    return { tone: 'warning', text: 'The provider’s content filter stopped the answer.' }
  }
  const word = chunk.nativeFinishReason ?? 'no reason given'
  return {
    tone: 'warning',
    text: `The provider ended the answer without saying that it was finished (${word}). ${RETRY}`,
  }
}

/**
 * An error and what to do about it. `provider` is the configured name of the one that was asked, `retry` what is said where
 * asking again may help.
 */
export function linesOfError(error: ErrorInfo, provider?: string, retry = RETRY): Line[] {
  const hints = hintsOf(error, provider, retry)
  return [
    { tone: 'error', text: error.message },
    ...hints.map((text): Line => ({ tone: 'hint', text })),
  ]
}

/** Variables that hold the keys of the providers that are there without configuration. */
const KEY_NAMES: Readonly<Record<string, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GEMINI_API_KEY',
}

export function keyLines(provider = 'openai'): string[] {
  const name = KEY_NAMES[provider]
  const setting = provider === 'openai' ? 'openai.api_key_env' : `providers.${provider}.api_key_env`
  return [
    ...(name === undefined ? [] : [`  export ${name}=…   in your shell, then: speak-code chat -c`]),
    `  speak-code config set ${setting} NAME   where NAME is the variable that holds the key`,
  ]
}

const TOKEN_HINT = 'Set the relay’s token and come back: export SPEAK_CODE_TOKEN=…'

/** What to do where asking again alone would not help. */
const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  unauthenticated: TOKEN_HINT,
  token_expired: TOKEN_HINT,
  model_not_found: '/model NAME chooses another one, then /retry. `speak-code models` lists them.',
  context_too_long: '/new begins a conversation with nothing before it.',
  too_large: 'Send less of it.',
}

function hintsOf(error: ErrorInfo, provider: string | undefined, retry: string): string[] {
  if (error.code === 'upstream_auth') {
    return ['Set a key that works, then /retry:', ...keyLines(provider)]
  }
  const hint = HINTS[error.code]
  if (hint !== undefined) return [hint]
  if (!error.retryable) return []
  const wait = error.retryAfterMs ?? 0
  return [wait === 0 ? retry : `/retry asks again; the provider said to wait ${seconds(wait)}.`]
}

export interface StateInWords {
  readonly tone: 'good' | 'warning' | 'error'
  readonly text: string
}

/** The connection's state as the header has it. `now` in milliseconds since 1970. */
export function stateInWords(status: ConnectionStatus, now: number): StateInWords {
  const { state, retryAt, attempt, maxAttempts } = status
  if (retryAt !== undefined && state.name !== 'Connected') {
    const left = Math.max(0, Math.ceil((retryAt - now) / 1000))
    const which = maxAttempts === 0 ? `${attempt}` : `${attempt}/${maxAttempts}`
    // A wait that the relay itself asked for uses up no attempt.
    const count = status.draining ? '' : ` (${which})`
    return { tone: 'warning', text: `Reconnecting in ${left} s${count}` }
  }
  switch (state.name) {
    case 'Connected':
      return { tone: 'good', text: 'Connected' }
    case 'Connecting':
      return { tone: 'warning', text: 'Connecting…' }
    case 'Disconnected':
      return { tone: 'error', text: 'Disconnected' }
    case 'Error':
      return { tone: 'error', text: `Error: ${state.message}` }
  }
}

/** `provider/id`. */
export function modelName(provider: string, model: string): string {
  return model.startsWith(`${provider}/`) ? model : `${provider}/${model}`
}

/** Rounded; undefined over less than half a second, where a speed is chance, and where it is less than one. */
export function tokensPerSecond(tokens: number, ms: number): number | undefined {
  const rate = Math.round((tokens * 1000) / ms)
  return ms >= 500 && rate > 0 ? rate : undefined
}

/** `1 token`, `38 tokens`, `12.3k tokens`. */
export function tokensInWords(tokens: number): string {
  if (tokens === 1) return '1 token'
  return tokens < 10_000 ? `${tokens} tokens` : `${(tokens / 1000).toFixed(1)}k tokens`
}

const SMALLEST_SHOWN = 0.0001

export function moneyInWords({ amount, currency }: Cost): string {
  // What costs something is never shown as nothing.
  if (amount > 0 && amount < SMALLEST_SHOWN) return `under ${SMALLEST_SHOWN} ${currency}`
  return `${amount.toFixed(amount < 1 ? 4 : 2)} ${currency}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A time without abbreviations: `3 seconds`, `2 minutes 5 seconds`. */
export function spokenSeconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000))
  if (whole === 0) return 'less than a second'
  if (whole < 60) return counted(whole, 'second')
  const rest = whole % 60
  return [
    counted(Math.floor(whole / 60), 'minute'),
    ...(rest === 0 ? [] : [counted(rest, 'second')]),
  ].join(' ')
}

export function seconds(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const whole = Math.round(ms / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** How long ago `iso` was. */
export function age(iso: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(iso)) / 60_000))
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.floor(hours / 24)
  return days === 1 ? 'yesterday' : `${days} days ago`
}

/** How lists show an id: its last 8 characters. */
export function shortId(id: string): string {
  return id.slice(-8)
}

/** The streams of the vendors' APIs, event by event as they were recorded: what an answer of plain text is made of. Pure. */

export const DIALECTS = ['openai', 'openai-responses', 'anthropic', 'google'] as const
export type DialectName = (typeof DIALECTS)[number]

export interface Dialect {
  /** Where a call of this model goes, below the base URL. */
  readonly path: (model: string) => string
  /** What comes before the text. */
  readonly opening: string
  readonly delta: (text: string, index: number) => string
  /** What comes after `count` deltas that together are `text`. */
  readonly ending: (text: string, count: number) => string
}

/** As long as most of those that vendors pad their events with. */
const PADDING = 'mZhSFjZXJr0X'

const data = (payload: object): string => `data: ${JSON.stringify(payload)}\n\n`

interface Payload {
  readonly type: string
  readonly [member: string]: unknown
}

/** An event that is named as its payload's type says. */
const named = (payload: Payload): string => `event: ${payload.type}\n${data(payload)}`

const chatChunk = (choices: readonly object[], usage: object | null = null): string =>
  data({
    id: 'chatcmpl-D8Z5oo6uDh67AD85p73ksdT1KxhE0',
    object: 'chat.completion.chunk',
    created: 1_770_933_892,
    model: 'gpt-4.1-nano-2025-04-14',
    service_tier: 'default',
    system_fingerprint: 'fp_de604bd877',
    choices,
    usage,
    obfuscation: PADDING,
  })

const chatDelta = (delta: object, finishReason: string | null = null): string =>
  chatChunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }])

const chat: Dialect = {
  path: () => '/chat/completions',
  opening: chatDelta({ role: 'assistant', content: '', refusal: null }),
  delta: (content) => chatDelta({ content }),
  ending: (_text, count) =>
    chatDelta({}, 'stop') +
    chatChunk([], { prompt_tokens: 3, completion_tokens: count, total_tokens: count + 3 }) +
    'data: [DONE]\n\n',
}

const ITEM = 'msg_00592e63e61b66660169fab1bada8481a28ef92eb62c168ead'
const PLACE = { item_id: ITEM, output_index: 0, content_index: 0 }
/** Events that come before the first delta. */
const BEFORE_DELTAS = 4

const textPart = (text: string): object => ({
  type: 'output_text',
  annotations: [],
  logprobs: [],
  text,
})

const messageItem = (status: string, content: readonly object[]): object => ({
  id: ITEM,
  type: 'message',
  status,
  content,
  role: 'assistant',
})

const response = (status: string, output: readonly object[], usage: object | null): object => ({
  id: 'resp_00592e63e61b66660169fab1b9f8e481a2b321356198d7ac1b',
  object: 'response',
  created_at: 1_778_037_177,
  status,
  error: null,
  incomplete_details: null,
  model: 'gpt-5.5-2026-04-23',
  output,
  usage,
})

/** Numbered events from this number on. */
function sequence(from: number, payloads: readonly Payload[]): string {
  return payloads.map((payload, at) => named({ ...payload, sequence_number: from + at })).join('')
}

const responses: Dialect = {
  path: () => '/responses',
  opening: sequence(0, [
    { type: 'response.created', response: response('in_progress', [], null) },
    { type: 'response.in_progress', response: response('in_progress', [], null) },
    { type: 'response.output_item.added', output_index: 0, item: messageItem('in_progress', []) },
    { type: 'response.content_part.added', ...PLACE, part: textPart('') },
  ]),
  delta: (delta, index) =>
    sequence(BEFORE_DELTAS + index, [
      {
        type: 'response.output_text.delta',
        ...PLACE,
        delta,
        logprobs: [],
        obfuscation: PADDING,
      },
    ]),
  ending(text, count) {
    const item = messageItem('completed', [textPart(text)])
    const usage = { input_tokens: 3, output_tokens: count, total_tokens: count + 3 }
    return sequence(BEFORE_DELTAS + count, [
      { type: 'response.output_text.done', ...PLACE, text, logprobs: [] },
      { type: 'response.content_part.done', ...PLACE, part: textPart(text) },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: response('completed', [item], usage) },
    ])
  },
}

const anthropic: Dialect = {
  path: () => '/messages',
  opening:
    named({
      type: 'message_start',
      message: {
        id: 'msg_01MCkQZZtEKF3nVbFaExwATe',
        type: 'message',
        role: 'assistant',
        model: 'claude-3-5-haiku-20241022',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 3, output_tokens: 1 },
      },
    }) +
    named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
    named({ type: 'ping' }),
  delta: (text) =>
    named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  ending: (_text, count) =>
    named({ type: 'content_block_stop', index: 0 }) +
    named({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: count },
    }) +
    named({ type: 'message_stop' }),
}

function geminiChunk(text: string, end: object = {}, counts: object = {}): string {
  return data({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, ...end }],
    usageMetadata: {
      promptTokenCount: 3,
      totalTokenCount: 3,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 3 }],
      ...counts,
    },
    modelVersion: 'gemini-2.0-flash',
  })
}

const google: Dialect = {
  path: (model) => `/models/${model}:streamGenerateContent?alt=sse`,
  opening: '',
  delta: (text) => geminiChunk(text),
  ending: (_text, count) =>
    geminiChunk(
      '',
      { finishReason: 'STOP' },
      { candidatesTokenCount: count, totalTokenCount: count + 3 },
    ),
}

export const DIALECT: Readonly<Record<DialectName, Dialect>> = {
  openai: chat,
  'openai-responses': responses,
  anthropic,
  google,
}

/** Whose call this is, by the path of its URL. Undefined where it is nobody's. */
export function dialectOf(url: string): Dialect | undefined {
  const path = url.split('?')[0] ?? ''
  const ends = ['/chat/completions', '/responses', '/messages', ':streamGenerateContent']
  const name = DIALECTS[ends.findIndex((end) => path.endsWith(end))]
  return name === undefined ? undefined : DIALECT[name]
}

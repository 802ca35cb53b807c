/** The events of a Chat Completions stream, as OpenAI spells them. Pure. */

const CHUNK = '"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1700000000'

/** One server-sent event with this data. */
export function event(data: unknown): string {
  return `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
}

/** The data of a chunk with this delta. Built by hand: the mock sends tens of thousands a second. */
export function deltaEvent(model: string, text: string): string {
  return `data: {${CHUNK},"model":${JSON.stringify(model)},"choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"logprobs":null,"finish_reason":null}]}\n\n`
}

export function roleEvent(model: string): string {
  return `data: {${CHUNK},"model":${JSON.stringify(model)},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}\n\n`
}

export function finishEvent(model: string, reason: string): string {
  return `data: {${CHUNK},"model":${JSON.stringify(model)},"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":${JSON.stringify(reason)}}]}\n\n`
}

export function usageEvent(model: string, usage: Readonly<Record<string, unknown>>): string {
  return `data: {${CHUNK},"model":${JSON.stringify(model)},"choices":[],"usage":${JSON.stringify(usage)}}\n\n`
}

export const DONE_EVENT = 'data: [DONE]\n\n'

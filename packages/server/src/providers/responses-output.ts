/** The `output` of a response that has ended: all that its events brought, once more. Pure. */
import { isObject, type JsonObject, text } from './json.ts'
import type { Replay, ToolCallDelta } from './provider.ts'
import { AnswerItems } from './responses-replay.ts'

/** The items of a response's output; none where it has none. */
export function itemsOf(response: unknown): readonly JsonObject[] {
  const output = isObject(response) ? response['output'] : undefined
  return Array.isArray(output) ? output.filter(isObject) : []
}

/** Each call of a tool that the client is to run, in one piece. */
export function toolCallsIn(items: readonly JsonObject[]): readonly ToolCallDelta[] {
  return items
    .filter((item) => item['type'] === 'function_call')
    .map((item, index) => {
      const id = text(item['call_id'])
      const name = text(item['name'])
      return {
        channel: 'toolCall',
        index,
        ...(id === undefined ? {} : { id }),
        ...(name === undefined ? {} : { name }),
        text: text(item['arguments']) ?? '',
      }
    })
}

/** The answer's whole text. */
export function textIn(items: readonly JsonObject[]): string {
  return items.map(textOf).join('')
}

/** Whether any part of it is a refusal. */
export function hasRefusal(items: readonly JsonObject[]): boolean {
  return items.some((item) => partsOf(item).some((part) => text(part['refusal']) !== undefined))
}

/** What the answer is sent again with; `origin` as for {@link AnswerItems}. */
export function replayOf(items: readonly JsonObject[], origin: string): Replay | undefined {
  const kept = new AnswerItems(origin)
  for (const item of items) kept.add(item, textOf(item).length)
  return kept.replay
}

function textOf(item: JsonObject): string {
  return partsOf(item)
    .map((part) => text(part['text']) ?? '')
    .join('')
}

/** Of a message; other items have parts of their own kinds. */
function partsOf(item: JsonObject): readonly JsonObject[] {
  const { type, content } = item
  return type === 'message' && Array.isArray(content) ? content.filter(isObject) : []
}

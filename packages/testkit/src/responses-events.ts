/** The events of an answer in the background, as OpenAI's Responses API spells them. Pure. */
import type { BackgroundAnswer, BackgroundStep, Pause } from './reply.ts'

type Event = Readonly<Record<string, unknown>>

const isPause = (step: BackgroundStep): step is Pause => 'delayMs' in step || 'gate' in step

const ITEM = { output_index: 0, item_id: 'msg_mock', content_index: 0 }

function delta(step: Exclude<BackgroundStep, Pause>): Event {
  if ('text' in step) return { ...ITEM, type: 'response.output_text.delta', delta: step.text }
  if ('refusal' in step) return { ...ITEM, type: 'response.refusal.delta', delta: step.refusal }
  return {
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    item_id: 'rs_mock',
    summary_index: 0,
    delta: step.reasoning,
  }
}

function joined(steps: readonly BackgroundStep[], of: 'text' | 'reasoning' | 'refusal'): string {
  return steps
    .map((step) => {
      const said: unknown = Reflect.get(step, of)
      return typeof said === 'string' ? said : ''
    })
    .join('')
}

/** The items that the whole answer is made of. */
function outputOf({ steps, tools = [] }: BackgroundAnswer): readonly Event[] {
  const text = joined(steps, 'text')
  const refusal = joined(steps, 'refusal')
  const reasoning = joined(steps, 'reasoning')
  const content = [
    ...(text === '' ? [] : [{ type: 'output_text', text, annotations: [] }]),
    ...(refusal === '' ? [] : [{ type: 'refusal', refusal }]),
  ]
  return [
    ...(reasoning === ''
      ? []
      : [
          {
            type: 'reasoning',
            id: 'rs_mock',
            summary: [{ type: 'summary_text', text: reasoning }],
            encrypted_content: 'sealed',
          },
        ]),
    { type: 'message', id: 'msg_mock', role: 'assistant', status: 'completed', content },
    ...tools.map((tool, index) => ({
      type: 'function_call',
      id: `fc_${index}`,
      call_id: `call_${index}`,
      status: 'completed',
      ...tool,
    })),
  ]
}

/** Everything that comes before the end, and the pauses, in order. */
export function backgroundEvents(
  answer: BackgroundAnswer,
  model: string,
): readonly (Event | Pause)[] {
  const response = { id: answer.id, object: 'response', model, background: true, output: [] }
  const output = outputOf(answer)
  const message = output.find((item) => item['type'] === 'message')
  const begun = { type: 'message', id: 'msg_mock', status: 'in_progress', content: [] }
  return [
    { type: 'response.created', response: { ...response, status: 'queued' } },
    { type: 'response.in_progress', response: { ...response, status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: begun },
    { ...ITEM, type: 'response.content_part.added', part: { type: 'output_text', text: '' } },
    ...answer.steps.map((step) => (isPause(step) ? step : delta(step))),
    { ...ITEM, type: 'response.output_text.done', text: joined(answer.steps, 'text') },
    { type: 'response.output_item.done', output_index: 0, item: message },
    ...output
      .filter((item) => item['type'] === 'function_call')
      .flatMap((item, index): Event[] => {
        const place = { output_index: index + 1, item_id: item['id'] }
        return [
          {
            type: 'response.output_item.added',
            output_index: index + 1,
            item: { ...item, arguments: '' },
          },
          {
            ...place,
            type: 'response.function_call_arguments.delta',
            delta: item['arguments'],
          },
          { type: 'response.output_item.done', output_index: index + 1, item },
        ]
      }),
  ]
}

/** The last event. */
export function backgroundEnd(
  answer: BackgroundAnswer,
  model: string,
  status: 'completed' | 'incomplete' | 'failed' | 'cancelled',
): Event {
  const count = answer.steps.filter((step) => !isPause(step)).length
  return {
    type: `response.${status}`,
    response: {
      id: answer.id,
      object: 'response',
      model,
      background: true,
      status,
      error: status === 'failed' ? { code: 'server_error', message: 'It went wrong.' } : null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      output: answer.output === false ? [] : outputOf(answer),
      usage: { input_tokens: 7, output_tokens: count, total_tokens: 7 + count },
    },
  }
}

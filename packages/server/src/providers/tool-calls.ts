/** Pieces of the calls of tools → the calls, whoever the vendor is. Pure. */
import { parseJson } from './json.ts'
import type { ToolCall, ToolCallDelta } from './provider.ts'

/**
 * The calls that the pieces of one answer make up, in their order. Arguments are joined just as they came; none at all are
 * `{}`. A call that its vendor gave no id is named by its place.
 */
export function assembleToolCalls(deltas: readonly ToolCallDelta[]): ToolCall[] {
  const calls = new Map<number, { id?: string; name?: string; pieces: string[] }>()
  for (const { index, id, name, text } of deltas) {
    const call = calls.get(index) ?? { pieces: [] }
    calls.set(index, call)
    if (id !== undefined) call.id ??= id
    if (name !== undefined) call.name ??= name
    call.pieces.push(text)
  }
  return [...calls]
    .toSorted(([one], [other]) => one - other)
    .map(([index, { id, name, pieces }]) => {
      const joined = pieces.join('')
      const whole = joined.trim() === '' ? '{}' : joined
      return {
        id: id ?? `call_${index}`,
        name: name ?? '',
        arguments: whole,
        ...(parseJson(whole) === undefined ? { malformed: true as const } : {}),
      }
    })
}

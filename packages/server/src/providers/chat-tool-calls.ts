/**
 * The calls of tools in Chat Completions chunks. Vendors tell the pieces of several calls apart in their own ways: by
 * `index`, by `id` alone, or by their place in the array.
 */
import { count, isObject, type JsonObject, text } from './json.ts'
import type { ToolCallDelta } from './provider.ts'

/** A call as far as it has come. */
interface Call {
  readonly index: number
  readonly id: string | undefined
  name: string | undefined
}

export class ChatToolCalls {
  readonly #emit: (delta: ToolCallDelta) => void
  readonly #calls: Call[] = []
  readonly #byId = new Map<string, Call>()
  /** The last call that was begun under the vendor's index, or in that place of the array. */
  readonly #byPlace = new Map<number, Call>()
  /** The call that the last piece was of. */
  #active: Call | undefined
  /** The call of the older `function_call`, of which an answer has one. */
  #legacy: Call | undefined

  constructor(emit: (delta: ToolCallDelta) => void) {
    this.#emit = emit
  }

  /** Takes `delta.tool_calls`. */
  read(pieces: readonly unknown[]): void {
    for (const [position, piece] of pieces.entries()) {
      if (isObject(piece)) this.#readPiece(piece, position)
    }
  }

  /** Takes `delta.function_call`. */
  readLegacy(piece: JsonObject): void {
    const name = text(piece['name'])
    if (this.#legacy === undefined) {
      this.#legacy = this.#begin(undefined, name)
      this.#tell(this.#legacy, name, piece['arguments'], true)
    } else this.#tell(this.#legacy, name, piece['arguments'], false)
  }

  #readPiece(piece: JsonObject, position: number): void {
    const called = isObject(piece['function']) ? piece['function'] : {}
    const id = text(piece['id'])
    const name = text(called['name'])
    const place = count(piece['index']) ?? position
    const known = this.#find(id, name, place)
    const call = known ?? this.#begin(id, name)
    if (id !== undefined) this.#byId.set(id, call)
    if (known === undefined) this.#byPlace.set(place, call)
    this.#tell(call, name, called['arguments'], known === undefined)
  }

  /** The call that a piece belongs to; undefined where it begins one. */
  #find(id: string | undefined, name: string | undefined, place: number): Call | undefined {
    const known = id === undefined ? undefined : this.#byId.get(id)
    if (known !== undefined) return known
    const there = this.#byPlace.get(place)
    if (name !== undefined) {
      // Some vendors repeat the name with each piece; another name, or a new id with a name, is another call.
      return id === undefined && (there?.name ?? name) === name ? there : undefined
    }
    return there ?? (id === undefined ? this.#active : undefined)
  }

  #begin(id: string | undefined, name: string | undefined): Call {
    const call = { index: this.#calls.length, id, name }
    this.#calls.push(call)
    return call
  }

  #tell(call: Call, name: string | undefined, given: unknown, first: boolean): void {
    this.#active = call
    const piece = argumentsText(given)
    const named = first ? name : call.name === undefined ? name : undefined
    call.name ??= name
    if (!first && named === undefined && piece === '') return
    this.#emit({
      channel: 'toolCall',
      index: call.index,
      ...(first && call.id !== undefined ? { id: call.id } : {}),
      ...(named === undefined ? {} : { name: named }),
      text: piece,
    })
  }
}

/** A piece of JSON as it came; some vendors give the arguments as an object, whole. */
function argumentsText(given: unknown): string {
  if (typeof given === 'string') return given
  return isObject(given) ? JSON.stringify(given) : ''
}

/** A provider's answer → the models that it serves. Pure. */
import { count, isObject, type JsonObject, text } from './json.ts'

/** A model as its provider lists it. */
export interface ListedModel {
  readonly id: string
  /** Tokens; null where the provider does not say. */
  readonly contextWindow: number | null
  readonly maxOutput: number | null
}

/** OpenAI lists all that it has, without a word on what it is for; these answer no chat. */
const NO_CHAT =
  /embed|whisper|tts|dall-e|image|audio|realtime|transcribe|translate|moderation|davinci|babbage|sora|instruct/

/** OpenRouter, Groq, Anthropic; Google; vLLM. */
const WINDOW_NAMES = [
  'context_length',
  'context_window',
  'max_input_tokens',
  'inputTokenLimit',
  'max_model_len',
]
/** Anthropic; Groq; Google. */
const OUTPUT_NAMES = ['max_tokens', 'max_completion_tokens', 'outputTokenLimit']

/**
 * Reads the lists of OpenAI's and Anthropic's kind (`data`, by `id`) and Google's (`models`, by `name`, those that
 * generate content). Undefined where the answer is no list.
 */
export function listedModels(answer: unknown, vendor: string): readonly ListedModel[] | undefined {
  if (!isObject(answer)) return undefined
  const items = answer['data'] ?? answer['models']
  if (!Array.isArray(items)) return undefined
  return items
    .filter(isObject)
    .flatMap((item) => listed(item) ?? [])
    .filter(({ id }) => vendor !== 'openai' || !NO_CHAT.test(id))
}

function listed(item: JsonObject): ListedModel | undefined {
  const id = text(item['id']) ?? text(item['name'])?.replace(/^models\//, '')
  const methods = item['supportedGenerationMethods']
  const isOther = Array.isArray(methods) && !methods.includes('generateContent')
  if (id === undefined || isOther) return undefined
  return { id, contextWindow: figure(item, WINDOW_NAMES), maxOutput: figure(item, OUTPUT_NAMES) }
}

function figure(item: JsonObject, names: readonly string[]): number | null {
  return names.map((name) => count(item[name])).find((value) => (value ?? 0) > 0) ?? null
}

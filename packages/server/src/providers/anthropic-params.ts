/** Our sampling parameters → those of Anthropic's Messages, and which of them a model does not take. Pure. */
import type Anthropic from '@anthropic-ai/sdk'
import type { ChatParams } from '@speak-code/protocol'
import { type ModelTraits, traitsOf } from './anthropic-models.ts'

/** The API's version of 2026-10-21 refuses these for every model; the one that we speak leaves them to the older ones. */
interface Sampling {
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
}

type Body = Anthropic.MessageCreateParamsStreaming

/** The part of a request's body that the parameters make. */
export type SentParams = Sampling &
  Pick<Body, 'max_tokens' | 'stop_sequences' | 'thinking' | 'output_config'>

/** Parameters as they are sent, and the names of those that the model does not take, or not with these values. */
export interface ParamsPlan {
  readonly sent: SentParams
  readonly dropped: readonly (keyof ChatParams)[]
}

/** The API requires `max_tokens`. Every model that is served takes this much. */
export const DEFAULT_MAX_TOKENS = 8192
/** Thinking counts as output: where the model decides how much, the answer needs room beside it. All such models take this. */
export const DEFAULT_MAX_TOKENS_THINKING = 32_000

type Effort = Exclude<NonNullable<ChatParams['reasoningEffort']>, 'none'>

/** Tokens of thinking. The highest leaves the default answer its room under 32,000, the least that such a model takes. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: DEFAULT_MAX_TOKENS_THINKING - DEFAULT_MAX_TOKENS,
}
/** The least that the API takes. */
const LEAST_BUDGET = 1024
/** The part of a given `max_tokens` that thinking may take at most. */
const BUDGET_SHARE = 0.8

/** With thinking, top_p must not be lower. */
const LEAST_TOP_P_THINKING = 0.95

interface ThinkingPlan extends Pick<SentParams, 'max_tokens' | 'thinking' | 'output_config'> {
  /** It thinks because it is asked to. */
  readonly asked: boolean
  readonly dropped: boolean
}

/** What is sent of the parameters. `maxTokens` is how long an answer of the model may be where the parameters don't say. */
export function paramsPlan(params: ChatParams, model: string, maxTokens?: number): ParamsPlan {
  const traits = traitsOf(model)
  const { asked, dropped: noThinking, ...thinking } = thinkingPlan(params, traits, maxTokens)
  const sampling = samplingPlan(params, traits, asked)
  const stops = [params.stop ?? []].flat()
  // The API refuses one that is white space alone.
  const stop = stops.filter((sequence) => sequence.trim() !== '')
  return {
    sent: {
      ...thinking,
      ...sampling.sent,
      ...(stop.length === 0 ? {} : { stop_sequences: stop }),
    },
    dropped: [
      ...sampling.dropped,
      ...(noThinking ? (['reasoningEffort'] as const) : []),
      ...(stop.length === stops.length ? [] : (['stop'] as const)),
    ],
  }
}

function samplingPlan(
  { temperature, topP, topK }: ChatParams,
  traits: ModelTraits,
  thinks: boolean,
): { readonly sent: Sampling; readonly dropped: readonly (keyof ChatParams)[] } {
  // Ours goes up to 2; theirs up to 1, which is also the only one with thinking.
  const warm = traits.sampling && temperature !== undefined && temperature <= 1
  const takesTemperature = warm && (!thinks || temperature === 1)
  const takesTopP =
    traits.sampling &&
    topP !== undefined &&
    (!thinks || topP >= LEAST_TOP_P_THINKING) &&
    !(traits.oneSampling && takesTemperature)
  const takesTopK = traits.sampling && topK !== undefined && !thinks
  return {
    sent: {
      ...(takesTemperature ? { temperature } : {}),
      ...(takesTopP ? { top_p: topP } : {}),
      ...(takesTopK ? { top_k: topK } : {}),
    },
    dropped: [
      ...(temperature === undefined || takesTemperature ? [] : (['temperature'] as const)),
      ...(topP === undefined || takesTopP ? [] : (['topP'] as const)),
      ...(topK === undefined || takesTopK ? [] : (['topK'] as const)),
    ],
  }
}

function thinkingPlan(
  { reasoningEffort: effort, maxTokens: limit }: ChatParams,
  traits: ModelTraits,
  usual: number | undefined,
): ThinkingPlan {
  const most = limit ?? usual
  const asked = effort !== undefined && effort !== 'none'
  const roomy = traits.off !== 'unset' || (asked && traits.thinking === 'adaptive')
  const plain = {
    max_tokens: most ?? (roomy ? DEFAULT_MAX_TOKENS_THINKING : DEFAULT_MAX_TOKENS),
    asked: false,
    dropped: false,
  }
  if (!asked) return effort === undefined ? plain : withoutThinking(plain, traits)
  if (traits.thinking === 'none') return { ...plain, dropped: true }
  if (traits.thinking === 'adaptive') {
    return {
      ...plain,
      asked: true,
      thinking: { type: 'adaptive', ...(traits.hidesThinking ? { display: 'summarized' } : {}) },
      output_config: { effort: effortOf(effort, traits) },
    }
  }
  if (most === undefined) {
    const budget = BUDGETS[effort]
    return { ...withBudget(budget), max_tokens: DEFAULT_MAX_TOKENS + budget }
  }
  const budget = Math.min(BUDGETS[effort], Math.floor(most * BUDGET_SHARE))
  if (budget < LEAST_BUDGET) return { ...plain, dropped: true }
  return { ...withBudget(budget), max_tokens: most }
}

function withBudget(budget: number): Omit<ThinkingPlan, 'max_tokens'> {
  return {
    asked: true,
    dropped: false,
    thinking: { type: 'enabled', budget_tokens: budget },
  }
}

function withoutThinking(plain: ThinkingPlan, { off }: ModelTraits): ThinkingPlan {
  if (off === 'unset') return plain
  return off === 'never' ? { ...plain, dropped: true } : { ...plain, thinking: { type: off } }
}

function effortOf(effort: Effort, { xhigh }: ModelTraits): 'low' | 'medium' | 'high' | 'xhigh' {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && !xhigh ? 'high' : effort
}

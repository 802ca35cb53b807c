/**
 * How much a Gemini model thinks: our reasoning effort → `thinkingConfig`. From the vendor's pages on thinking
 * (https://ai.google.dev/gemini-api/docs/thinking) and on OpenAI compatibility, whose table of efforts this is. Pure.
 */
import type { ThinkingConfig, ThinkingLevel } from '@google/genai/web'
import type { ChatParams } from '@speak-code/protocol'

type Effort = NonNullable<ChatParams['reasoningEffort']>
type Level = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH'

/** The SDK's own enum, which is loaded only with it. */
export type ThinkingLevels = Readonly<Record<Level, ThinkingLevel>>

/** From the least to the most. */
const LEVELS: readonly Level[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']

const LEVEL_OF: Readonly<Record<Effort, Level>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
}

/** In tokens. */
const BUDGET_OF: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 32_768,
}

/** What a family of models takes: one of these levels, or a budget in tokens between two bounds. */
type Thinking =
  | { readonly levels: readonly Level[] }
  | { readonly least: number; readonly most: number }

const PRO_BUDGET: Thinking = { least: 128, most: 32_768 }
const FLASH_BUDGET: Thinking = { least: 0, most: 24_576 }

/** What a model takes; undefined where it is not known to think, because such a model refuses the whole request. */
function thinkingOf(model: string): Thinking | undefined {
  const id = model.replace(/^(?:models|tunedModels)\//, '').toLowerCase()
  if (/image|tts|audio|live|embedding/.test(id)) return undefined
  // The names without a version move on; a budget is what all models behind them take.
  const latest = /^gemini-(pro|flash|flash-lite)-latest$/.exec(id)
  if (latest !== null) return latest[1] === 'pro' ? PRO_BUDGET : FLASH_BUDGET
  const named = /^gemini-(\d{1,3})(?:\.(\d{1,3}))?-(pro|flash)\b/.exec(id)
  if (named === null) return undefined
  const major = Number(named[1])
  const minor = Number(named[2] ?? 0)
  const pro = named[3] === 'pro'
  if (major === 2 && minor === 5) return pro ? PRO_BUDGET : FLASH_BUDGET
  if (major < 3) return undefined
  if (!pro) return { levels: LEVELS }
  return { levels: major === 3 && minor === 0 ? ['LOW', 'HIGH'] : ['LOW', 'MEDIUM', 'HIGH'] }
}

/** Whether the model takes a reasoning effort at all. */
export function thinks(model: string): boolean {
  return thinkingOf(model) !== undefined
}

/**
 * The model's `thinkingConfig`: thoughts are always asked for, how many only with an effort. An effort that the model does
 * not have becomes the next higher one, else its highest; `none` where thinking cannot be switched off is the least there is.
 */
export function thinkingConfig(
  model: string,
  effort: Effort | undefined,
  levels: ThinkingLevels,
): ThinkingConfig | undefined {
  const thinking = thinkingOf(model)
  if (thinking === undefined) return undefined
  if (effort === undefined) return { includeThoughts: true }
  if ('levels' in thinking) {
    const wanted = LEVELS.indexOf(LEVEL_OF[effort])
    const level = thinking.levels.find((candidate) => LEVELS.indexOf(candidate) >= wanted) ?? 'HIGH'
    return { includeThoughts: true, thinkingLevel: levels[level] }
  }
  const budget = Math.min(Math.max(BUDGET_OF[effort], thinking.least), thinking.most)
  return { includeThoughts: budget > 0, thinkingBudget: budget }
}

/**
 * What each Claude takes, by the version in its name. Anthropic's pages on thinking, on effort and on moving to each
 * model say which of them refuses what with a 400. Pure.
 */

/**
 * How thinking is asked for: not at all (before 3.7), with a number of tokens (until 4.5), or with an effort, the model
 * deciding how much (`adaptive`, from 4.6 on).
 */
type ThinkingStyle = 'none' | 'budget' | 'adaptive'

/** How thinking is kept from happening: by not asking for it, by a word, or not at all. */
type ThinkingOff = 'unset' | 'disabled' | 'between_tools' | 'never'

export interface ModelTraits {
  /** It takes temperature, top_p and top_k. */
  readonly sampling: boolean
  /** Temperature or top_p, not both. */
  readonly oneSampling: boolean
  readonly thinking: ThinkingStyle
  readonly off: ThinkingOff
  /** It knows the effort `xhigh`. */
  readonly xhigh: boolean
  /** Its thinking comes without text unless a summary is asked for. */
  readonly hidesThinking: boolean
}

/** A date after the version (`-20250514`) is no part of it. */
const VERSION = /claude-(?:([a-z]+)-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/

/** Other vendors' models behind the same API take what the API had from its beginning. */
const OTHERS: ModelTraits = {
  sampling: true,
  oneSampling: false,
  thinking: 'budget',
  off: 'unset',
  xhigh: false,
  hidesThinking: false,
}

/** The traits of the model of this id, as Anthropic or a gateway spells it. A Claude without a version counts as the newest. */
export function traitsOf(model: string): ModelTraits {
  const id = model.toLowerCase()
  if (!id.includes('claude')) return OTHERS
  const [, family = '', major, minor = '0'] = VERSION.exec(id) ?? []
  const version = major === undefined ? Infinity : Number(major) + Number(minor) / 100
  return {
    sampling: version < 4.07,
    oneSampling: version >= 4.01,
    thinking: thinkingStyle(version),
    off: thinkingOff(family, version),
    xhigh: version >= 4.07,
    hidesThinking: version >= 4.07,
  }
}

function thinkingStyle(version: number): ThinkingStyle {
  if (version >= 4.06) return 'adaptive'
  return version >= 3.07 ? 'budget' : 'none'
}

/** From 5 on they think unasked, and some cannot be kept from it. */
function thinkingOff(family: string, version: number): ThinkingOff {
  if (version < 5) return 'unset'
  if (version === Infinity || family === 'fable' || family === 'mythos') return 'never'
  if (version < 5.05 || family === 'haiku') return 'disabled'
  return family === 'sonnet' ? 'between_tools' : 'never'
}

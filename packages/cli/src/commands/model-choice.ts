/** Which model is asked (CONTRACT.md §4). */
import type { LoadedConfig } from '@speak-code/server/config'

interface ModelWishes {
  /** `-m` */
  readonly flag?: string | undefined
  /** The conversation's. */
  readonly conversation?: string | null | undefined
  /** What `chat` used last. */
  readonly last?: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly config: LoadedConfig
}

/** The model to name in a request; undefined leaves it to the relay's default. */
export function chosenModel({
  flag,
  conversation,
  last,
  env,
  config,
}: ModelWishes): string | undefined {
  const variable = env['OPENAI_MODEL']
  const written = config.written('openai.model') ? config.config.openai.model : undefined
  return (
    flag ??
    conversation ??
    ofOpenAI(variable === '' ? undefined : variable) ??
    ofOpenAI(written) ??
    last
  )
}

/** The variable and the key belong to the provider `openai`, whatever the id looks like. */
function ofOpenAI(id: string | undefined): string | undefined {
  return id === undefined || id.startsWith('openai/') ? id : `openai/${id}`
}

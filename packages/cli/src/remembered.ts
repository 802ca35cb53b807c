/** What the program itself remembers between sessions, never configuration. */
import Conf, { type Schema } from 'conf'

export interface Remembered {
  /** `provider/id` last used by `chat`. */
  lastModel: string | undefined
  /** The theme that `/theme` chose last. */
  theme: string | undefined
  /** Names of the hints that were shown and need not be again. */
  hintsSeen: readonly string[]
}

interface Memory {
  lastModel?: string
  theme?: string
  hintsSeen?: string[]
}

const SCHEMA: Schema<Memory> = {
  lastModel: { type: 'string', minLength: 1 },
  theme: { type: 'string', minLength: 1 },
  hintsSeen: { type: 'array', items: { type: 'string' } },
}

/**
 * What is remembered in the folder `state`, readable by its owner alone. It is never worth a failure: a broken file
 * counts as empty, and where nothing can be read or written it lasts for this session only.
 */
export function openRemembered(state: string): Remembered {
  return new FileMemory(state)
}

class FileMemory implements Remembered {
  readonly #conf: Conf<Memory> | undefined
  /** What this session has set, whether or not it could be written. */
  #session: Memory = {}

  constructor(state: string) {
    try {
      this.#conf = new Conf<Memory>({
        cwd: state,
        configName: 'remembered',
        projectSuffix: '',
        configFileMode: 0o600,
        clearInvalidConfig: true,
        schema: SCHEMA,
      })
    } catch {
      this.#conf = undefined
    }
  }

  get lastModel(): string | undefined {
    return this.#session.lastModel ?? this.#read().lastModel
  }

  set lastModel(model: string | undefined) {
    if (model !== undefined) this.#remember({ lastModel: model })
  }

  get theme(): string | undefined {
    return this.#session.theme ?? this.#read().theme
  }

  set theme(name: string | undefined) {
    if (name !== undefined) this.#remember({ theme: name })
  }

  get hintsSeen(): readonly string[] {
    return this.#session.hintsSeen ?? this.#read().hintsSeen ?? []
  }

  set hintsSeen(names: readonly string[]) {
    this.#remember({ hintsSeen: [...names] })
  }

  #read(): Memory {
    try {
      return this.#conf?.store ?? {}
    } catch {
      return {}
    }
  }

  #remember(news: Memory): void {
    this.#session = { ...this.#session, ...news }
    try {
      this.#conf?.set(news)
    } catch {
      // The session remembers it all the same.
    }
  }
}

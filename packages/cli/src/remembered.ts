/** What the program itself remembers between sessions, never configuration. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export interface Remembered {
  /** `provider/id` last used by `chat`. */
  lastModel: string | undefined
  /** The theme that `/theme` chose last. */
  theme: string | undefined
  /** Names of the hints that were shown and need not be again. */
  hintsSeen: readonly string[]
  /** Resolves when what was set is on disk, or could not be written. Until it is called all lasts for this session. */
  save(): Promise<void>
}

const NAME = 'remembered'

/** What is not as it should be counts as absent. */
const Memory = z.object({
  lastModel: z.string().min(1).optional().catch(undefined),
  theme: z.string().min(1).optional().catch(undefined),
  hintsSeen: z.array(z.string()).optional().catch(undefined),
})

type Memory = z.infer<typeof Memory>

/**
 * What is remembered in the folder `state`, readable by its owner alone. It is never worth a failure: a broken file
 * counts as empty, and where nothing can be read or written it lasts for this session only.
 */
export function openRemembered(state: string): Remembered {
  return new FileMemory(state)
}

/** `conf` takes long to load and is needed to write only: every chat reads, few have anything new. */
class FileMemory implements Remembered {
  readonly #state: string
  readonly #found: Memory
  /** What this session has set, whether or not it could be written. */
  #session: Memory = {}
  /** What of it is not written. */
  #unsaved: Memory = {}
  #writing: Promise<void> = Promise.resolve()

  constructor(state: string) {
    this.#state = state
    this.#found = read(join(state, `${NAME}.json`))
  }

  get lastModel(): string | undefined {
    return this.#session.lastModel ?? this.#found.lastModel
  }

  set lastModel(model: string | undefined) {
    if (model !== undefined && model !== this.lastModel) this.#remember({ lastModel: model })
  }

  get theme(): string | undefined {
    return this.#session.theme ?? this.#found.theme
  }

  set theme(name: string | undefined) {
    if (name !== undefined && name !== this.theme) this.#remember({ theme: name })
  }

  get hintsSeen(): readonly string[] {
    return this.#session.hintsSeen ?? this.#found.hintsSeen ?? []
  }

  set hintsSeen(names: readonly string[]) {
    this.#remember({ hintsSeen: [...names] })
  }

  save(): Promise<void> {
    const news = this.#unsaved
    this.#unsaved = {}
    if (Object.keys(news).length > 0) {
      this.#writing = this.#writing
        .then(() => write(this.#state, news))
        // The session remembers it all the same.
        .catch(() => undefined)
    }
    return this.#writing
  }

  #remember(news: Memory): void {
    this.#session = { ...this.#session, ...news }
    this.#unsaved = { ...this.#unsaved, ...news }
  }
}

function read(file: string): Memory {
  try {
    return Memory.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

async function write(state: string, news: Memory): Promise<void> {
  const { default: Conf } = await import('conf')
  new Conf<Memory>({
    cwd: state,
    configName: NAME,
    projectSuffix: '',
    configFileMode: 0o600,
    clearInvalidConfig: true,
  }).set(news)
}

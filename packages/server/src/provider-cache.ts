/** The providers of each configuration and environment in use: they keep connections open, so they are made once. */
import { createProviders } from './providers/index.ts'
import type { Providers } from './providers/provider.ts'
import type { LoadedConfig } from './config/index.ts'

/** Environments kept at once: one for each terminal with keys of its own. */
const MAX_KEPT = 16

type Environment = Readonly<Record<string, string | undefined>>

export interface ProviderCacheOptions {
  readonly config: () => LoadedConfig
  readonly env: Environment
  /** Told what is odd about a provider's stream. */
  readonly warn: (oddity: string) => void
  /** Whether a caller's environment counts. */
  readonly private: boolean
  /** Whether an Ollama that nobody wrote down is looked for on this machine. */
  readonly findOllama?: boolean
}

export class ProviderCache {
  readonly #options: ProviderCacheOptions
  #loaded: LoadedConfig | undefined
  readonly #kept = new Map<string, Providers>()

  constructor(options: ProviderCacheOptions) {
    this.#options = options
  }

  /** `environment` is the caller's, from its hello. */
  of(environment: Environment | undefined): Providers {
    const loaded = this.#options.config()
    if (loaded !== this.#loaded) this.#kept.clear()
    this.#loaded = loaded
    const env = this.#options.private ? (environment ?? this.#options.env) : this.#options.env
    const key =
      env === this.#options.env
        ? ''
        : JSON.stringify(Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const { warn, findOllama = false } = this.#options
    const providers =
      this.#kept.get(key) ?? createProviders(loaded.config, env, { warn, findOllama })
    // The newest last; the oldest goes.
    this.#kept.delete(key)
    this.#kept.set(key, providers)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break
      this.#kept.delete(oldest)
    }
    return providers
  }
}

/** Reads the user's TOML file. */
import type { Config } from './schema.ts'

/** A configuration that cannot be used. The message is a sentence with key, file and line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface LoadedConfig {
  readonly config: Config
  /** The file, whether it exists or not. */
  readonly path: string
  readonly exists: boolean
  /** Whether the file itself has this key (dotted: `openai.model`), rather than the default. */
  written(key: string): boolean
}

/** Reads and checks the file. A file that is not there acts like an empty one. Throws {@link ConfigError}. */
export declare function loadConfig(path: string): LoadedConfig

/** What the commands work with. Everything dear is built when first asked for. */
import type { LoadedConfig } from '@speak-code/server/config'
import type { ChatClient } from './client/client.ts'
import type { HttpApi } from './client/http-api.ts'
import type { ReadingPace } from './client/paced-reading.ts'
import type { Paths } from './paths.ts'
import type { Remembered } from './remembered.ts'
import type { LocalStore } from './store/local-store.ts'

/** Flags that every command has and that decide what `deps` gives. */
export interface CommonFlags {
  /** `--config` */
  readonly config?: string
  /** `--server` */
  readonly server?: string
  /** `-v` */
  readonly verbose?: boolean
  /** `-q` */
  readonly quiet?: boolean
}

export interface ClientOptions {
  /** `false`: nothing is read from or written to this machine's history. */
  readonly save?: boolean
  /** How often a stream of frames is received. Absent: as it comes. */
  readonly pace?: ReadingPace
}

export interface Deps {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly paths: Paths
  /** Throws ConfigError. */
  config(): LoadedConfig
  /** The client's history. Throws StoreError, with a sentence, where it cannot be opened. */
  store(): Promise<LocalStore>
  remembered(): Promise<Remembered>
  /**
   * A client for the relay that flags, environment and file name, else for this machine's own, which is found or
   * started on `connect()`. Not connected yet. Where the history cannot be opened it goes on without, and says so.
   */
  client(options?: ClientOptions): Promise<ChatClient>
  /** One-shot calls to the same relay. */
  http(): Promise<HttpApi>
  /** Writes a note for people to stderr, unless `--quiet`. */
  note(text: string): void
  /** Writes to stderr with `--verbose` only. */
  detail(text: string): void
}

/** What commands that only read and write text need of a stream. */
export type TextInput = NodeJS.ReadableStream & { readonly isTTY?: boolean; readonly fd?: number }
export type TextOutput = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  /** The size of a terminal. */
  readonly columns?: number
  readonly rows?: number
}

/** {@link Deps} of commands that draw nothing. */
export interface TextDeps extends Omit<Deps, 'stdin' | 'stdout' | 'stderr'> {
  readonly stdin: TextInput
  readonly stdout: TextOutput
  readonly stderr: TextOutput
}

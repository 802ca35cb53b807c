/** Where the program keeps things (XDG Base Directory Specification), or all in one folder with SPEAK_CODE_HOME. */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface Paths {
  /** The configuration file. */
  readonly config: string
  /** DATA: the client's history, the relay's store. */
  readonly data: string
  /** Logs, the socket where there is no runtime folder, what `conf` remembers. */
  readonly state: string
  /** DATA/history.db */
  readonly history: string
  /** DATA/relay: the store of this machine's own relay. */
  readonly relayStore: string
  /** DATA/serve: the store of a `serve` without `--data`. */
  readonly serveStore: string
}

/** `configFlag` is the value of `--config`. */
export function pathsOf(env: NodeJS.ProcessEnv, configFlag?: string): Paths {
  const home = env['SPEAK_CODE_HOME'] === undefined ? undefined : nonEmpty(env['SPEAK_CODE_HOME'])
  const folder = (xdg: string, ...fallback: string[]): string => {
    if (home !== undefined) return resolve(home)
    const base = nonEmpty(env[xdg])
    // The specification: a relative path is to be ignored.
    return base !== undefined && isAbsolute(base)
      ? join(base, 'speak-code')
      : join(homedir(), ...fallback, 'speak-code')
  }
  const data = folder('XDG_DATA_HOME', '.local', 'share')
  const config = nonEmpty(configFlag) ?? nonEmpty(env['SPEAK_CODE_CONFIG'])
  return {
    config:
      config === undefined
        ? join(folder('XDG_CONFIG_HOME', '.config'), 'config.toml')
        : resolve(config),
    data,
    state: folder('XDG_STATE_HOME', '.local', 'state'),
    history: join(data, 'history.db'),
    relayStore: join(data, 'relay'),
    serveStore: join(data, 'serve'),
  }
}

/** Names this machine's relay: the first 8 hex digits of the SHA-256 of data folder and config path. */
export function relayHash(paths: Paths): string {
  return createHash('sha256').update(`${paths.data}\0${paths.config}`).digest('hex').slice(0, 8)
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}

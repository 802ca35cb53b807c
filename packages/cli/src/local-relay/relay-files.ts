/** Where this machine's own relay has its socket, lock, record and log (CONTRACT.md §4, "Which relay"). */
import { lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { relayHash, type Paths } from '../paths.ts'
import { makeFolder } from '@speak-code/server/folders'

export interface RelayFiles {
  /** The chat's socket. Its folder is private. */
  readonly socket: string
  /** Beside it: where the relay tells its state and is told to leave. */
  readonly control: string
  /** Held by the relay as long as it lives; one for all relays of a data folder. */
  readonly lock: string
  /** What the holder of the lock says of itself. */
  readonly record: string
  readonly log: string
}

/** What `sun_path` holds without its final zero. */
const MAX_SOCKET_PATH = process.platform === 'linux' ? 107 : 103

/** `env` is asked for XDG_RUNTIME_DIR, which is made where it is missing. */
export function relayFiles(paths: Paths, env: NodeJS.ProcessEnv): RelayFiles {
  const hash = relayHash(paths)
  const name = `relay-${hash}.sock`
  const folder =
    socketFolders(paths, env).find(
      (candidate) => Buffer.byteLength(join(candidate, name)) <= MAX_SOCKET_PATH,
    ) ?? sharedFolder('/tmp')
  return {
    socket: join(folder, name),
    control: controlSocket(join(folder, name)),
    ...storeFiles(paths.relayStore),
    log: join(paths.state, `relay-${hash}.log`),
  }
}

/** The control socket beside a chat socket. */
export function controlSocket(socket: string): string {
  return socket.replace(/\.sock$/, '.ctl')
}

/** Lock and record lie with the store: a caller in another session has other runtime folders, but the same store. */
export function storeFiles(store: string): { readonly lock: string; readonly record: string } {
  return { lock: join(store, 'relay.lock'), record: join(store, 'relay.json') }
}

function socketFolders(paths: Paths, env: NodeJS.ProcessEnv): string[] {
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    ...(runtime !== undefined && isAbsolute(runtime) && isOurs(runtime)
      ? [join(runtime, 'speak-code')]
      : []),
    join(paths.state, 'run'),
    sharedFolder(tmpdir()),
  ]
}

/** The temporary folder is everybody's: a folder of our own in it has our user's number. */
function sharedFolder(folder: string): string {
  return join(folder, `speak-code-${process.getuid?.() ?? ''}`)
}

/** The specification asks for a folder of the user's own; after `sudo` it is somebody else's. */
function isOurs(folder: string): boolean {
  try {
    makeFolder(folder)
    return lstatSync(folder).uid === process.getuid?.()
  } catch {
    return false
  }
}

/** Starts and kills relays in processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { KillPoint } from './kill-points.ts'

export type { KillPoint }

export interface RelayProcess {
  readonly url: string
  readonly child: ChildProcess
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  drain(): Promise<number | null>
  /** `kill -9` by its own hand, as soon as its store comes to this point. */
  dieAt(point: KillPoint): void
  /** Resolves when the process is gone, whatever ended it. */
  readonly exited: Promise<unknown>
}

/** `stderr`: where the relay's log goes. */
export async function startRelayProcess(
  dataDir: string,
  baseUrl: string,
  config = '/nonexistent',
  stderr: 'inherit' | 'ignore' = 'inherit',
): Promise<RelayProcess> {
  const main = fileURLToPath(new URL('relay-process-main.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--conditions=@speak-code/source',
      main,
      dataDir,
      baseUrl,
      config,
    ],
    { stdio: ['ignore', 'ignore', stderr, 'ipc'] },
  )
  const exited = once(child, 'exit')
  const [url]: unknown[] = await Promise.race([once(child, 'message'), exited])
  if (typeof url !== 'string') throw new Error('the relay did not say its address')
  return {
    url,
    child,
    exited,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async drain() {
      child.kill('SIGTERM')
      const [code]: unknown[] = await exited
      return typeof code === 'number' ? code : null
    },
    dieAt(point) {
      // It may die of an earlier point while this one is on its way.
      if (child.connected) child.send(point, () => {})
    },
  }
}

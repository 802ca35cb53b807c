/** Starts and kills relays in processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface RelayProcess {
  readonly url: string
  readonly child: ChildProcess
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM; resolves with the exit code. */
  drain(): Promise<number | null>
}

export async function startRelayProcess(
  dataDir: string,
  baseUrl: string,
  config = '/nonexistent',
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
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const [url]: unknown[] = await once(child, 'message')
  if (typeof url !== 'string') throw new Error('the relay did not say its address')
  const exited = once(child, 'exit')
  return {
    url,
    child,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async drain() {
      child.kill('SIGTERM')
      const [code]: unknown[] = await exited
      return typeof code === 'number' ? code : null
    },
  }
}

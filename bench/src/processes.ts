/** The processes of a measurement: starting them, keeping them on their cores, reading what they used. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'

/** `measured`: what is measured has a core to itself. `helper`: everything else shares the others. */
export type Place = 'measured' | 'helper'

const canPin =
  process.platform === 'linux' &&
  availableParallelism() > 1 &&
  spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** How processes were kept apart, for the report. */
export const pinning = canPin
  ? 'what is measured has one core to itself'
  : 'the processes share all cores freely'

/** The command that runs another on the cores of its place; the process keeps its id. */
export function pinned(place: Place, command: readonly string[]): readonly string[] {
  if (!canPin) return command
  const cores = place === 'measured' ? '0' : `1-${availableParallelism() - 1}`
  return ['taskset', '-c', cores, ...command]
}

/** Starts a Node program with `NODE_ENV=production`, as an installed one has. */
export function startNode(
  place: Place,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  stdio: 'pipe' | 'ipc' = 'pipe',
): ChildProcess {
  const [command = '', ...rest] = pinned(place, [process.execPath, ...args])
  return spawn(command, rest, {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit', ...(stdio === 'ipc' ? ['ipc' as const] : [])],
  })
}

/** The address from a server's first line, `listening on ADDRESS`. Throws where it leaves before that. */
export async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the process has no output to read')
  for await (const line of createInterface({ input: child.stdout })) {
    const [, address] = /^listening on (\S+)$/.exec(line) ?? []
    if (address === undefined) continue
    child.stdout.resume()
    return address
  }
  throw new Error(`${child.spawnargs.join(' ')} left before it listened`)
}

/** Ends a process that was started here, whatever it is doing. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const left = once(child, 'exit')
  child.kill('SIGKILL')
  await left
}

/**
 * CPU time that a process has used so far, in microseconds, over all of its threads. From the scheduler's account in
 * nanoseconds, because the ticks of /proc/PID/stat are 10 ms long. NaN where there is no such account.
 */
export function cpuMicroseconds(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
      .reduce((sum, account) => sum + Number(account.split(' ')[0]) / 1000, 0)
  } catch {
    return Number.NaN
  }
}

/** The most memory that a process has had at one time, in MB (10⁶ bytes). NaN where the system does not tell. */
export function peakMegabytes(pid: number): number {
  try {
    const [, kilobytes] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return (Number(kilobytes) * 1024) / 1e6
  } catch {
    return Number.NaN
  }
}

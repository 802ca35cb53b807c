/** What starting costs: the time of whole commands beside that of an empty Node program. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addressOf, startNode, stop } from './processes.ts'
import { median, table } from './statistics.ts'

const ROUNDS = 20

/** Runs a Node program to its end and returns how long that took, in ms. Throws where it fails. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  const took = performance.now() - began
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`)
  return took
}

/**
 * Measures `--version`, `--help` and a warm `ask` (the machine's own relay is running, the model answers at once) of the
 * program at `program`. Returns a table in Markdown.
 */
export async function benchStart(program: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-bench-'))
  const upstream = startNode('helper', [fileURLToPath(new URL('upstream.ts', import.meta.url))])
  const env = {
    SPEAK_CODE_HOME: folder,
    XDG_RUNTIME_DIR: folder,
    OPENAI_BASE_URL: await addressOf(upstream),
    OPENAI_MODEL: 'short',
  }
  const commands = [
    { name: '`node -e 0`', args: ['-e', '0'] },
    { name: '`speak-code --version`', args: [program, '--version'] },
    { name: '`speak-code --help`', args: [program, '--help'] },
    { name: '`speak-code ask`, warm', args: [program, 'ask', 'Hi'] },
  ].map((command) => ({ ...command, times: [] as number[] }))
  try {
    // The first round fills the compile cache and starts the relay.
    for (const { args } of commands) run(args, env)
    // Round by round, so that what else the machine does falls on all alike.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { args, times } of commands) times.push(run(args, env))
    }
  } finally {
    spawnSync(process.execPath, [program, 'relay', 'stop'], { env: { ...process.env, ...env } })
    await stop(upstream)
    rmSync(folder, { recursive: true, force: true })
  }
  const floor = median(commands[0]?.times ?? [])
  const rows = commands.map(({ name, times }) => {
    const ms = median(times)
    return [name, ms.toFixed(0), `${(ms / floor).toFixed(1)}×`]
  })
  return table(['command', `ms, median of ${ROUNDS}`, 'ratio'], rows)
}

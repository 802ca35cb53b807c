/**
 * `pnpm bench [relay|start] [--seconds N] [--rounds N] [--streams N,N,…]`: prints figures as tables in Markdown.
 *
 * What is measured is the packaged program, as `pnpm package` makes it.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pinning } from './processes.ts'
import { benchRelay, LEVELS } from './relay.ts'
import { benchStart } from './start.ts'

const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    streams: { type: 'string', default: LEVELS.join(',') },
  },
})
const [part = 'all'] = positionals
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const levels = values.streams.split(',').map(Number)
const areNumbers = [seconds, rounds, ...levels].every((value) => value > 0)
if (!['all', 'relay', 'start'].includes(part) || !areNumbers) {
  process.stderr.write(
    'usage: pnpm bench [relay|start] [--seconds N] [--rounds N] [--streams N,N,…]\n',
  )
  process.exit(2)
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n\n`)
}

// Inside the package, so that its one dependency is found.
const folder = mkdtempSync(join(cli, 'node_modules/.bench-'))
try {
  execFileSync(process.execPath, [join(cli, 'scripts/package.ts'), '--stage', folder])
  symlinkSync(join(cli, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const program = join(folder, 'bin/speak-code.js')
  const cores = cpus()
  say(
    `${cores.length} cores (${cores[0]?.model.trim()}), Node ${process.versions.node}; ${pinning}.`,
  )
  if (part !== 'start') say(await benchRelay(program, seconds, levels, rounds))
  if (part !== 'relay') say(await benchStart(program))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

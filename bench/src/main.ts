/**
 * `pnpm bench [relay|adapters|start|terminal|history] [--seconds N] [--rounds N] [--streams N,N,…] [--messages N] [--program FILE]`: prints figures as tables in Markdown.
 *
 * What is measured is the packaged program, as `pnpm package` makes it, or the one that `--program` names.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchAdapters } from './adapters.ts'
import { benchHistory } from './history.ts'
import { pinning } from './processes.ts'
import { benchRelay, LEVELS } from './relay.ts'
import { benchStart } from './start.ts'
import { benchTerminal } from './terminal.ts'

const cli = fileURLToPath(new URL('../../packages/cli', import.meta.url))

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    streams: { type: 'string', default: LEVELS.join(',') },
    messages: { type: 'string', default: '100000' },
    program: { type: 'string' },
  },
})
const [part = 'all'] = positionals
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const messages = Number(values.messages)
const levels = values.streams.split(',').map(Number)
const areNumbers = [seconds, rounds, messages, ...levels].every((value) => value > 0)

/** Each part's tables, of the program at this path. */
const PARTS: Readonly<Record<string, (program: string) => Promise<string>>> = {
  relay: (program) => benchRelay(program, seconds, levels, rounds),
  adapters: () => benchAdapters(rounds),
  start: benchStart,
  terminal: (program) => benchTerminal(program, rounds),
  history: (program) => Promise.resolve(benchHistory(program, messages)),
}

const chosen = part === 'all' ? Object.keys(PARTS) : [part]
if (!chosen.every((name) => Object.hasOwn(PARTS, name)) || !areNumbers) {
  process.stderr.write(
    `usage: pnpm bench [${Object.keys(PARTS).join('|')}] [--seconds N] [--rounds N] [--streams N,N,…] [--messages N] [--program FILE]\n`,
  )
  process.exit(2)
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n\n`)
}

// Inside the package, so that its one dependency is found.
const folder = mkdtempSync(join(cli, 'node_modules/.bench-'))

/** Packages the program. Returns its entry point. */
function packaged(): string {
  execFileSync(process.execPath, [join(cli, 'scripts/package.ts'), '--stage', folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  symlinkSync(join(cli, 'node_modules'), join(folder, 'node_modules'), 'dir')
  return join(folder, 'bin/speak-code.js')
}

try {
  const program = values.program ?? packaged()
  const cores = cpus()
  say(
    `${cores.length} cores (${cores[0]?.model.trim()}), Node ${process.versions.node}; ${pinning}.`,
  )
  for (const name of chosen) {
    // oxlint-disable-next-line no-await-in-loop -- one measurement after the other
    say((await PARTS[name]?.(program)) ?? '')
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

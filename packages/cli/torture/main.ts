/**
 * `pnpm torture [--seconds N] [--seed S]`: everything under random faults, with a running tally. Leaves with 1 where anything
 * was lost, doubled, unknown or damaged, and with 2 where the command line was not understood.
 */
import { parseArgs } from 'node:util'
import type { Tally } from './tally.ts'
import { torture } from './torture.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 2 ** 31)) },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed)
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write('usage: pnpm torture [--seconds N] [--seed S]\n')
  process.exit(2)
}

/** Without a terminal a line now and then is enough. */
const LOG_EVERY_SECS = 30
let lastLine = 0
let told = 0

/** Each as soon as it is known: the rest of the torture may take long. */
function tellComplaints({ complaints }: Tally, elapsed: string): void {
  for (const { kind, what } of complaints.slice(told)) {
    process.stderr.write(`${elapsed}${kind}: ${what}\n`)
  }
  told = complaints.length
}

function report(tally: Tally, elapsed: number): void {
  tellComplaints(tally, `${elapsed.toFixed(0)} s | `)
  const line = `${elapsed.toFixed(0)} s | ${tally.line}`
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[2K${line}`)
  else if (elapsed - lastLine >= LOG_EVERY_SECS) {
    lastLine = elapsed
    process.stdout.write(`${line}\n`)
  }
}

process.stdout.write(`seed ${seed}, ${seconds} s\n`)
const tally = await torture({ seconds, seed, report })
process.stdout.write(`${process.stdout.isTTY ? '\r\u001B[2K' : ''}${tally.line}\n`)
tellComplaints(tally, '')
if (tally.complaints.length > 0) {
  process.stderr.write(`failed; again with: pnpm torture --seconds ${seconds} --seed ${seed}\n`)
}
process.exit(tally.complaints.length > 0 ? 1 : 0)

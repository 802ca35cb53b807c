/**
 * What reading a vendor's stream costs: CPU for each delta of the relay's adapter and of the vendor's own SDK, beside a
 * raw copy of the same response. Upstream and reader are processes of their own.
 */
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ReaderNews, ReaderOptions, Way } from './adapter-reader.ts'
import { DIALECTS, type DialectName } from './dialects.ts'
import { addressOf, cpuMicroseconds, startNode, stop } from './processes.ts'
import { sampleText } from './sample-tokens.ts'
import { table } from './statistics.ts'

/** As many streams at one time, each of so many deltas and so many a second: most deltas come alone, as from a vendor. */
const STREAMS = 20
const COUNT = 2000
const RATE = 500

const HEADER = [
  'API',
  'raw copy, µs CPU per delta',
  'our adapter',
  'ratio',
  'the vendor’s SDK',
  'ratio',
]
const WAYS: readonly Way[] = ['floor', 'ours', 'sdk']

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Resolves with the CPU time of the measured streams in µs for each delta. Rejects where the answer is not whole. */
async function measure(way: Way, dialect: DialectName, baseUrl: string): Promise<number> {
  const options: ReaderOptions = {
    way,
    dialect,
    baseUrl,
    model: `vendor-${RATE}-${COUNT}`,
    streams: STREAMS,
  }
  const reader = startNode(
    'measured',
    [file('adapter-reader.ts'), JSON.stringify(options)],
    {},
    'ipc',
  )
  try {
    const { microseconds, length } = await observe(reader)
    const whole = length === STREAMS * sampleText(COUNT).length
    if (way !== 'floor' && !whole) throw new Error(`${way} of ${dialect} lost some of the text`)
    return microseconds / (STREAMS * COUNT)
  } finally {
    await stop(reader)
  }
}

function observe(
  reader: ChildProcess,
): Promise<{ readonly microseconds: number; readonly length: number }> {
  return new Promise((resolve, reject) => {
    let cpu = 0
    reader.on('message', (message: ReaderNews) => {
      const now = cpuMicroseconds(reader.pid)
      if (message.news === 'begin') cpu = now
      else resolve({ microseconds: now - cpu, length: message.length })
    })
    reader.once('exit', () => {
      reject(new Error('the reader left early'))
    })
  })
}

/**
 * Measures each API in each way in turn, `rounds` times, and keeps the cheapest: what else the machine is doing only ever
 * adds. Returns a table in Markdown.
 */
export async function benchAdapters(rounds: number): Promise<string> {
  const upstream = startNode('helper', [file('upstream.ts')])
  try {
    const baseUrl = await addressOf(upstream)
    const rows: string[][] = []
    for (const dialect of DIALECTS) {
      const best: Record<Way, number> = { floor: Infinity, ours: Infinity, sdk: Infinity }
      for (let round = 0; round < rounds; round += 1) {
        for (const way of WAYS) {
          best[way] = Math.min(best[way], await measure(way, dialect, baseUrl))
        }
      }
      const { floor, ours, sdk } = best
      rows.push([
        dialect,
        floor.toFixed(1),
        ours.toFixed(1),
        `${(ours / floor).toFixed(2)}×`,
        sdk.toFixed(1),
        `${(sdk / floor).toFixed(2)}×`,
      ])
    }
    return table(HEADER, rows)
  } finally {
    await stop(upstream)
  }
}

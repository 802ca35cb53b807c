/**
 * What the relay costs: CPU for each delta, and the time that a delta spends between upstream and client, beside the
 * smallest possible relay in the same run. Upstream, relay, floor and clients are processes of their own.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientNews, ClientOptions, Result, Window } from './client.ts'
import { addressOf, cpuMicroseconds, startNode, stop } from './processes.ts'
import { median, table } from './statistics.ts'

const RATE = 50
/** Streams at one time. 400 of 50 deltas are 20,000 a second. */
export const LEVELS: readonly number[] = [1, 100, 400, 500, 1000]
const WARM_UP_MS = 3000
/** How long streams may take to begin, at most; they last that much longer than what is measured. */
const rampMs = (streams: number): number => 3000 + streams * 10

const HEADER = [
  'streams',
  'deltas/s',
  'floor, µs CPU per delta',
  'relay, µs CPU per delta',
  'ratio',
  'floor, ms p50 / p99',
  'relay, ms p50 / p99',
  'lost by floor / relay',
]

interface Second extends Window {
  readonly microsecondsPerDelta: number
}

interface Measurement extends Result {
  readonly seconds: readonly Second[]
}

/** Deltas of one stream, from its beginning to its end. */
const deltasOf = (streams: number, seconds: number): number =>
  Math.ceil(((rampMs(streams) + WARM_UP_MS) / 1000 + seconds) * RATE)

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Starts a relay on the upstream; the folder is its own and is deleted afterwards. */
type Start = (upstream: string, folder: string) => ReturnType<typeof startNode>

const startFloor: Start = (upstream) => startNode('measured', [file('floor.ts'), upstream])

const startRelay =
  (program: string): Start =>
  (upstream, folder) =>
    startNode('measured', [program, 'serve', '--port', '0', '--data', join(folder, 'data')], {
      SPEAK_CODE_HOME: folder,
      OPENAI_BASE_URL: upstream,
      OPENAI_API_KEY: 'bench',
    })

async function measure(start: Start, streams: number, seconds: number): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-bench-'))
  const children: ChildProcess[] = []
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child)
    return child
  }
  try {
    const upstream = keep(startNode('helper', [file('upstream.ts')]))
    const relay = keep(start(await addressOf(upstream), folder))
    const count = deltasOf(streams, seconds)
    const options: ClientOptions = {
      url: await addressOf(relay),
      model: `openai/paced-${RATE}-${count}`,
      streams,
      count,
      warmUpMs: WARM_UP_MS,
      windows: seconds,
    }
    const args = [file('client.ts'), JSON.stringify(options)]
    return await observe(keep(startNode('helper', args, {}, 'ipc')), relay)
  } finally {
    await Promise.all(children.map(stop))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits for what the clients tell, and reads the relay's CPU time at both ends of each window. */
function observe(client: ChildProcess, relay: ChildProcess): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    let begun = 0
    const seconds: Second[] = []
    client.on('message', (message: ClientNews) => {
      if (message.news === 'begin') begun = cpuMicroseconds(relay.pid)
      else if (message.news === 'end') {
        const microseconds = cpuMicroseconds(relay.pid) - begun
        seconds.push({ ...message, microsecondsPerDelta: microseconds / message.deltas })
      } else if (seconds.length > 0) resolve({ ...message, seconds })
      else reject(new Error('the streams ended before a window did'))
    })
    client.once('exit', () => {
      reject(new Error('the clients left early'))
    })
    relay.once('exit', () => {
      reject(new Error('the relay left early'))
    })
  })
}

/** Deltas that were lost, and streams that did not end as they should. */
function lossesOf({ lost, ended }: Figures, streams: number): string {
  return ended === streams ? String(lost) : `${lost}, ${streams - ended} without an end`
}

interface Figures extends Result, Second {}

/** Measures both in turn, `rounds` times. */
async function contest(
  program: string,
  streams: number,
  seconds: number,
  rounds: number,
): Promise<{ floor: Figures; relay: Figures }> {
  const floors: Measurement[] = []
  const relays: Measurement[] = []
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await measure(startFloor, streams, seconds))
    relays.push(await measure(startRelay(program), streams, seconds))
  }
  return { floor: figuresOf(floors), relay: figuresOf(relays) }
}

/**
 * Of all rounds: medians of the seconds, and all that was lost. CPU is that of the calmer half of the seconds, by their
 * slowest deltas: where the machine stops for a while, what has waited is read in one gulp and costs a relay less.
 */
function figuresOf(rounds: readonly Measurement[]): Figures {
  const seconds = rounds.flatMap((round) => round.seconds)
  const calm = seconds.toSorted((a, b) => a.p99 - b.p99).slice(0, Math.ceil(seconds.length / 2))
  return {
    deltas: median(seconds.map(({ deltas }) => deltas)),
    p50: median(seconds.map(({ p50 }) => p50)),
    p99: median(seconds.map(({ p99 }) => p99)),
    microsecondsPerDelta: median(calm.map(({ microsecondsPerDelta }) => microsecondsPerDelta)),
    endedEarly: Math.max(...rounds.map(({ endedEarly }) => endedEarly)),
    lost: rounds.reduce((total, { lost }) => total + lost, 0),
    ended: Math.min(...rounds.map(({ ended }) => ended)),
  }
}

/** Measures each level, `rounds` times for `seconds`, with the program at `program` as the relay. Returns a table in Markdown. */
export async function benchRelay(
  program: string,
  seconds: number,
  levels: readonly number[],
  rounds: number,
): Promise<string> {
  const rows: string[][] = []
  for (const streams of levels) {
    const { floor, relay } = await contest(program, streams, seconds, rounds)
    const ratio = relay.microsecondsPerDelta / floor.microsecondsPerDelta
    rows.push([
      String(streams),
      Math.round(relay.deltas).toLocaleString('en') +
        (floor.endedEarly + relay.endedEarly > 0 ? ' (overloaded)' : ''),
      floor.microsecondsPerDelta.toFixed(1),
      relay.microsecondsPerDelta.toFixed(1),
      `${ratio.toFixed(2)}×`,
      `${floor.p50.toFixed(2)} / ${floor.p99.toFixed(2)}`,
      `${relay.p50.toFixed(2)} / ${relay.p99.toFixed(2)}`,
      `${lossesOf(floor, streams)} / ${lossesOf(relay, streams)}`,
    ])
  }
  return table(HEADER, rows)
}

/** Who makes trouble: on the lines, and for the relay itself. */
import type { KillPoint } from '@speak-code/server/testing'
import type { Fault } from '@speak-code/testkit'
import type { Arena, Reader } from './arena.ts'
import { Dice, pause } from './dice.ts'
import { type Phase, PHASES, type Tally } from './tally.ts'

const FAIR = { delayMs: 0, bytesPerSecond: 0, longestPiece: 0 }

/** How long the store may take to come to a planned point. */
const POINT_MS = 3000

/** Cuts, resets, black holes and bad weather on lines at random. Afterwards the weather is fair. */
export async function troubleLines(
  { readers, relay, tally, isOver }: Arena,
  seed: number,
): Promise<void> {
  const dice = new Dice(seed)
  while (!isOver()) {
    await pause(dice.between(10, 120))
    if (readers.size === 0) continue
    const { line } = dice.pick([...readers])
    if (dice.chance(0.1)) {
      const weather = {
        delayMs: dice.pick([0, 0, 10, 40]),
        bytesPerSecond: dice.pick([0, 0, 50_000]),
        longestPiece: dice.pick([0, 5, 100]),
      }
      line.weather(weather)
      relay.upstreamLine.weather({ longestPiece: weather.longestPiece, delayMs: dice.pick([0, 5]) })
    } else if (dice.chance(0.03)) {
      tally.upstreamFaults += relay.upstreamLine.strike(dice.pick(['cut', 'reset']))
    } else {
      const fault = dice.chance(0.08) ? 'blackHole' : dice.pick(['cut', 'reset'] as const)
      if (dice.chance(0.4)) line.strikeAfter(fault, dice.between(0, 3000))
      else line.strike(fault)
    }
    count(tally, readers)
  }
  for (const { line } of readers) line.weather(FAIR)
  relay.upstreamLine.weather(FAIR)
}

function count(tally: Tally, readers: ReadonlySet<Reader>): void {
  const struck = (fault: Fault): number =>
    [...readers].reduce((sum, { line }) => sum + line.struck[fault], 0)
  tally.drops = struck('cut')
  tally.resets = struck('reset')
  tally.blackHoles = struck('blackHole')
}

const POINTS: Partial<Record<Phase, readonly Pick<KillPoint, 'statement' | 'when'>[]>> = {
  beforeAccepted: [{ statement: 'INSERT INTO runs', when: 'before' }],
  inCommit: [
    { statement: 'INSERT INTO runs', when: 'after' },
    { statement: 'append', when: 'after' },
    { statement: 'append', when: 'before' },
    { statement: 'INSERT INTO segments', when: 'after' },
    { statement: 'UPDATE runs SET status', when: 'after' },
    { statement: 'INSERT INTO usage', when: 'after' },
  ],
  lastChunkToEnd: [{ statement: 'UPDATE runs SET status', when: 'before' }],
}

/** Kills the relay in every phase in turn, and drains it between. */
export async function troubleRelay(arena: Arena, seed: number): Promise<void> {
  const { tally, relay, isOver } = arena
  const dice = new Dice(seed)
  const planned = PHASES.filter((phase) => phase !== 'elsewhere')
  let waiting: (Phase | 'drain')[] = []
  while (!isOver()) {
    if (waiting.length === 0) waiting = shuffled([...planned, 'drain'], dice)
    await pause(dice.between(500, 2500))
    const next = waiting.shift()
    if (next === undefined || isOver()) continue
    if (next === 'drain') {
      await relay.drain()
      tally.drains += 1
    } else {
      tally.kills[await killIn(next, arena, dice)] += 1
    }
  }
}

/** Returns the phase in which it was killed indeed. */
async function killIn(phase: Phase, arena: Arena, dice: Dice): Promise<Phase> {
  const { relay } = arena
  const points = POINTS[phase]
  if (points !== undefined) {
    const point = { ...dice.pick(points), skip: dice.between(0, 3) }
    return (await relay.killAt(point, POINT_MS)) ? phase : 'elsewhere'
  }
  const came = await (phase === 'streaming' ? someoneStreams(arena) : someEnd(arena))
  await relay.kill()
  return came ? phase : 'elsewhere'
}

const streams = ({ readers }: Arena): boolean => [...readers].some(({ witness }) => witness.streams)

async function someoneStreams(arena: Arena): Promise<boolean> {
  const deadline = performance.now() + POINT_MS
  while (!streams(arena) && performance.now() < deadline) await pause(1)
  return streams(arena)
}

/** A terminal has just been told an end. */
async function someEnd({ readers }: Arena): Promise<boolean> {
  const ends = (): number => [...readers].reduce((sum, { witness }) => sum + witness.ends, 0)
  const before = ends()
  const deadline = performance.now() + POINT_MS
  while (ends() === before && performance.now() < deadline) await pause(1)
  return ends() > before
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  return items
    .map((item) => ({ item, place: dice.random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

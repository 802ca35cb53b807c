/** The whole system under random faults: real clients, a real relay, a mock upstream, bad lines between all of them. */
import { startMockUpstream, temporaryFolder } from '@speak-code/testkit'
import type { Arena } from './arena.ts'
import { Dice, pause } from './dice.ts'
import { runProcessLane, runTerminalLanes } from './lanes.ts'
import { RelayUnderTest } from './relay-under-test.ts'
import { Tally } from './tally.ts'
import { troubleLines, troubleRelay } from './trouble.ts'

export interface TortureOptions {
  readonly seconds: number
  readonly seed: number
  /** Called once a second. */
  readonly report: (tally: Tally, seconds: number) => void
}

/** How long everything may take to come to rest afterwards. */
const REST_MS = 30_000

/** Resolves with the tally when the time is over and everything has come to its end. */
export async function torture({ seconds, seed, report }: TortureOptions): Promise<Tally> {
  const tally = new Tally()
  const dice = new Dice(seed)
  const folder = temporaryFolder()
  const upstream = await startMockUpstream()
  const relay = await RelayUnderTest.start({
    folder: folder.path,
    upstream: upstream.url,
    seed: dice.seed(),
  })
  const began = performance.now()
  const elapsed = (): number => (performance.now() - began) / 1000
  const isOver = (): boolean => elapsed() >= seconds
  const arena: Arena = {
    relay,
    upstream,
    folder: folder.path,
    tally,
    readers: new Set(),
    isOver,
  }
  const ticker = setInterval(() => {
    report(tally, elapsed())
  }, 1000)
  try {
    await Promise.all([
      runTerminalLanes(arena, dice.seed()),
      runProcessLane(arena, dice.seed()),
      troubleLines(arena, dice.seed()),
      troubleRelay(arena, dice.seed()),
    ])
    await rest(arena)
  } finally {
    clearInterval(ticker)
    await relay.stop()
    await upstream.stop()
    folder.remove()
  }
  return tally
}

/** Every slot is free again, at the relay and at the upstream, and the files are whole. */
async function rest({ relay, upstream, tally }: Arena): Promise<void> {
  const files = relay.files()
  const deadline = performance.now() + REST_MS
  while (files.started > 0 && performance.now() < deadline) await pause(50)
  const { started } = files
  files.close()
  if (started > 0) {
    tally.complaints.push({ kind: 'stuck', what: `${started} runs are left as started` })
  }
  while ((await upstream.record()).open > 0 && performance.now() < deadline) await pause(50)
  const { open } = await upstream.record()
  if (open > 0)
    tally.complaints.push({ kind: 'stuck', what: `${open} upstream calls are left open` })
  await relay.drain()
  tally.drains += 1
  for (const damage of relay.damages) tally.complaints.push({ kind: 'loss', what: damage })
}

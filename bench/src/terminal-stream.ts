/** What an answer costs while it streams: bytes to the terminal, CPU, memory, and what of it flickers. */
import { judgeFlicker, type Recording, type Terminal } from '@speak-code/testkit/terminal'
import {
  ask,
  FIRST_WORDS,
  openChat,
  openPlain,
  PATIENCE_MS,
  submit,
  TYPING,
  type Ground,
} from './chat-terminal.ts'
import { cpuMicroseconds, peakMegabytes } from './processes.ts'

export interface Pace {
  /** Tokens a second. */
  readonly rate: number
  /** Tokens in all. */
  readonly count: number
}

export interface Cost {
  readonly bytesPerToken: number
  /** CPU seconds per 1,000 tokens. */
  readonly secondsPerThousand: number
}

export interface StreamFigures extends Cost {
  readonly peakMegabytes: number
  readonly framesPerSecond: number
  readonly blankedLines: number
  readonly clears: number
  readonly examples: readonly string[]
}

const UPDATE = '\u001b[?2026h'

/** What a program had written and used at one moment. */
interface Reading {
  readonly bytes: number
  readonly microseconds: number
  readonly frames: number
  readonly at: number
}

function reading({ recording, pid }: Terminal): Reading {
  const pieces = outputOf(recording)
  const text = pieces.join('')
  const updates = text.split(UPDATE).length - 1
  return {
    bytes: Buffer.byteLength(text),
    microseconds: cpuMicroseconds(pid),
    frames: updates === 0 ? pieces.length : updates,
    at: performance.now(),
  }
}

function outputOf(recording: Recording): string[] {
  return recording.flatMap((piece) => (piece.type === 'output' ? [piece.data] : []))
}

const costOf = (from: Reading, to: Reading, tokens: number): Cost => ({
  bytesPerToken: (to.bytes - from.bytes) / tokens,
  secondsPerThousand: (to.microseconds - from.microseconds) / 1000 / tokens,
})

const modelOf = ({ rate, count }: Pace): string => `openai/text-${rate}-${count}`

const ended = (terminal: Terminal): Promise<void> =>
  terminal.until((screen) => !screen.text.includes(TYPING), PATIENCE_MS)

/** One answer in `chat`, from its first token to its last. */
export async function measureStream(ground: Ground, pace: Pace): Promise<StreamFigures> {
  const terminal = openChat(ground, modelOf(pace))
  try {
    await terminal.until('Connected')
    await ask(terminal)
    const from = reading(terminal)
    await ended(terminal)
    const to = reading(terminal)
    const peak = peakMegabytes(terminal.pid)
    const { blankedLines, clears, examples } = await judgeFlicker(terminal.recording)
    return {
      ...costOf(from, to, pace.count),
      peakMegabytes: peak,
      framesPerSecond: ((to.frames - from.frames) * 1000) / (to.at - from.at),
      blankedLines,
      clears,
      examples,
    }
  } finally {
    terminal.close()
  }
}

/** Two runs as one: the CPU of the cheaper, for what else the machine does only adds to it; of the rest the worse. */
export function cheapestOf(one: StreamFigures, other: StreamFigures): StreamFigures {
  return {
    bytesPerToken: Math.max(one.bytesPerToken, other.bytesPerToken),
    secondsPerThousand: Math.min(one.secondsPerThousand, other.secondsPerThousand),
    peakMegabytes: Math.max(one.peakMegabytes, other.peakMegabytes),
    framesPerSecond: Math.max(one.framesPerSecond, other.framesPerSecond),
    blankedLines: one.blankedLines + other.blankedLines,
    clears: one.clears + other.clears,
    examples: [...one.examples, ...other.examples],
  }
}

/** The same answer as plain text. */
export async function measurePlain(ground: Ground, pace: Pace): Promise<Cost> {
  const terminal = openPlain(ground, modelOf(pace))
  try {
    await terminal.until(FIRST_WORDS, PATIENCE_MS)
    const from = reading(terminal)
    // Its CPU time is gone with the process: the last reading before that counts.
    let to = from
    const poll = setInterval(() => {
      const now = reading(terminal)
      if (Number.isFinite(now.microseconds) && now.microseconds > 0) to = now
    }, 100)
    await terminal.exit
    clearInterval(poll)
    const { bytes } = reading(terminal)
    const seen = to.bytes - from.bytes
    const tokens = (pace.count * seen) / (bytes - from.bytes)
    return costOf(from, to, tokens)
  } finally {
    terminal.close()
  }
}

/** Tokens of the sample answer: windows that are a multiple of it hold the same text. */
const SAMPLE_TOKENS = 760
/** Faster than any model, so that 50,000 tokens take 22 s: the two windows are of the same pace. */
const GROWTH = { rate: 3 * SAMPLE_TOKENS, count: 66 * SAMPLE_TOKENS } as const
const WINDOW_MS = 4000

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/**
 * The cost per token of one long answer, near its beginning and at its end. The same answer before it warms the
 * program up: else the beginning would pay for the compiler.
 */
export async function measureGrowth(
  ground: Ground,
): Promise<{ readonly early: Cost; readonly late: Cost } & Pace> {
  const terminal = openChat(ground, modelOf(GROWTH))
  try {
    await terminal.until('Connected')
    await ask(terminal)
    await ended(terminal)
    await submit(terminal, 'Go')
    await terminal.until(TYPING)
    const began = performance.now()
    const at = (ms: number): Promise<void> => after(began + ms - performance.now())
    const totalMs = (GROWTH.count * 1000) / GROWTH.rate
    const tokens = (WINDOW_MS * GROWTH.rate) / 1000
    const read: Reading[] = []
    for (const ms of [220, 220 + WINDOW_MS, totalMs - WINDOW_MS - 200, totalMs - 200]) {
      // oxlint-disable-next-line no-await-in-loop -- one moment after the other
      await at(ms)
      read.push(reading(terminal))
    }
    const [a, b, c, d] = read
    if (a === undefined || b === undefined || c === undefined || d === undefined)
      throw new Error('a reading is missing')
    await ended(terminal)
    return { early: costOf(a, b, tokens), late: costOf(c, d, tokens), ...GROWTH }
  } finally {
    terminal.close()
  }
}

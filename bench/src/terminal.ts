/**
 * What the chat costs in a pseudo-terminal, and what is seen of it: bytes, CPU, memory, flicker, the time until one can
 * type, and until a key is seen. Upstream, relay and chat are processes of their own.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ground } from './chat-terminal.ts'
import { addressOf, startNode, stop } from './processes.ts'
import { median, quantile, table } from './statistics.ts'
import { echoTimes, readyTimes } from './terminal-input.ts'
import {
  cheapestOf,
  measureGrowth,
  measurePlain,
  measureStream,
  type Cost,
  type Pace,
  type StreamFigures,
} from './terminal-stream.ts'

/** `count` tokens, `rate` a second. */
const PACES = [
  { rate: 500, count: 10_000 },
  { rate: 100, count: 2000 },
] as const

const HEADER = [
  'answer',
  'bytes per token',
  'plain text',
  'CPU s per 1,000 tokens',
  'plain text',
  'peak MB',
  'frames/s',
  'blanked lines',
  'full clears',
]

/** Measures the program at `program`. Returns tables in Markdown. */
export async function benchTerminal(program: string, rounds: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-bench-'))
  const children: ChildProcess[] = []
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child)
    return child
  }
  try {
    const file = fileURLToPath(new URL('upstream.ts', import.meta.url))
    const upstream = await addressOf(keep(startNode('helper', [file])))
    const serve = [program, 'serve', '--port', '0', '--data', join(folder, 'data')]
    const relay = await addressOf(
      keep(
        startNode('helper', serve, {
          SPEAK_CODE_HOME: join(folder, 'relay'),
          OPENAI_BASE_URL: upstream,
          OPENAI_API_KEY: 'bench',
        }),
      ),
    )
    const ground = { program, relay, folder }
    return [await streams(ground, rounds), await growth(ground), await input(ground)].join('\n\n')
  } finally {
    await Promise.all(children.map(stop))
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Rounds as one, by `cheapestOf`. */
async function cheapest(
  ground: Ground,
  pace: Pace,
  rounds: number,
): Promise<{ readonly chat: StreamFigures; readonly plain: Cost }> {
  const plain = await measurePlain(ground, pace)
  const chat = await measureStream(ground, pace)
  if (rounds <= 1) return { chat, plain }
  const others = await cheapest(ground, pace, rounds - 1)
  return {
    plain: plain.secondsPerThousand < others.plain.secondsPerThousand ? plain : others.plain,
    chat: cheapestOf(chat, others.chat),
  }
}

async function streams(ground: Ground, rounds: number): Promise<string> {
  const rows: string[][] = []
  for (const pace of PACES) {
    // oxlint-disable-next-line no-await-in-loop -- one measurement after the other
    const { chat, plain } = await cheapest(ground, pace, rounds)
    rows.push([
      `${pace.count.toLocaleString('en')} tokens at ${pace.rate}/s`,
      chat.bytesPerToken.toFixed(1),
      plain.bytesPerToken.toFixed(1),
      chat.secondsPerThousand.toFixed(3),
      plain.secondsPerThousand.toFixed(3),
      chat.peakMegabytes.toFixed(0),
      chat.framesPerSecond.toFixed(1),
      String(chat.blankedLines),
      String(chat.clears),
    ])
    for (const example of chat.examples) process.stderr.write(`${example}\n`)
  }
  return table(HEADER, rows)
}

async function growth(ground: Ground): Promise<string> {
  const { early, late, count, rate } = await measureGrowth(ground)
  const row = (name: string, figure: (cost: Cost) => number, digits: number): string[] => [
    name,
    figure(early).toFixed(digits),
    figure(late).toFixed(digits),
    `${(figure(late) / figure(early)).toFixed(2)}×`,
  ]
  return table(
    [
      `one answer at ${rate.toLocaleString('en')} tokens/s`,
      'from token 500',
      `up to token ${count.toLocaleString('en')}`,
      'ratio',
    ],
    [
      row('bytes per token', (cost) => cost.bytesPerToken, 1),
      row('CPU s per 1,000 tokens', (cost) => cost.secondsPerThousand, 3),
    ],
  )
}

async function input(ground: Ground): Promise<string> {
  const { floor, chat } = await readyTimes(ground)
  const echoes = (await echoTimes(ground)).toSorted((a, b) => a - b)
  return table(
    ['input', 'ms', 'ratio'],
    [
      ['`node -e 0` in a terminal, median', median(floor).toFixed(0), '1.0×'],
      [
        'a typed key is on the screen, from the start of `chat`, median',
        median(chat).toFixed(0),
        `${(median(chat) / median(floor)).toFixed(1)}×`,
      ],
      ['a key’s echo while 500 tokens/s stream, p50', quantile(echoes, 0.5).toFixed(1), ''],
      ['the same, p99', quantile(echoes, 0.99).toFixed(1), ''],
    ],
  )
}

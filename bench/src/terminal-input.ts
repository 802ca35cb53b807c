/** How soon one can type, and how soon a key is seen. */
import { ask, openChat, openTerminal, type Ground } from './chat-terminal.ts'

const STARTS = 15
const KEYS = 200
/** After so many letters the line is emptied, so that it stays one line. */
const LINE = 40
const CLEAR_LINE = '\u0015'
/** Milliseconds between keys: a fast typist's, and never in step with the frames. */
const PAUSES = [23, 37, 41, 29, 53]
const STREAM = 'openai/text-500-20000'

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

/** Milliseconds from the start of `node -e 0` to its end, and of `chat` to a typed key on the screen; in turns. */
export async function readyTimes(ground: Ground): Promise<{ floor: number[]; chat: number[] }> {
  const floor: number[] = []
  const chat: number[] = []
  // The first round fills the compile cache.
  for (let round = 0; round <= STARTS; round += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one start after the other
    const times = [await emptyStart(), await chatStart(ground)] as const
    if (round === 0) continue
    floor.push(times[0])
    chat.push(times[1])
  }
  return { floor, chat }
}

async function emptyStart(): Promise<number> {
  const began = performance.now()
  const terminal = openTerminal(['-e', '0'])
  await terminal.exit
  const took = performance.now() - began
  terminal.close()
  return took
}

async function chatStart(ground: Ground): Promise<number> {
  const began = performance.now()
  const terminal = openChat(ground, STREAM)
  try {
    await terminal.until('›')
    terminal.write('x')
    await terminal.until('› x')
    return performance.now() - began
  } finally {
    terminal.close()
  }
}

/** Milliseconds from writing a key to the terminal until it stands before the cursor, while 500 tokens a second stream. */
export async function echoTimes(ground: Ground): Promise<number[]> {
  const terminal = openChat(ground, STREAM)
  const times: number[] = []
  try {
    await terminal.until('Connected')
    await ask(terminal)
    let line = ''
    for (let key = 0; key < KEYS; key += 1) {
      if (line.length === LINE) {
        terminal.write(CLEAR_LINE)
        line = ''
        // oxlint-disable-next-line no-await-in-loop -- one key after the other
        await terminal.until((screen) => !screen.beforeCursor.includes('abcd'))
      }
      line += String.fromCodePoint(97 + (line.length % 26))
      const expected = line
      const began = performance.now()
      terminal.write(expected.slice(-1))
      // oxlint-disable-next-line no-await-in-loop -- one key after the other
      await terminal.until((screen) => screen.beforeCursor.endsWith(expected))
      times.push(performance.now() - began)
      // oxlint-disable-next-line no-await-in-loop -- one key after the other
      await after(PAUSES[key % PAUSES.length] ?? 0)
    }
    return times
  } finally {
    terminal.close()
  }
}

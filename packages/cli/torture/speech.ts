/** Answers at random: any Unicode, cut at any code unit, slow or all at once. */
import type { Reply } from '@speak-code/testkit'
import { type Deltas, wholeText } from './answer.ts'
import type { Dice } from './dice.ts'

export interface Speech {
  readonly reply: Reply
  readonly whole: string
}

const WORDS = [
  'the ',
  'answer ',
  'is\n',
  'naïve ',
  '日本語',
  '🧵',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  'e\u0301',
  '\u202Eright to left\u202C',
  '\u0000',
  '\u2028',
  '```ts\nconst x = 1\n```\n',
  '\uD83D',
  '\uDE00',
  'x'.repeat(3000),
] as const

function deltasOf(dice: Dice, count: number): Deltas {
  const text = Array.from({ length: count }, () => dice.pick(WORDS)).join('')
  const deltas: string[] = []
  for (let at = 0; at < text.length;) {
    // The long word would come in ever so many pieces.
    const length = dice.chance(0.1) ? dice.between(1, 2000) : dice.between(1, 8)
    deltas.push(text.slice(at, at + length))
    at += length
  }
  return deltas
}

export function randomSpeech(dice: Dice): Speech {
  // Now and then longer than what the relay's journal keeps at hand.
  const deltas = deltasOf(dice, dice.chance(0.1) ? dice.between(150, 300) : dice.between(3, 40))
  const seconds = dice.between(1, 12) / 10
  const burst = dice.chance(0.3)
  return {
    whole: wholeText(deltas),
    reply: {
      deltas: { texts: deltas, ...(burst ? {} : { perSecond: deltas.length / seconds }) },
      cut: dice.pick(['whole', { seed: dice.seed(), longest: 40 }] as const),
    },
  }
}

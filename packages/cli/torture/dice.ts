/** Chance, from a seed. */
import { randomFrom } from '@speak-code/testkit'

export class Dice {
  /** In [0, 1). */
  readonly random: () => number

  constructor(seed: number) {
    this.random = randomFrom(seed)
  }

  /** True in so many of 1 cases. */
  chance(probability: number): boolean {
    return this.random() < probability
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1))
  }

  /** Throws where there is nothing to pick from. */
  pick<T>(items: readonly T[]): T {
    const picked = items[this.between(0, items.length - 1)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  /** A seed for somebody else. */
  seed(): number {
    return this.between(1, 2 ** 31)
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

import { describe, expect, test } from 'vitest'
import { cutBytes } from './cut.ts'

const bytes = Buffer.from('data: hello\n\n')
const lengths = (cut: Parameters<typeof cutBytes>[1]): number[] =>
  cutBytes(bytes, cut).map(({ length }) => length)

describe('cuts', () => {
  test('whole, byte by byte, at offsets', () => {
    expect(lengths('whole')).toEqual([13])
    expect(lengths('bytes')).toEqual(Array.from({ length: 13 }, () => 1))
    expect(lengths({ at: [0, 5, 5, 12, 99] })).toEqual([5, 7, 1])
    expect(cutBytes(Buffer.alloc(0), 'bytes')).toEqual([])
  })

  test('at random, the same for the same seed', () => {
    expect(lengths({ seed: 1, longest: 4 })).toEqual(lengths({ seed: 1, longest: 4 }))
    expect(lengths({ seed: 1, longest: 4 })).not.toEqual(lengths({ seed: 2, longest: 4 }))
    expect(Math.max(...lengths({ seed: 1, longest: 4 }))).toBeLessThanOrEqual(4)
  })

  test.each(['whole', 'bytes', { at: [3] }, { seed: 5 }] as const)('%o loses nothing', (cut) => {
    expect(Buffer.concat(cutBytes(bytes, cut))).toEqual(bytes)
  })
})

import { describe, expect, test } from 'vitest'
import { packPlace, type Place, unpackPlace } from './place.ts'

describe('a place', () => {
  const checkpoint = { response: 'resp_1', sequence: 0, account: 'digest' }

  test.each<Place>([
    { checkpoint, held: {} },
    {
      checkpoint: { ...checkpoint, reasoning: 'kind' },
      held: { text: '\ud83d', refusal: '\ud83c' },
    },
  ])('is the same again, and has a form in UTF-8: %j', (place) => {
    const packed = packPlace(place)
    expect(Buffer.from(packed).toString()).toBe(packed)
    expect(unpackPlace(packed)).toEqual(place)
  })

  test.each(['', '{}', '{"checkpoint":{"response":"r"},"held":{}}'])(
    'a damaged one is none: %s',
    (data) => {
      expect(unpackPlace(data)).toBeUndefined()
    },
  )
})

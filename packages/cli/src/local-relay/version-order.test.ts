import { expect, it } from 'vitest'
import { isOlder } from './version-order.ts'

// The order of Semantic Versioning 2.0.0, §11, as its own example has it.
const ORDER = [
  '0.9.0',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.2.0',
  '1.10.0',
  '2.0.0',
]

it('each version is older than those after it, and than no other', () => {
  const older = ORDER.map((version) => ORDER.filter((other) => isOlder(version, other)))
  expect(older).toEqual(ORDER.map((_version, index) => ORDER.slice(index + 1)))
})

it('build metadata has no part in it', () => {
  expect(isOlder('1.0.0+one', '1.0.0+two')).toBe(false)
  expect(isOlder('1.0.0+two', '1.0.0+one')).toBe(false)
})

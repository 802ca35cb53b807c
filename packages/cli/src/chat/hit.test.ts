import { expect, test } from 'vitest'
import { hitLines } from './hit.ts'
import { typedMessage } from './tree-messages.ts'

const NOW = 1_790_000_000_000
const DAY = 86_400_000

test('the hit is named, with the lines around it', () => {
  const content = Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n')
  const message = typedMessage({ id: 'id', role: 'user', content }, null, NOW - 3 * DAY)
  expect(hitLines(message, 'LINE 12', NOW).map(({ text }) => text)).toEqual([
    'Hit in your question, 3 days ago:',
    '  line 11',
    '  line 12',
    '  line 13',
    '  line 14',
    '  line 15',
    '  …',
  ])
  expect(hitLines(message, '17 18', NOW).map(({ text }) => text)).toEqual([
    'Hit in your question, 3 days ago:',
    '  line 16',
    '  line 17',
    '  line 18',
    '  line 19',
  ])
})

import { expect, test } from 'vitest'
import { mentionsIn } from './mentions.ts'

test.each([
  ['@a.ts', [['a.ts']]],
  [
    'see @src/a.ts, and @b?',
    [
      ['src/a.ts,', 'src/a.ts'],
      ['b?', 'b'],
    ],
  ],
  ['see @"my notes.md".', [['my notes.md']]],
  ['mail me@example.org', []],
  ['@', []],
  ['one\n@two', [['two']]],
  ['@a @a', [['a'], ['a']]],
])('%j mentions %j', (text, mentions) => {
  expect(mentionsIn(text)).toEqual(mentions)
})

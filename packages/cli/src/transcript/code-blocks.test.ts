import { expect, test } from 'vitest'
import { codeBlocks } from './code-blocks.ts'

test('all fenced blocks, in their order, nested ones as part of the outer', () => {
  const markdown = [
    'Some `inline` code.',
    '```js',
    'let a',
    '```',
    '- item',
    '',
    '  ~~~',
    '  one',
    '  ~~~',
    '````md',
    '```',
    'inner',
    '```',
    '````',
    '```sh',
    'open to the end',
  ].join('\n')
  expect(codeBlocks(markdown)).toEqual([
    'let a\n',
    'one\n',
    '```\ninner\n```\n',
    'open to the end\n',
  ])
})

test('a text without fences has none', () => {
  expect(codeBlocks('plain\n    indented')).toEqual([])
})

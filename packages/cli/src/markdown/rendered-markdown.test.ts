import { describe, expect, test } from 'vitest'
import { plainText, type Span } from '../terminal/styled-row.ts'
import { renderMarkdown } from './rendered-markdown.ts'

const rows = (source: string, columns = 40): string[] =>
  renderMarkdown(source, columns).map(plainText)

const spans = (source: string): readonly Span[] =>
  renderMarkdown(source, 80, { clickableLinks: true }).flat()

test.each([
  ['# One\ntext', ['One', '', 'text']],
  ['Setext\n===', ['Setext']],
  ['one\ntwo  \nthree', ['one', 'two', 'three']],
  ['Steps:\n1. one\n2. two', ['Steps:', '1. one', '2. two']],
  ['3. three\n3. four', ['3. three', '4. four']],
  ['- a\n  - b\n    - c', ['• a', '  ◦ b', '    ▪ c']],
  ['- a\n\n- b', ['• a', '', '• b']],
  ['- [x] done\n- [ ] open', ['• [x] done', '• [ ] open']],
  ['- a\n\n  second', ['• a', '', '  second']],
  ['1. a\n   ```\n   x\n   ```', ['1. a', '   code', '   x']],
  ['> a\n> > b\n\nc', ['│ a', '│ ', '│ │ b', '', 'c']],
  ['a\n\n\n\n\nb', ['a', '', 'b']],
  ['---', ['─'.repeat(40)]],
  ['<div>\n  x\n</div>', ['<div>', '  x', '</div>']],
  ['a &lt;b&gt; &#65; &unknown;', ['a <b> A &unknown;']],
  ['one<br>two', ['one', 'two']],
  ['```ts\na\n\n\tb\n```', ['ts', 'a', '', '    b']],
  ['    indented', ['code', 'indented']],
  ['', []],
  ['\n\n', []],
])('%j', (source, expected) => {
  expect(rows(source)).toEqual(expected)
})

test('emphasis, strong, strike, code and links lie over each other', () => {
  expect(spans('*a **b ~~c~~*** `d`')).toEqual([
    { meaning: 'emphasis', text: 'a ' },
    { meaning: ['emphasis', 'strong'], text: 'b ' },
    { meaning: ['emphasis', 'strong', 'struck'], text: 'c' },
    { meaning: 'plain', text: ' ' },
    { meaning: 'code', text: 'd' },
  ])
  expect(spans('# A `b`')).toEqual([
    { meaning: 'heading', text: 'A ' },
    { meaning: ['heading', 'code'], text: 'b' },
  ])
})

describe('the levels of headings can be told apart', () => {
  const LEVELS = '# One\n\n## Two\n\n### Three\n\n###### Six\n\nTwo too\n-------'

  test('by their looks', () => {
    expect(spans(LEVELS)).toEqual([
      { meaning: 'heading', text: 'One' },
      { meaning: 'heading2', text: 'Two' },
      { meaning: 'heading3', text: 'Three' },
      { meaning: 'heading3', text: 'Six' },
      { meaning: 'heading2', text: 'Two too' },
    ])
  })

  test('where a text has no look, by their marks', () => {
    const all = renderMarkdown(LEVELS, 40, { looks: false }).map(plainText)
    const shown = ['# One', '## Two', '### Three', '###### Six', '## Two too']
    expect(all.filter((text) => text !== '')).toEqual(shown)
  })

  test('a mark stands once, before the first row of a long one', () => {
    const all = renderMarkdown(`## ${'word '.repeat(6)}`, 16, { looks: false }).map(plainText)
    expect(all).toEqual(['## word word', 'word word word', 'word'])
  })
})

test('a link leads to its URL; where it cannot be clicked the URL can be read', () => {
  const link = 'https://example.com/a'
  expect(spans(`[text](${link})`)).toEqual([{ meaning: 'link', text: 'text', link }])
  expect(rows(`[text](${link})`)).toEqual([`text (${link})`])
  expect(rows(`<${link}> ${link}`, 80)).toEqual([`${link} ${link}`])
  expect(rows('<me@example.com>')).toEqual(['me@example.com'])
})

test('only http, https and mailto can be clicked, and a text that pretends to be a URL is unmasked', () => {
  expect(spans('[x](javascript:alert)')).toEqual([
    { meaning: 'link', text: 'x' },
    { meaning: 'meta', text: ' (javascript:alert)' },
  ])
  const link = 'https://evil.example'
  expect(spans(`[https://good.example](${link})`)).toEqual([
    { meaning: 'link', text: 'https://good.example', link },
    { meaning: 'meta', text: ` (${link})` },
  ])
})

test('an image is its text and its URL', () => {
  expect(rows('![a cat](https://a.io/c.png)')).toEqual(['a cat (https://a.io/c.png)'])
})

test('a table’s columns are measured by cells, so that CJK and emoji line up', () => {
  const table = '| a | right | mid |\n|:--|--:|:-:|\n| 日本 | 1 | x |\n| 👩‍👩‍👧 | 22 | `y` |'
  expect(rows(table)).toEqual([
    'a    │ right │ mid',
    '─────┼───────┼────',
    '日本 │     1 │  x',
    '👩‍👩‍👧   │    22 │  y',
  ])
})

test('a table that is too wide has its cells wrapped', () => {
  const table = '| name | what it is |\n|--|--|\n| relay | a process that keeps answers |'
  expect(rows(table, 28)).toEqual([
    'name  │ what it is',
    '──────┼─────────────────────',
    'relay │ a process that keeps',
    '      │ answers',
  ])
})

test('a table that is too wide even so becomes a list of records', () => {
  const table = `| one | two | three | four |\n|--|--|--|--|\n${'| a long cell '.repeat(4)}|`
  expect(rows(table, 22)).toEqual([
    'one │ two │ three │',
    'four',
    '────────',
    'one: a long cell',
    'two: a long cell',
    'three: a long cell',
    'four: a long cell',
  ])
})

test('code is broken at the width exactly, and nothing else of it changes', () => {
  const line = 'const text = "a  b" // and a comment that is long'
  const [label, ...broken] = rows(`\`\`\`ts\n${line}\n\`\`\``, 20)
  expect(label).toBe('ts')
  expect(broken.join('')).toBe(line)
  expect(broken[0]).toHaveLength(20)
})

test('deep nesting keeps within the width', () => {
  const source = Array.from({ length: 12 }, (_, depth) => `${'  '.repeat(depth)}- deep words`).join(
    '\n',
  )
  for (const row of rows(source, 20)) expect(row.length).toBeLessThanOrEqual(20)
  expect(rows(source, 20).join(' ').match(/deep/g)).toHaveLength(12)
})

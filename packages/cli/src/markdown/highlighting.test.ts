import { beforeAll, expect, test } from 'vitest'
import { prepareCode } from './code-languages.ts'
import { highlightLines, prepareLanguage } from './highlighting.ts'
import { renderMarkdown } from './rendered-markdown.ts'
import { emptyMarkdown, grow, settle } from './streamed-markdown.ts'

beforeAll(async () => {
  await Promise.all(['ts', 'python', 'html'].map(prepareLanguage))
})

const meaningOf = (label: string, lines: readonly string[], word: string): unknown =>
  highlightLines(label, lines, '')
    .flatMap(({ spans }) => spans)
    .find(({ text }) => text.includes(word))?.meaning

test('code has the colours of its language', () => {
  expect(meaningOf('ts', ['const a = 1'], 'const')).toBe('keyword')
  expect(meaningOf('typescript', ['const a = "x"'], 'x')).toBe('string')
  expect(meaningOf('py', ['def f():', '    return 1'], 'return')).toBe('keyword')
  expect(meaningOf('html', ['<script>', 'const a = 1', '</script>'], 'const')).toBe('keyword')
})

test('comments and strings of several lines stay what they are', () => {
  expect(meaningOf('ts', ['/* a', 'const b', '*/ const c'], 'b')).toBe('comment')
  expect(meaningOf('python', ['"""', 'return', '"""', 'return'], 'return')).toBe('string')
})

test('also where their beginning was committed long ago', () => {
  const lines = [
    '```ts',
    '/*',
    ...Array.from({ length: 200 }, (_, n) => `const c${n}`),
    '*/',
    'let z',
  ]
  let state = emptyMarkdown()
  const extent = { columns: 40, tailRows: 5 }
  const printed = lines.flatMap((line) => {
    const grown = grow(state, `${line}\n`, extent)
    state = grown.state
    return grown.rows
  })
  const rows = [...printed, ...settle(state, extent)]
  expect(rows).toEqual(renderMarkdown(lines.join('\n'), 40))
  expect(rows[150]?.[0]?.meaning).toBe('comment')
  expect(rows.at(-1)?.[0]).toEqual({ meaning: 'keyword', text: 'let' })
})

test('the context is bounded', () => {
  const lines = ['/*', ...Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(200)}`)]
  for (const { context } of highlightLines('ts', lines, '')) {
    expect(context.length).toBeLessThan(3000)
  }
})

test('an unknown language is plain, and so is a line without end', () => {
  expect(highlightLines('nonsense', ['const a'], '')[0]?.spans).toEqual([
    { meaning: 'plain', text: 'const a' },
  ])
  const long = `const a = "${'x'.repeat(5000)}"`
  expect(highlightLines('ts', [long], '')[0]?.spans).toEqual([{ meaning: 'plain', text: long }])
})

test('a language is plain until it is loaded', async () => {
  const source = '```rust\nfn main() {}\n```'
  expect(renderMarkdown(source, 40)[1]).toEqual([{ meaning: 'plain', text: 'fn main() {}' }])
  await prepareCode(source)
  expect(renderMarkdown(source, 40)[1]?.[0]).toEqual({ meaning: 'keyword', text: 'fn' })
})

test('highlighting changes no character', () => {
  const lines = ['const a = `x${b}y` // c', '\u{1F469} = /re/g', '', '<div class="x">', '日本語']
  for (const label of ['ts', 'python', 'html']) {
    const shown = highlightLines(label, lines, '').map(({ spans }) =>
      spans.map(({ text }) => text).join(''),
    )
    expect(shown).toEqual(lines)
  }
})

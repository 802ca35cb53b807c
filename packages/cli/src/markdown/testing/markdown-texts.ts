/** Generates texts that are rich in Markdown, as models write it. */
import * as fc from 'fast-check'

const WORDS = [
  'a',
  'the',
  'stream',
  'relay’s',
  '日本語',
  '文章',
  '👩‍👩‍👧',
  'naïve',
  'e\u0301',
  'snake_case_name',
  '2 * 3',
  'C++',
  '#tag',
  '100%',
  'x<y',
  'averyveryverylongwordthatdoesnotfitanywhere',
  '&amp;',
  '&#27;',
  '(see',
  'array[0]',
] as const

const word = fc.constantFrom(...WORDS)
/** A word whose marks close where they open. */
const marked = fc.oneof(
  fc.constantFrom('*em*', '**bold**', '***both***', '~~gone~~', '`code`', '`` a`b ``'),
  fc.constantFrom('[link](https://example.com)', '<https://a.io>', 'https://b.io/x', '[ref]'),
  fc.constantFrom('![alt](http://i.io/p.png)', '<kbd>K</kbd>', '\\*', 'line<br>break'),
)

type Words = (least: number, most: number) => fc.Arbitrary<string>

const wordsOf =
  (part: fc.Arbitrary<string>): Words =>
  (least, most) =>
    fc.array(part, { minLength: least, maxLength: most }).map((parts) => parts.join(' '))

const CODE_LINES = [
  'const a = 1 // one',
  '/* begins',
  '   ends */ let b = `x',
  '${y}` + "z"',
  '',
  '\treturn 42',
  '# not a heading',
  '- not a list',
  '| no | table |',
  '``',
  '日本語 = "文字列"',
  'if (a < b && c > d) { call(a, b, c, d, "a long line of code that is wrapped") }',
] as const

const code = fc
  .tuple(
    fc.constantFrom('```', '````', '~~~'),
    fc.constantFrom('', 'ts', 'python', 'nonsense', 'js {1,2}'),
    fc.array(fc.constantFrom(...CODE_LINES), { maxLength: 12 }),
  )
  .map(([fence, language, lines]) => [fence + language, ...lines, fence].join('\n'))

/** The head is the widest, so that more rows change no column. */
const table = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 8 }), fc.constantFrom('', ':'))
  .map(([columns, rows, colon]) => {
    const line = (cell: string): string => `|${` ${cell} |`.repeat(columns)}`
    const cells = ['日本', '`ab`', 'abcd', '**xy**']
    return [
      line('header'),
      line(`---${colon}`),
      ...Array.from({ length: rows }, (_, row) => line(`${cells[row % cells.length]} d`)),
    ].join('\n')
  })

const other = fc.constantFrom(
  '___',
  '***',
  '<div>\n  <b>raw</b>\n</div>',
  '<!-- a\n\ncomment -->',
  '    indented code\n    of two lines',
)

const indented = (text: string, by: string): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 || line === '' ? line : by + line))
    .join('\n')

/** Whole answers of these words; a definition that links refer to stands at their beginning. */
function textsOf(words: Words): fc.Arbitrary<string> {
  const paragraph = fc
    .array(words(1, 12), { minLength: 1, maxLength: 4 })
    .chain((lines) => fc.constantFrom('\n', '  \n', '\\\n').map((breaks) => lines.join(breaks)))
  const heading = fc
    .tuple(fc.integer({ min: 1, max: 6 }), words(1, 6))
    .map(([depth, text]) => `${'#'.repeat(depth)} ${text}`)
  const { block } = fc.letrec<{ block: string; list: string; quote: string }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'block' },
      paragraph,
      { weight: 2, arbitrary: fc.oneof(heading, code, table, other) },
      { weight: 3, arbitrary: tie('list') },
      { weight: 1, arbitrary: tie('quote') },
    ),
    list: fc
      .tuple(
        fc.constantFrom('- ', '* ', '1. ', '1) ', '- [ ] ', '- [x] '),
        fc.constantFrom('\n', '\n\n'),
        fc.array(fc.tuple(words(1, 14), fc.option(tie('block')), fc.constantFrom('\n', '\n\n')), {
          minLength: 1,
          maxLength: 5,
        }),
      )
      .map(([marker, between, items]) => {
        const by = ' '.repeat(marker.indexOf(' ') + 1)
        return items
          .map(([text, inner, distance]) =>
            inner === null
              ? marker + text
              : `${marker}${text}${distance}${by}${indented(inner, by)}`,
          )
          .join(between)
      }),
    quote: tie('block').map((text) =>
      text
        .split('\n')
        .map((line) => (line === '' ? '>' : `> ${line}`))
        .join('\n'),
    ),
  }))
  return fc
    .tuple(
      fc.array(block, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('\n\n', '\n\n\n'),
      fc.boolean(),
    )
    .map(([blocks, between, defined]) => {
      const text = blocks.join(between)
      return defined ? `[ref]: https://ref.example\n\n${text}` : text
    })
}

export const markdownText = textsOf(
  wordsOf(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: marked })),
)

/** Blocks of every kind, of words without marks. */
export const plainWordedText = textsOf(wordsOf(fc.constantFrom(...WORDS)))

/** A text cut into pieces. */
export const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

/** Cuts a text into pieces of these lengths, over and over. */
export function pieces(text: string, lengths: readonly number[]): readonly string[] {
  const cut: string[] = []
  for (let start = 0; start < text.length;) {
    const length = lengths[cut.length % lengths.length] ?? 1
    cut.push(text.slice(start, start + length))
    start += length
  }
  return cut
}

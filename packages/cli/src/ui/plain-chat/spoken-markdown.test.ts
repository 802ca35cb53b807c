import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SpokenMarkdown, type Utterance } from './spoken-markdown.ts'

const joined = (said: readonly Utterance[]): string =>
  said.map(({ text, ends }) => text + (ends ? '\n' : '')).join('')

function spoken(source: string, ...more: readonly string[]): string {
  const markdown = new SpokenMarkdown()
  const said = [source, ...more].flatMap((delta) => markdown.push(delta))
  return joined([...said, ...markdown.end()])
}

describe('an answer that is read out', () => {
  test.each([
    ['# Title', 'Heading 1: Title\n'],
    ['### **A** `b` ###', 'Heading 3: A b\n'],
    ['Some **bold**, *slanted*, ~~old~~ and `code`.', 'Some bold, slanted, old and code.\n'],
    ['See [the docs](https://x.y/z).', 'See the docs (link: https://x.y/z).\n'],
    ['<https://x.y/z>', 'https://x.y/z\n'],
    ['![A cat](cat.png)', '(image: A cat)\n'],
    ['* one\n+ two\n  - three', '- one\n- two\n  - three\n'],
    ['- [ ] milk\n- [x] bread', '- To do: milk\n- Done: bread\n'],
    ['1. one\n2. two', '1. one\n2. two\n'],
    ['> said\n> twice\n\nafter', 'Quote: said\ntwice\n\nafter\n'],
    ['one\n\n---\n\ntwo', 'one\n\nSeparator.\n\ntwo\n'],
    ['one\n\n\n\n\ntwo', 'one\n\ntwo\n'],
    ['\n\none\n\n', 'one\n'],
    [
      '```ts\nconst a = `**b**`\n\n# c\n```\nd',
      'Code, ts:\nconst a = `**b**`\n\n# c\nEnd of code.\nd\n',
    ],
    ['~~~\n```\n~~~', 'Code:\n```\nEnd of code.\n'],
    ['```\nnot closed', 'Code:\nnot closed\nEnd of code.\n'],
    [
      '| a | **b** |\n|---|:-:|\n| 1 | x\\|y |\n\nend',
      'Table, 2 columns: a, b.\na: 1; b: x|y\nEnd of table.\n\nend\n',
    ],
    ['| no table |\nhere', '| no table |\nhere\n'],
    ['snake_case and 2 * 3 * 4', 'snake_case and 2 * 3 * 4\n'],
  ])('%j is said as %j', (source, said) => {
    expect(spoken(source)).toBe(said)
  })

  test('a growing paragraph is said by sentences, a line elsewhere as a whole', () => {
    const markdown = new SpokenMarkdown()
    const said = (delta: string): string => joined(markdown.push(delta))
    expect(said('The first sen')).toBe('')
    expect(said('tence. The sec')).toBe('The first sentence. ')
    expect(said('ond has a **mark. It')).toBe('')
    expect(said('** ends! So')).toBe('The second has a mark. It ends! ')
    expect(said('\n- An item. It')).toBe('So\n')
    expect(said(' goes on.\n')).toBe('- An item. It goes on.\n')
    expect(said('最初の文。次')).toBe('最初の文。')
    expect(joined(markdown.end())).toBe('次\n')
  })

  test('what is said by sentences ends a quote, as a line does (seed -1029786308)', () => {
    const pieces = ['> a\n', 'One. ', 'Two.\n', '> b\n']
    expect(spoken('', ...pieces)).toBe(spoken(pieces.join('')))
    expect(spoken('', ...pieces)).toContain('Quote: b')
  })

  test('in whatever pieces it comes, the same is said', () => {
    const text = fc.constantFrom('word ', 'End. ', 'Why? ', '世界。', '\n', '\n\n')
    const mark = fc.constantFrom('**', '*', '`', '_', '[a](b)', '\\', '~~', '<')
    const block = fc.constantFrom('# ', '- ', '> ', '1. ', '```\n', '---\n', '| a | b |\n')
    const table = fc.constant('\n|a|b|\n|-|-|\n|c|d|\n')
    const part = fc.oneof({ arbitrary: text, weight: 3 }, mark, block, table)
    const seen = { sentences: 0, code: 0, tables: 0 }
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 40 }),
        (parts, sizes) => {
          const source = parts.join('')
          const pieces: string[] = []
          for (let at = 0, turn = 0; at < source.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1
            pieces.push(source.slice(at, at + size))
            at += size
          }
          const whole = spoken(source)
          expect(spoken('', ...pieces)).toBe(whole)
          if (/[.?] \w/.test(source)) seen.sentences += 1
          if (whole.includes('Code:')) seen.code += 1
          if (whole.includes('Table, ')) seen.tables += 1
        },
      ),
      { numRuns: 2000 },
    )
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(20)
  })
})

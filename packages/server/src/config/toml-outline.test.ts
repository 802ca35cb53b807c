import * as fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { lineOfKey, tomlOutline } from './toml-outline.ts'

function outlined(source: string): readonly (readonly [string, string])[] {
  return tomlOutline(source).map((entry) => [
    entry.path.join('/'),
    source.slice(entry.valueStart, entry.end),
  ])
}

describe('tomlOutline', () => {
  test('tables, dotted keys and quoted keys', () => {
    expect(
      outlined('a = 1\n[b . "c.d"] # x = 3\ne . \'f g\' = true # yes\n"h\\u0041" = 0x1F'),
    ).toEqual([
      ['a', '1'],
      ['b/c.d', ''],
      ['b/c.d/e/f g', 'true'],
      ['b/c.d/hA', '0x1F'],
    ])
  })

  test('inline tables and lists, over several lines and with comments', () => {
    expect(outlined('[t]\na = { b = 1, c.d = [2, { e = "x" }] }\nf = [ # ]\n  3, # 4\n]')).toEqual([
      ['t', ''],
      ['t/a', '{ b = 1, c.d = [2, { e = "x" }] }'],
      ['t/a/b', '1'],
      ['t/a/c/d', '[2, { e = "x" }]'],
      ['t/a/c/d/0', '2'],
      ['t/a/c/d/1', '{ e = "x" }'],
      ['t/a/c/d/1/e', '"x"'],
      ['t/f', '[ # ]\n  3, # 4\n]'],
      ['t/f/0', '3'],
    ])
  })

  test.each([
    ['"""\n[no]\nkey = 1\n"""'],
    ["'''\nkey = \"\"\"\n'''"],
    ['"""a"""""'],
    ["''''a'''''"],
    ['"""\\""" x = 1"""'],
    ['"a # b \\" c"'],
    ["'C:\\'"],
    ['""'],
    ['1979-05-27 07:32:00Z'],
    ['-1_000.5e3'],
  ])('the value %s ends where the parser ends it', (value) => {
    expect(outlined(`k = ${value} # comment\nnext = 1`)).toEqual([
      ['k', value],
      ['next', '1'],
    ])
  })

  test('lists of tables count their elements, and tables under them belong to the last', () => {
    expect(outlined('[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2').map(([path]) => path)).toEqual([
      'a/0',
      'a/0/x',
      'a/1',
      'a/1/b',
      'a/1/b/y',
    ])
  })

  test('a byte order mark and CRLF change nothing', () => {
    expect(outlined('\uFEFF[a]\r\nb = 1\r\n')).toEqual([
      ['a', ''],
      ['a/b', '1'],
    ])
  })

  test('finds each value just as the parser reads it, whatever the strings hold', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    const value = fc.oneof(
      text.map((inner) => JSON.stringify(inner).replaceAll('\u007f', '\\u007f')),
      text.filter((inner) => !/['\p{Cc}]/u.test(inner)).map((inner) => `'${inner}'`),
      text
        .filter((inner) => !/["\\\p{Cc}]/u.test(inner))
        .map((inner) => `"""${inner}\n# [x]\ny = 1"""`),
      fc.integer().map(String),
      fc.constantFrom('true', '[1, "]", [2]]', '{ "}" = 1 }', '1979-05-27'),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (values) => {
        const source = values.map((inner, at) => `[t${at}]\nk = ${inner} # "\n`).join('')
        const pairs = tomlOutline(source).filter(
          ({ depth, kind }) => depth === 0 && kind === 'pair',
        )
        expect(pairs.map((pair) => source.slice(pair.valueStart, pair.end))).toEqual(values)
        expect(() => parse(source)).not.toThrow()
      }),
    )
  })
})

describe('lineOfKey', () => {
  const source = [
    '# a comment', // 1
    '[openai]',
    'model = "x"', // 3
    'headers = { a = "1",', // 4
    '  b = "2" }',
    '[providers.x.headers]', // 6
    'k = """', // 7
    'model = 1',
    '"""',
    '[listen]', // 10
    'origins = [', // 11
    '  "a",', // 12
    '  3,', // 13
    ']',
  ].join('\n')

  test.each([
    ['openai', 2],
    ['openai.model', 3],
    ['openai.headers', 4],
    ['openai.headers.b', 5],
    ['providers.x', 6],
    ['providers.x.headers.k', 7],
    ['listen.origins', 11],
  ])('%s is on line %i', (key, line) => {
    expect(lineOfKey(source, key.split('.'))).toBe(line)
  })

  test('an element of a list has its own line', () => {
    expect(lineOfKey(source, ['listen', 'origins', 1])).toBe(13)
  })

  test('a key that is not written is placed where its table begins, else on line 1', () => {
    expect(lineOfKey(source, ['providers', 'x', 'kind'])).toBe(6)
    expect(lineOfKey(source, ['openai', 'temperature'])).toBe(2)
    expect(lineOfKey(source, ['run', 'drain_secs'])).toBe(1)
  })
})

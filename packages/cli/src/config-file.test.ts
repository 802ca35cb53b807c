import * as fc from 'fast-check'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseDocument, startsWith, tomlOutline } from '@speak-code/server/config'
import { setKey, writeConfigFile } from './config-file.ts'

const example = readFileSync(new URL('../../../config.example.toml', import.meta.url), 'utf8')

function set(source: string, key: string, text: string): string {
  return setKey(source, key.split('.'), text)
}

describe('setKey', () => {
  test.each([
    ['replaces the value alone', '[a]\n\tk  =  1   # one\nl = 2', '[a]\n\tk  =  9   # one\nl = 2'],
    ['keeps CRLF and the byte order mark', '\uFEFF[a]\r\nk = 1\r\n', '\uFEFF[a]\r\nk = 9\r\n'],
    ['in an inline table', 'a = { k = 1, l = 2 } # x', 'a = { k = 9, l = 2 } # x'],
    ['under a dotted key', 'a.k = 1\n', 'a.k = 9\n'],
    ['under quoted names', '["a"]\n"k" = 1\n', '["a"]\n"k" = 9\n'],
    ['of several lines', '[a]\nk = [\n 1, # x\n]\nl = 2', '[a]\nk = 9\nl = 2'],
    [
      'not in a string',
      'b = """\n[a]\nk = 1\n"""\n[a]\nk = 1',
      'b = """\n[a]\nk = 1\n"""\n[a]\nk = 9',
    ],
    ['not in a comment', '[a]\n# k = 2\nk = 1', '[a]\n# k = 2\nk = 9'],
  ])('an existing key: %s', (_, source, expected) => {
    expect(set(source, 'a.k', '9')).toBe(expected)
  })

  test.each([
    ['after the last of its table', '[a]\nl = 1 # x\n\n[b]\n', '[a]\nl = 1 # x\nk = 9\n\n[b]\n'],
    ['after an empty table’s header', '[a] # x\n[b]\n', '[a] # x\nk = 9\n[b]\n'],
    ['at the end without a newline', '[a]\nl = 1', '[a]\nl = 1\nk = 9\n'],
    ['with the others’ indent', '[a]\n  l = 1\n', '[a]\n  l = 1\n  k = 9\n'],
    ['with CRLF', '[a]\r\nl = 1\r\n[b]\r\n', '[a]\r\nl = 1\r\nk = 9\r\n[b]\r\n'],
    ['next to its comment', '[a]\n#k = 1 # x\nl = 2\n', '[a]\n#k = 1 # x\nk = 9\nl = 2\n'],
    ['not next to another’s', '[a]\nl = 2\n#[b]\n#k = 1\n', '[a]\nl = 2\nk = 9\n#[b]\n#k = 1\n'],
    ['not into a string', '[a]\nl = """\n#k = 1\n"""\n', '[a]\nl = """\n#k = 1\n"""\nk = 9\n'],
    ['into an inline table', 'a = { l = [1] }\n', 'a = { l = [1], k = 9 }\n'],
    ['into an empty inline table', 'a = {}\n', 'a = { k = 9 }\n'],
    ['beside a dotted key', 'a.l = 1 # x\nc = 2\n', 'a.l = 1 # x\na.k = 9\nc = 2\n'],
    ['in a new table', '[b]\nl = 1\n', '[b]\nl = 1\n\n[a]\nk = 9\n'],
    ['in a new table after a line without end', 'b = 1', 'b = 1\n\n[a]\nk = 9\n'],
    ['in a new file', '', '[a]\nk = 9\n'],
    ['beside a deeper table', '[a.b]\nl = 1\n', '[a.b]\nl = 1\n\n[a]\nk = 9\n'],
  ])('a new key: %s', (_, source, expected) => {
    expect(set(source, 'a.k', '9')).toBe(expected)
  })

  test.each([
    ['[a]\nb.l = 1\n', '[a]\nb.l = 1\nb.k = 9\n'],
    ['[a]\nb = {}\n', '[a]\nb = { k = 9 }\n'],
    ['a = { c = 1 }\n', 'a = { c = 1, b.k = 9 }\n'],
    ['a.c.l = 1\n', 'a.c.l = 1\na.b.k = 9\n'],
    ['[a]\nc = 1\n', '[a]\nc = 1\n\n[a.b]\nk = 9\n'],
  ])('a key two tables deep in %j', (source, expected) => {
    expect(set(source, 'a.b.k', '9')).toBe(expected)
  })

  test('names that are no bare keys are quoted', () => {
    expect(setKey('', ['a b', 'c.d'], '1')).toBe('["a b"]\n"c.d" = 1\n')
  })

  test('in the example file every key of every table has its place', () => {
    const after = set(set(example, 'openai.model', '"m"'), 'run.drain_secs', '5')
    const lines = after.split('\n')
    expect(lines[lines.indexOf('model = "m"') - 1]).toBe('#model = "gpt-5-mini"')
    expect(after).toContain('\ndrain_secs = 5 # how long live answers')
    expect(after.length - example.length).toBe('model = "m"\n'.length + '5'.length - '30'.length)
  })

  test('gives the key its value, leaves every other value, and takes no byte away but the old value’s', () => {
    const names = fc.constantFrom('a', 'b', 'c d', 'e.f')
    const paths = fc.array(names, { minLength: 2, maxLength: 4 })
    const sources = fc.constantFrom(
      '',
      example,
      '[a]\nb.a = 1 # x\n"c d" = { a = 1, b = { } }\n\n# end',
      'a.b.a = 1\nb = { a.a = 1 }\n[ "c d" ]\n[e.z]\n',
      '[a.b]\n# a = 1\n  [a.b.a]\n  # b = 1\n[b]\n["e.f"]\na = """\n[b]\n"""\n',
    )
    let changes = 0
    fc.assert(
      fc.property(sources, paths, (source, path) => {
        fc.pre(isSettable(source, path))
        const after = setKey(source, path, '42')
        const expected = parseDocument(source, 'before')
        assign(expected, path)
        expect(parseDocument(after, 'after')).toEqual(expected)
        expect(valueText(source, path)).toContain(removedText(source, after))
        changes += 1
      }),
      { numRuns: 300 },
    )
    expect(changes).toBe(300)
  })
})

/** Whether no value stands where the path needs a table, and no table where it ends. */
function isSettable(source: string, path: readonly string[]): boolean {
  let value: unknown = parseDocument(source, 'before')
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return value === undefined
    value = Reflect.get(value, step)
  }
  return typeof value !== 'object'
}

/** The key's value as it is written, empty where it is not. */
function valueText(source: string, path: readonly string[]): string {
  const entry = tomlOutline(source).find(
    ({ kind, path: at }) => kind === 'pair' && at.length === path.length && startsWith(at, path),
  )
  return entry === undefined ? '' : source.slice(entry.valueStart, entry.end)
}

/** What of `before` lies between its longest beginning and end that `after` shares. */
function removedText(before: string, after: string): string {
  const shortest = Math.min(before.length, after.length)
  let start = 0
  while (start < shortest && before[start] === after[start]) start += 1
  let end = 0
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return before.slice(start, before.length - end)
}

function assign(document: object, path: readonly string[]): void {
  const [step = '', ...rest] = path
  if (rest.length === 0) Reflect.set(document, step, 42)
  else {
    const inner: unknown = Reflect.get(document, step) ?? Object.create(null)
    Reflect.set(document, step, inner)
    if (typeof inner === 'object' && inner !== null) assign(inner, rest)
  }
}

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

describe('writeConfigFile', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'speak-code-config-file-'))
  })
  afterEach(() => {
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true })
  })
  test('a new file is the user’s alone, and so is its folder', () => {
    const path = join(folder, 'new', 'config.toml')
    writeConfigFile(path, 'text\n')
    expect(readFileSync(path, 'utf8')).toBe('text\n')
    expect(modeOf(path)).toBe(0o600)
    expect(modeOf(dirname(path))).toBe(0o700)
  })

  test('an old file keeps its mode, whatever the umask', () => {
    const path = join(folder, 'config.toml')
    writeFileSync(path, 'old')
    chmodSync(path, 0o664)
    writeConfigFile(path, 'new')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(modeOf(path)).toBe(0o664)
  })

  test('behind a symbolic link the file that it points to changes', () => {
    const target = join(folder, 'dotfiles.toml')
    const path = join(folder, 'config.toml')
    writeFileSync(target, 'old')
    symlinkSync(target, path)
    writeConfigFile(path, 'new')
    expect(readlinkSync(path)).toBe(target)
    expect(readFileSync(target, 'utf8')).toBe('new')
  })

  test('a failure leaves the old file and nothing beside it', () => {
    const path = join(folder, 'config.toml')
    mkdirSync(path)
    expect(() => writeConfigFile(path, 'new')).toThrow('EISDIR')
    expect(readdirSync(folder)).toEqual(['config.toml'])
  })
})

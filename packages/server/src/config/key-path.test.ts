import { describe, expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { formatKey, parseKey } from './key-path.ts'

describe('parseKey', () => {
  test.each([
    ['openai.model', ['openai', 'model']],
    [' openai . model ', ['openai', 'model']],
    ['providers."a.b".kind', ['providers', 'a.b', 'kind']],
    [`openai.headers.'X Y'`, ['openai', 'headers', 'X Y']],
    [String.raw`a."say \"hi\""`, ['a', 'say "hi"']],
  ])('%s', (key, path) => {
    expect(parseKey(key)).toEqual(path)
  })

  test.each(['', '.', 'a.', '.a', 'a b', 'a = 1', 'a\nb', '[a]', '"a', 'a # b', 'ключ'])(
    'refuses %j with a sentence',
    (key) => {
      expect(() => parseKey(key)).toThrow(ConfigError)
    },
  )
})

describe('formatKey', () => {
  test('is the inverse of parseKey', () => {
    for (const path of [['a'], ['a', 'b-c_1'], ['a.b', 'c "d"'], ['', 'é']])
      expect(parseKey(formatKey(path))).toEqual(path)
  })

  test('shows the index of an element', () => {
    expect(formatKey(['listen', 'origins', 2])).toBe('listen.origins[2]')
  })
})

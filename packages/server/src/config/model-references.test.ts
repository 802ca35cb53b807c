import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './load.ts'
import { followAlias } from './model-references.ts'

const LAB =
  '[providers.lab]\nkind = "openai-compatible"\nbase_url = "http://l/v1"\nmodels = ["q"]\n'
const ANY = LAB.replace('models = ["q"]\n', '')

describe('[models] and [fallback]', () => {
  test.each([
    ['an alias of an alias', '[models]\nfast = "quick"\nquick = "gpt-5-mini"'],
    ['known prefixes', '[fallback]\n"claude-x" = ["gemini-y", "o3"]'],
    ['built-in names', '[fallback]\ndefault = ["ollama/llama3", "demo", "google/any/thing"]'],
    ['a bare id of a list', `${LAB}[fallback]\nq = ["gpt-5"]`],
    ['a bare id for the only base URL', `${ANY}[models]\nmine = "whatever"`],
    [
      '[openai] model beside a list',
      '[openai]\nmodel = "x"\nmodels = ["y"]\n[models]\nz = "openai/x"',
    ],
    ['an alias in a chain', '[models]\na = "gpt-5"\n[fallback]\na = ["lab/q"]\n' + LAB],
  ])('%s is taken', (_, source) => {
    expect(parseConfig(source, 'f').exists).toBe(true)
  })

  test.each([
    ['[models]\na = "b"\nb = "a"', 'line 2: models.a is an alias that leads back to itself.'],
    ['[models]\na = "a"', 'line 2: models.a is an alias that leads back to itself.'],
    ['[models]\na = "nobody"', 'line 2: models.a names a model that no provider has.'],
    [
      `${LAB}[fallback]\ndefault = ["q", "lab/r"]`,
      'line 6: fallback.default[1] names a model that no provider has.',
    ],
    [
      '[fallback]\nnobody = ["demo"]',
      'line 2: fallback.nobody names a model that no provider has.',
    ],
    ['[fallback]\ndefault = []', 'line 2: fallback.default must be a list of at least one model.'],
  ])('%j', (source, sentence) => {
    expect(() => parseConfig(source, 'f')).toThrow(sentence)
  })

  test('following an alias always comes to an end, at a name that is no alias or where it began', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', '__proto__')
    fc.assert(
      fc.property(fc.dictionary(name, name), name, (aliases, from) => {
        const meant = followAlias(from, aliases)
        expect(meant === from || !Object.hasOwn(aliases, meant)).toBe(true)
      }),
    )
  })
})

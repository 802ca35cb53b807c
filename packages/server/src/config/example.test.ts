import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { parseConfig } from './load.ts'
import { ANY_NAME, formatPattern, schemaKeys } from './schema-keys.ts'
import { Config } from './schema.ts'
import { tomlOutline } from './toml-outline.ts'

const example = readFileSync(new URL('../../../../config.example.toml', import.meta.url), 'utf8')
const COMMENTED_KEY = /^#[ \t]*(?=[\w.-]+[ \t]*=|\[[\w."/-]+\])/gm
const switchedOn = example.replaceAll(COMMENTED_KEY, '')

function paths(source: string): readonly string[] {
  return tomlOutline(source).map((entry) => entry.path.join('.'))
}

describe('config.example.toml', () => {
  test('used as it stands it acts like no file', () => {
    expect(parseConfig(example, 'example').config).toEqual(Config.parse({}))
  })

  test('with every commented key switched on the schema accepts it', () => {
    const { config } = parseConfig(switchedOn, 'example')
    expect(config.providers).toHaveProperty('lab.kind', 'openai-compatible')
    expect(config.server.url).toBe('ws://127.0.0.1:3000/ws/chat')
  })

  test('every key of the schema is in it', () => {
    const written = new Set(
      tomlOutline(switchedOn).map((entry) =>
        formatPattern(
          entry.path.map((step) => (step === 'lab' || step === 'lab/qwen3' ? ANY_NAME : step)),
        ),
      ),
    )
    const tables = schemaKeys().map((path) => (path.at(-1) === ANY_NAME ? path.slice(0, -1) : path))
    expect(tables.length).toBeGreaterThan(30)
    expect(tables.map(formatPattern).filter((key) => !written.has(key))).toEqual([])
  })

  test('exactly the keys without a default are commented out', () => {
    const on = new Set(paths(example))
    const off = paths(switchedOn).filter((path) => !on.has(path) && !path.startsWith('providers'))
    const defaults: object = Config.parse({})
    const hasDefault = (path: string): boolean => {
      let value: unknown = defaults
      for (const step of path.split('.'))
        value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
      return value !== undefined
    }
    expect(off.filter(hasDefault).filter((path) => !/\.\d+$/.test(path))).toEqual([])
    expect([...on].filter((path) => !hasDefault(path))).toEqual([])
  })

  test('the commented defaults of a provider are the schema’s', () => {
    const { config } = parseConfig(switchedOn, 'example')
    const { lab } = config.providers
    const bare = parseConfig('[providers.lab]\nkind = "demo"', 'f').config.providers['lab']
    for (const key of ['stream', 'connect', 'first_token', 'total'] as const)
      expect(lab?.[`${key}_timeout_secs`]).toBe(bare?.[`${key}_timeout_secs`])
    expect(lab?.lax_done).toBe(bare?.lax_done)
    expect(lab?.background).toBe(bare?.background)
  })

  test('every key has its reason on its line or above', () => {
    const lines = switchedOn.split('\n')
    const original = example.split('\n')
    const bare = lines.filter((line, at) => {
      const above = original[at - 1] ?? ''
      // Those of a provider refer to [openai]'s.
      const isReferred = lines.indexOf('[providers.lab]') < at && at < lines.indexOf('[chat]')
      return (
        /^[\w.-]+ = /.test(line) && !line.includes(' # ') && !above.startsWith('# ') && !isReferred
      )
    })
    expect(bare).toEqual([])
  })

  test('it is TOML with and without the commented keys', () => {
    expect(Object.keys(parse(example))).not.toContain('providers')
    expect(Object.keys(parse(switchedOn))).toContain('providers')
  })
})

import { describe, expect, test } from 'vitest'
import { formatPattern, keysUnder, schemaKeys, unknownKey, valueKind } from './schema-keys.ts'

describe('schemaKeys', () => {
  test('walks tables, and names that the user chooses', () => {
    const keys = schemaKeys().map(formatPattern)
    expect(keys).toContain('openai.model')
    expect(keys).toContain('providers.NAME.kind')
    expect(keys).toContain('providers.NAME.headers.NAME')
    expect(keys).not.toContain('openai')
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('valueKind', () => {
  test.each([
    ['openai', 'table'],
    ['providers', 'table'],
    ['providers.any', 'table'],
    ['providers.any.headers', 'table'],
    ['providers.any.headers.X', 'text'],
    ['providers.any.kind', 'text'],
    ['openai.models', 'list'],
    ['openai.lax_done', 'boolean'],
    ['listen.port', 'number'],
    ['listen.toString', undefined],
    ['listen.port.more', undefined],
    ['nothing', undefined],
  ])('%s: %s', (key, kind) => {
    expect(valueKind(key.split('.'))).toBe(kind)
  })
})

describe('keysUnder', () => {
  test('a table has its keys, a value none', () => {
    expect(keysUnder(['relay'])).toEqual(['idle_exit_secs'])
    expect(keysUnder(['relay', 'idle_exit_secs'])).toEqual([])
    expect(keysUnder(['nothing'])).toEqual([])
  })
})

describe('unknownKey', () => {
  test.each([
    ['listen.prot', 'did you mean listen.port?'],
    ['listen.stream_timeout', 'did you mean openai.stream_timeout_secs?'],
    ['server.reconnect', 'did you mean server.reconnect_interval_ms?'],
    ['run.orphan-timeout-secs', 'did you mean run.orphan_timeout_secs?'],
    ['provider.lab.kind', 'did you mean providers.lab.kind?'],
    ['nonsense.lab', 'the tables are openai, providers, models, fallback, chat'],
    ['listen.port.number', 'listen.port is no table'],
    ['chat.qqqqqqq', 'chat has system'],
  ])('%s: %s', (key, words) => {
    expect(unknownKey(key.split('.'))).toContain(words)
  })
})

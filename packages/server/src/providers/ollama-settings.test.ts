import { describe, expect, test } from 'vitest'
import { Config } from '../config/index.ts'
import { ollamaNames, ollamaSettings, ollamaUrl } from './ollama-settings.ts'

describe('OLLAMA_HOST may lack scheme or port', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:11434/v1'],
    ['gpu.local:9000', 'http://gpu.local:9000/v1'],
    [':9000', 'http://127.0.0.1:9000/v1'],
    ['0.0.0.0', 'http://127.0.0.1:11434/v1'],
    ['[::]:9000', 'http://127.0.0.1:9000/v1'],
    ['[::1]', 'http://[::1]:11434/v1'],
    ['gpu.local:80', 'http://gpu.local/v1'],
    ['http://gpu.local', 'http://gpu.local/v1'],
    ['https://gpu.local/ollama/', 'https://gpu.local/ollama/v1'],
    ['http://gpu.local:11434/v1', 'http://gpu.local:11434/v1'],
    ['ftp://gpu.local', undefined],
    ['not an address', undefined],
  ])('%s is %s', (host, url) => {
    expect(ollamaUrl(host)).toBe(url)
  })
})

const of = (providers: object, env: Record<string, string>): unknown =>
  ollamaSettings(Config.parse({ providers }), env)

describe('the settings', () => {
  const table = {
    kind: 'openai-compatible',
    base_url: 'http://file/v1',
    api_key_env: 'FILE_KEY',
    models: ['q'],
  }
  test('without a word it can be asked, and is not usable unasked', () => {
    expect(of({}, {})).toMatchObject({
      usable: false,
      options: { baseUrl: 'http://127.0.0.1:11434/v1', apiKey: undefined, obstacle: undefined },
    })
  })

  test('L10: OLLAMA_HOST goes over the file’s address, without the key that is for that one', () => {
    const env = { FILE_KEY: 'k' }
    expect(of({ ollama: table }, env)).toMatchObject({
      usable: true,
      options: { baseUrl: 'http://file/v1', apiKey: 'k', models: ['q'] },
    })
    expect(of({ ollama: table }, { ...env, OLLAMA_HOST: 'gpu' })).toMatchObject({
      usable: true,
      options: { baseUrl: 'http://gpu:11434/v1', apiKey: undefined, models: ['q'] },
    })
  })

  test('a model’s name without a tag is that of the latest', () => {
    expect(ollamaNames(['llama3.2:latest', 'qwen3:8b', 'plain'])).toEqual([
      'llama3.2:latest',
      'llama3.2',
      'qwen3:8b',
      'plain',
    ])
  })

  test('an OLLAMA_HOST that is none', () => {
    expect(of({}, { OLLAMA_HOST: 'a b' })).toMatchObject({
      options: { obstacle: { code: 'bad_request', message: 'OLLAMA_HOST is not an address' } },
    })
  })
})

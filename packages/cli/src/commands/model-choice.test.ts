import { expect, test } from 'vitest'
import { loadConfig, type LoadedConfig } from '@speak-code/server/config'
import { chosenModel } from './model-choice.ts'

const empty = loadConfig('/nonexistent/config.toml')
const written: LoadedConfig = {
  ...empty,
  config: { ...empty.config, openai: { ...empty.config.openai, model: 'from-file' } },
  written: (key) => key === 'openai.model',
}

test('-m, the conversation’s, OPENAI_MODEL, [openai] model, the last used, in this order', () => {
  const env = { OPENAI_MODEL: 'from-env' }
  const all = { flag: 'flag', conversation: 'talk/x', last: 'last/y', env, config: written }
  expect(chosenModel(all)).toBe('flag')
  expect(chosenModel({ ...all, flag: undefined })).toBe('talk/x')
  expect(chosenModel({ ...all, flag: undefined, conversation: null })).toBe('openai/from-env')
  const unnamed = { last: 'last/y', env: { OPENAI_MODEL: '' } }
  expect(chosenModel({ ...unnamed, config: written })).toBe('openai/from-file')
  expect(chosenModel({ ...unnamed, config: empty })).toBe('last/y')
})

test('nothing named: the relay’s default', () => {
  expect(chosenModel({ env: {}, config: empty })).toBeUndefined()
})

test('OPENAI_MODEL may name its provider', () => {
  expect(chosenModel({ env: { OPENAI_MODEL: 'openai/gpt-x' }, config: empty })).toBe('openai/gpt-x')
})

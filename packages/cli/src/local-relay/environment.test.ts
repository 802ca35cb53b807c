import { loadConfig, parseConfig } from '@speak-code/server/config'
import { expect, it } from 'vitest'
import { backgroundEnvironment, callerEnvironment } from './environment.ts'

const ENV = {
  OPENAI_API_KEY: 'sk-one',
  OPENAI_BASE_URL: '',
  MY_KEY: 'mine',
  OTHER_KEY: 'other',
  AWS_SECRET_ACCESS_KEY: 'never',
  SPEAK_CODE_TOKEN: 'token',
  HTTPS_PROXY: 'http://proxy:8080',
  NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
  LC_ALL: 'C.UTF-8',
}

it('§4: a hello carries the provider variables and those that the file names, and no other', () => {
  const source = [
    '[providers.mine]',
    'kind = "openai-compatible"',
    'base_url = "http://127.0.0.1:1/v1"',
    'api_key_env = "MY_KEY"',
  ].join('\n')
  const { config } = parseConfig(source, 'config.toml')
  expect(callerEnvironment(ENV, config)).toEqual({ OPENAI_API_KEY: 'sk-one', MY_KEY: 'mine' })
})

it('L10: the process in the background gets no key and no token', () => {
  expect(backgroundEnvironment(ENV)).toEqual({
    HTTPS_PROXY: 'http://proxy:8080',
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
    LC_ALL: 'C.UTF-8',
  })
})

it('without a file the built-in names count', () => {
  expect(callerEnvironment(ENV, loadConfig('/nowhere/config.toml').config)).toEqual({
    OPENAI_API_KEY: 'sk-one',
  })
})

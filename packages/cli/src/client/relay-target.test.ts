import { join } from 'node:path'
import { parseConfig } from '@speak-code/server/config'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { pathsOf } from '../paths.ts'
import { relayTarget, type RelayTarget } from './relay-target.ts'

function target(given: { server?: string; env?: NodeJS.ProcessEnv; file?: string }): RelayTarget {
  return relayTarget({
    server: given.server,
    env: given.env ?? {},
    paths: pathsOf({ SPEAK_CODE_HOME: join('/', 'nowhere') }),
    version: '1.0.0',
    config: () => parseConfig(given.file ?? '', 'config.toml'),
  })
}

const FILE = '[server]\nurl = "ws://file:1/ws/chat"\n'

describe('§4: which relay', () => {
  it('flag over environment over file', async () => {
    const env = { SPEAK_CODE_SERVER: 'ws://environment:2/ws/chat' }
    const server = 'ws://flag:3/ws/chat'
    expect(await target({ server, env, file: FILE }).target()).toEqual({ url: server })
    expect(await target({ env, file: FILE }).target()).toEqual({ url: env.SPEAK_CODE_SERVER })
    expect(await target({ file: FILE }).target()).toEqual({ url: 'ws://file:1/ws/chat' })
  })

  it('without any it is this machine’s own, and gets no token', () => {
    const own = target({ env: { SPEAK_CODE_SERVER: '', SPEAK_CODE_TOKEN: 'secret' } })
    expect(own).toMatchObject({ configured: false, token: undefined })
  })

  it('a base URL in the environment that is none is a usage error, for the own relay alone', () => {
    const env = { OPENAI_BASE_URL: 'nonsense' }
    expect(() => target({ env })).toThrow(UsageError)
    expect(target({ server: 'ws://there:1', env })).toMatchObject({ configured: true })
  })

  it('a configured one gets the token, and no environment', async () => {
    const env = { SPEAK_CODE_TOKEN: 'secret', OPENAI_API_KEY: 'sk-secret' }
    const configured = target({ server: 'wss://example.com', env })
    expect(configured).toMatchObject({ configured: true, token: 'secret' })
    expect(await configured.target()).toEqual({ url: 'wss://example.com/ws/chat' })
    expect(await target({ server: 'unix:/run/relay.sock', env }).target()).toEqual({
      socketPath: '/run/relay.sock',
    })
  })

  it('L10: what is shown of the address has no password', () => {
    expect(target({ server: 'ws://me:secret@host:1/ws/chat' }).label).toBe('ws://host:1/ws/chat')
  })

  it.each(['', 'host:3000', 'http://host/ws/chat', 'ws://', 'unix:'])(
    '%j is no address: exit code 2',
    (server) => {
      expect(() => target({ server })).toThrow(UsageError)
    },
  )
})

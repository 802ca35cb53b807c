import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pathsOf, relayHash } from './paths.ts'

describe('pathsOf', () => {
  test('without any variable it follows the XDG defaults', () => {
    expect(pathsOf({})).toEqual({
      config: join(homedir(), '.config', 'speak-code', 'config.toml'),
      data: join(homedir(), '.local', 'share', 'speak-code'),
      state: join(homedir(), '.local', 'state', 'speak-code'),
      history: join(homedir(), '.local', 'share', 'speak-code', 'history.db'),
      relayStore: join(homedir(), '.local', 'share', 'speak-code', 'relay'),
      serveStore: join(homedir(), '.local', 'share', 'speak-code', 'serve'),
    })
  })

  test('the XDG folders are used where they are absolute, as the specification says', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: '/d', XDG_STATE_HOME: 'relative' }
    const paths = pathsOf(env)
    expect(paths.config).toBe('/c/speak-code/config.toml')
    expect(paths.history).toBe('/d/speak-code/history.db')
    expect(paths.state).toBe(join(homedir(), '.local', 'state', 'speak-code'))
  })

  test('SPEAK_CODE_HOME is one folder for all, over XDG', () => {
    const paths = pathsOf({ SPEAK_CODE_HOME: '/home/me/sc', XDG_CONFIG_HOME: '/c' })
    expect(paths).toEqual({
      config: '/home/me/sc/config.toml',
      data: '/home/me/sc',
      state: '/home/me/sc',
      history: '/home/me/sc/history.db',
      relayStore: '/home/me/sc/relay',
      serveStore: '/home/me/sc/serve',
    })
    expect(pathsOf({ SPEAK_CODE_HOME: 'sc' }).data).toBe(resolve('sc'))
  })

  test('for the file, --config goes over SPEAK_CODE_CONFIG, and that over the folders', () => {
    const env = { SPEAK_CODE_HOME: '/h', SPEAK_CODE_CONFIG: '/e/env.toml' }
    expect(pathsOf(env).config).toBe('/e/env.toml')
    expect(pathsOf(env, 'flag.toml').config).toBe(resolve('flag.toml'))
    expect(pathsOf(env).data).toBe('/h')
  })

  test('empty variables and an empty flag count as not set', () => {
    const env = { SPEAK_CODE_HOME: '', SPEAK_CODE_CONFIG: '', XDG_CONFIG_HOME: '' }
    expect(pathsOf(env, '')).toEqual(pathsOf({}))
  })
})

describe('relayHash', () => {
  test('is the first 8 hex digits of the SHA-256 of data folder and config path', () => {
    const paths = pathsOf({ SPEAK_CODE_HOME: '/h' })
    const digest = createHash('sha256').update('/h\0/h/config.toml').digest('hex')
    expect(relayHash(paths)).toBe(digest.slice(0, 8))
  })

  test('differs by data folder and by config path', () => {
    const hashes = [
      relayHash(pathsOf({ SPEAK_CODE_HOME: '/h' })),
      relayHash(pathsOf({ SPEAK_CODE_HOME: '/i' })),
      relayHash(pathsOf({ SPEAK_CODE_HOME: '/h' }, '/i/config.toml')),
    ]
    expect(new Set(hashes).size).toBe(3)
  })
})

import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathsOf, relayHash } from '../paths.ts'
import { relayFiles, type RelayFiles } from './relay-files.ts'

let home: TemporaryFolder
beforeEach(() => {
  home = temporaryFolder()
})
afterEach(() => {
  home.remove()
})

function filesOf(folder: string, config: string): RelayFiles {
  return relayFiles(pathsOf({ SPEAK_CODE_HOME: join(home.path, folder) }, config), {})
}

describe('the socket', () => {
  it('lies in the runtime folder, which is made where it is missing', () => {
    const env = { SPEAK_CODE_HOME: home.path, XDG_RUNTIME_DIR: join(home.path, 'new') }
    const paths = pathsOf(env)
    const { socket } = relayFiles(paths, env)
    expect(socket).toBe(join(home.path, 'new', 'speak-code', `relay-${relayHash(paths)}.sock`))
  })

  it('lies under the state folder without a runtime folder, or where that is relative or no folder', () => {
    for (const runtime of [undefined, 'relative', '/dev/null/nothing']) {
      const env = { SPEAK_CODE_HOME: home.path, XDG_RUNTIME_DIR: runtime }
      expect(dirname(relayFiles(pathsOf(env), env).socket)).toBe(join(home.path, 'run'))
    }
  })

  it('lies in the temporary folder where the path would be too long for a socket', () => {
    const long = join(home.path, 'x'.repeat(90))
    mkdirSync(long)
    const env = { SPEAK_CODE_HOME: long, XDG_RUNTIME_DIR: long }
    const { socket, control } = relayFiles(pathsOf(env), env)
    expect(socket).toMatch(/^\/.*\/speak-code-\d+\/relay-[0-9a-f]{8}\.sock$/)
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103)
    expect(control).toBe(socket.replace('.sock', '.ctl'))
  })

  it('is another one for another configuration or data folder, with one lock for each data folder', () => {
    const [one, two, three] = [
      filesOf('a', '/one.toml'),
      filesOf('a', '/two.toml'),
      filesOf('b', '/one.toml'),
    ]
    expect(new Set([one.socket, two.socket, three.socket]).size).toBe(3)
    expect(one.lock).toBe(two.lock)
    expect(one.lock).not.toBe(three.lock)
  })
})

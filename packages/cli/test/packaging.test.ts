/** The tarball, installed as its users do: into a prefix of its own, by npm. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { temporaryFolder } from '@speak-code/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const cli = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'))

/** npm may have to fetch the one dependency. */
const INSTALL_MS = 180_000

describe('the packaged program', () => {
  const folder = temporaryFolder()
  const program = join(folder.path, 'bin/speak-code')
  // The pinned Node first: the program's `#!/usr/bin/env node` finds it. Nothing of the caller's configuration counts.
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    SPEAK_CODE_HOME: join(folder.path, 'home'),
    XDG_RUNTIME_DIR: folder.path,
  }
  const run = (...args: string[]) =>
    spawnSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  beforeAll(() => {
    execFileSync(process.execPath, [join(cli, 'scripts/package.ts'), '--out', folder.path])
    const tarball = join(folder.path, `speak-code-${version}.tgz`)
    const npm = ['install', '--global', '--prefix', folder.path, '--no-audit', '--no-fund', tarball]
    execFileSync('npm', npm, { env: { ...process.env, ...env }, stdio: 'pipe' })
  }, INSTALL_MS)

  afterAll(() => {
    run('relay', 'stop')
    folder.remove()
  })

  test('has one dependency at run time, and none of the workspace’s own names', () => {
    const installed = join(folder.path, 'lib/node_modules/speak-code')
    const description = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    expect(description.dependencies).toEqual({
      'better-sqlite3': expect.stringMatching(/^\d+\.\d+\.\d+$/),
    })
    expect(description).not.toHaveProperty('devDependencies')
    expect(description).not.toHaveProperty('private')
    expect(readdirSync(installed)).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'bin', 'bundle', 'package.json']),
    )
  })

  test('--version', () => {
    const { status, stdout, stderr } = run('--version')
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('ask: the demo model answers through a relay that starts by itself', () => {
    const { status, stdout } = run('ask', '--json', 'Hello?')
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', provider: 'demo' })
  })

  test('serve: takes a port, answers, and drains', async () => {
    const relay = spawn(program, ['serve', '--port', '0', '--data', join(folder.path, 'data')], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const left = once(relay, 'exit')
    const [line]: unknown[] = await once(createInterface({ input: relay.stdout }), 'line')
    const [, address] =
      /^listening on ws:\/\/(127\.0\.0\.1:\d+)\/ws\/chat$/.exec(String(line)) ?? []
    const health = await fetch(`http://${address}/health`)
    expect(await health.json()).toEqual({ status: 'ok', service: 'speak-code', version })
    relay.kill('SIGTERM')
    expect(await left).toEqual([0, null])
  })
})

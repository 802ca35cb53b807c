/** This machine's own relay: real processes around a relay that only counts. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LocalRelay } from '../src/client/local-relay.ts'
import { LocalRelayError } from '../src/local-relay/error.ts'
import { isLocked } from '../src/local-relay/lock.ts'
import { MAX_LOG_BYTES } from '../src/local-relay/relay-log.ts'
import { pathsOf } from '../src/paths.ts'
import { bareEnvironment } from './fixtures/program.ts'

const MAIN = fileURLToPath(new URL('./fixtures/relay-main.ts', import.meta.url))

let home: TemporaryFolder
let relays: LocalRelay[]

beforeEach(() => {
  home = temporaryFolder()
  relays = []
})

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.forceStop().catch(() => false)))
  home.remove()
})

interface Variation {
  readonly version?: string
  readonly config?: string
  readonly env?: NodeJS.ProcessEnv
  readonly answerTimeoutMs?: number
}

function localRelay({ version = '1.0.0', config, env, ...times }: Variation = {}): LocalRelay {
  const all = {
    ...bareEnvironment(),
    SPEAK_CODE_HOME: join(home.path, 'home'),
    XDG_RUNTIME_DIR: join(home.path, 'run'),
    LC_TEST: home.path,
    ...env,
  }
  const relay = new LocalRelay({
    paths: pathsOf(all, config),
    env: all,
    version,
    ...times,
    command: [process.execPath, '--conditions=@speak-code/source', MAIN, version],
  })
  relays.push(relay)
  return relay
}

function writeConfig(text: string): void {
  mkdirSync(join(home.path, 'home'), { recursive: true })
  writeFileSync(join(home.path, 'home', 'config.toml'), text)
}

async function client(relay: LocalRelay): Promise<Socket> {
  const socket = createConnection(relay.files.socket)
  await once(socket, 'connect')
  return socket
}

async function tell(socket: Socket, word: 'run' | 'end'): Promise<void> {
  socket.write(word)
  await once(socket, 'data')
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

/** The relays of this test: they inherit its mark. */
function processes(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && environmentOf(pid).includes(home.path))
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/environ`, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('starting', () => {
  it('one however many start at once', async () => {
    const found = await Promise.all(Array.from({ length: 8 }, () => localRelay().ensure()))
    expect(new Set(found.map(({ pid }) => pid)).size).toBe(1)
    await vi.waitUntil(() => processes().length === 1)
    expect(processes()).toEqual([found[0]?.pid])
  })

  it('is found where it runs', async () => {
    const first = await localRelay().ensure()
    expect(await localRelay().ensure()).toMatchObject({ pid: first.pid })
    expect(first.socket).toBe(localRelay().files.socket)
  })

  it('is found by a caller of another session, whose runtime folder is another', async () => {
    const first = await localRelay().ensure()
    const second = await localRelay({ env: { XDG_RUNTIME_DIR: undefined } }).ensure()
    expect(second).toMatchObject({ pid: first.pid, socket: first.socket })
  })

  it('folder 0700, sockets, record and log for their owner alone', async () => {
    const relay = localRelay()
    await relay.ensure()
    const { socket, control, record, log, lock } = relay.files
    expect(modeOf(dirname(socket)).toString(8)).toBe('700')
    for (const path of [socket, control, record, log, lock]) {
      expect((modeOf(path) & 0o077).toString(8), path).toBe('0')
    }
  })

  it('a folder of ours that others can read is closed', async () => {
    const relay = localRelay()
    mkdirSync(dirname(relay.files.socket), { recursive: true, mode: 0o755 })
    await relay.ensure()
    expect(modeOf(dirname(relay.files.socket)).toString(8)).toBe('700')
  })

  it('a folder that others can write is refused', async () => {
    const relay = localRelay()
    mkdirSync(dirname(relay.files.socket), { recursive: true })
    chmodSync(dirname(relay.files.socket), 0o777)
    await expect(relay.ensure()).rejects.toMatchObject({
      name: 'LocalRelayError',
      reason: 'folder',
      final: true,
    })
  })

  it('L10: neither keys nor other variables of the caller go into its process', async () => {
    const env = { OPENAI_API_KEY: 'sk-secret', MY_OWN_KEY: 'mine', NO_PROXY: 'localhost' }
    const { pid } = await localRelay({ env }).ensure()
    const environ = environmentOf(pid)
    expect(environ).not.toContain('sk-secret')
    expect(environ).not.toContain('MY_OWN_KEY')
    expect(environ).toContain('NO_PROXY=localhost')
  })

  it('a configuration that cannot be used is told by its own sentence', async () => {
    writeConfig('nonsense = 1\n')
    const error: unknown = await localRelay()
      .ensure()
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LocalRelayError)
    expect(error).toMatchObject({
      reason: 'config',
      final: true,
      message: expect.stringContaining('nonsense'),
    })
  })

  it('a data folder that cannot be made is told, and trying again is pointless', async () => {
    writeFileSync(join(home.path, 'home'), 'a file where the folder should be')
    await expect(localRelay().ensure()).rejects.toMatchObject({ reason: 'folder', final: true })
  })

  it('a process that dies is told with the end of its log', async () => {
    const relay = new LocalRelay({
      paths: pathsOf({ SPEAK_CODE_HOME: home.path }),
      env: {},
      version: '1.0.0',
      command: [process.execPath, '-e', 'console.error("no such luck"); process.exit(3)', '--'],
    })
    await expect(relay.ensure()).rejects.toThrow(/exit code 3[^]*no such luck/)
  })

  it('a long log is put aside', async () => {
    const relay = localRelay()
    mkdirSync(dirname(relay.files.log), { recursive: true })
    writeFileSync(relay.files.log, 'x'.repeat(MAX_LOG_BYTES + 1))
    await relay.ensure()
    expect(statSync(relay.files.log).size).toBeLessThan(MAX_LOG_BYTES)
    expect(statSync(`${relay.files.log}.1`).size).toBeGreaterThan(MAX_LOG_BYTES)
  })
})

describe('ending', () => {
  it('kill -9: the stale socket is cleared and another one starts', async () => {
    const first = await localRelay().ensure()
    process.kill(first.pid, 'SIGKILL')
    await vi.waitUntil(() => !isLocked(localRelay().files.lock))
    expect(existsSync(first.socket)).toBe(true)
    const second = await localRelay().ensure()
    expect(second.pid).not.toBe(first.pid)
    expect((await client(localRelay())).destroy().destroyed).toBe(true)
  })

  it('leaves after idle_exit_secs without work or clients, and leaves nothing behind', async () => {
    writeConfig('[relay]\nidle_exit_secs = 0.2\n')
    const relay = localRelay()
    const { pid } = await relay.ensure()
    const socket = await client(relay)
    await tell(socket, 'run')
    await tell(socket, 'end')
    expect(await relay.status()).toMatchObject({ pid, clients: 1, runs: 0 })
    socket.destroy()
    await vi.waitUntil(() => !isAlive(pid), { timeout: 5000 })
    expect(readdirSync(dirname(relay.files.socket))).toEqual([])
    expect(existsSync(relay.files.record)).toBe(false)
  })

  it('stop waits for live runs, then for the end of the process', async () => {
    const relay = localRelay()
    const { pid } = await relay.ensure()
    const socket = await client(relay)
    await tell(socket, 'run')
    const stopped = relay.stop(false)
    await vi.waitUntil(async () => (await relay.status())?.draining === true)
    expect(isAlive(pid)).toBe(true)
    await tell(socket, 'end')
    expect(await stopped).toBe(true)
    expect(isLocked(relay.files.lock)).toBe(false)
    expect(await relay.status()).toBeUndefined()
  })

  it('stop at once does not wait for live runs', async () => {
    const relay = localRelay()
    await relay.ensure()
    await tell(await client(relay), 'run')
    expect(await relay.stop(true)).toBe(true)
    expect(await relay.stop(true)).toBe(false)
  })

  it('SIGTERM drains it, a second one ends it at once', async () => {
    const relay = localRelay()
    const { pid } = await relay.ensure()
    await tell(await client(relay), 'run')
    process.kill(pid, 'SIGTERM')
    await vi.waitUntil(async () => (await relay.status())?.draining === true)
    process.kill(pid, 'SIGTERM')
    await vi.waitUntil(() => !isAlive(pid), { timeout: 5000 })
    expect(await relay.status()).toBeUndefined()
  })

  it('a relay that hangs is said to, and forced to end', async () => {
    const relay = localRelay({ answerTimeoutMs: 300 })
    const { pid } = await relay.ensure()
    process.kill(pid, 'SIGSTOP')
    await expect(relay.ensure()).rejects.toThrow(/does not answer.*--force/)
    expect(await relay.forceStop()).toBe(true)
    expect(isLocked(relay.files.lock)).toBe(false)
  })

  it('leaves when its socket was taken away', async () => {
    const relay = localRelay()
    const { pid, socket } = await relay.ensure()
    execFileSync('rm', [socket])
    await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 })
    expect((await relay.ensure()).pid).not.toBe(pid)
  })
})

describe('versions and configurations', () => {
  it('an older one without work makes room', async () => {
    const old = await localRelay({ version: '1.2.3' }).ensure()
    const relay = await localRelay({ version: '1.10.0' }).ensure()
    expect(relay.version).toBe('1.10.0')
    expect(isAlive(old.pid)).toBe(false)
  })

  it('an older one with work is used as it is', async () => {
    const relay = localRelay({ version: '1.2.3' })
    const old = await relay.ensure()
    await tell(await client(relay), 'run')
    expect(await localRelay({ version: '1.10.0' }).ensure()).toMatchObject({ pid: old.pid })
  })

  it('a newer one is used as it is', async () => {
    const newer = await localRelay({ version: '2.0.0' }).ensure()
    expect(await localRelay({ version: '2.0.0-beta.1' }).ensure()).toMatchObject({ pid: newer.pid })
  })

  it('one of another configuration without work makes room; with work it stays, and is named', async () => {
    const first = localRelay({ config: join(home.path, 'one.toml') })
    const other = localRelay({ config: join(home.path, 'two.toml') })
    expect(first.files.socket).not.toBe(other.files.socket)
    const { pid } = await first.ensure()
    await other.ensure()
    expect(isAlive(pid)).toBe(false)
    expect(await first.status()).toBeUndefined()
    await tell(await client(other), 'run')
    await expect(first.ensure()).rejects.toMatchObject({
      reason: 'busy',
      final: false,
      message: expect.stringContaining('two.toml'),
    })
  })
})

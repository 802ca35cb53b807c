/** `relay status|stop|restart|logs` as processes, with the real relay. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { temporaryFolder, type TemporaryFolder } from '@speak-code/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { version } from '../src/version.ts'
import { runProgram, startProgram } from './fixtures/program.ts'

const Status = z.object({ running: z.boolean(), pid: z.number().optional(), log: z.string() })

let home: TemporaryFolder
beforeEach(() => {
  home = temporaryFolder()
})
afterEach(async () => {
  await relay('stop', '--force')
  home.remove()
})

async function relay(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['relay', ...args], {
    SPEAK_CODE_HOME: home.path,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

async function status(): Promise<z.infer<typeof Status>> {
  return Status.parse(JSON.parse(await relay('status', '--json')))
}

it('where none runs: said so, exit code 0', async () => {
  expect(await relay('status')).toContain('not running')
  expect(await status()).toMatchObject({ running: false })
  expect(await relay('stop')).toBe('No relay is running.\n')
})

it('restart gives another process, stop ends it', async () => {
  await relay('restart')
  const first = await status()
  await relay('restart')
  const second = await status()
  expect(first.running && second.running).toBe(true)
  expect(second.pid).not.toBe(first.pid)
  const shown = (await relay('status')).split('\n')
  expect(shown).toContain(`pid        ${String(second.pid)}`)
  expect(shown).toContain(`version    ${version()}`)
  expect(await relay('stop')).toBe('The relay has stopped.\n')
  expect(await status()).toMatchObject({ running: false })
})

it('logs: the last lines, and with -f what follows', async () => {
  await relay('restart')
  const { pid } = await status()
  expect(await relay('logs', '-n', '1')).toMatch(
    new RegExp(`^\\{.*"pid":${String(pid)}.*the relay is ready.*\\}\\n$`),
  )
  const following = startProgram(['relay', 'logs', '-f', '-n', '1'], { SPEAK_CODE_HOME: home.path })
  const lines = createInterface({ input: following.stdout })
  expect(String(await once(lines, 'line'))).toContain('the relay is ready')
  const next = once(lines, 'line')
  await relay('stop')
  expect(String(await next)).toContain('the relay has left')
  following.kill()
})

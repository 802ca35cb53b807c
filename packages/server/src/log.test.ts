import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLog } from './log.ts'

it('L10: of an error only its name, code and words are logged, its cause’s too, not what hangs on it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-log-'))
  try {
    const file = join(folder, 'relay.log')
    const request = { headers: { authorization: 'Bearer sk-secret' }, body: 'my private question' }
    const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET', request })
    const error = Object.assign(new Error('it broke off', { cause }), { request })
    createLog({ file }).warn({ error }, 'a call failed')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      level: 'warn',
      time: expect.any(String),
      msg: 'a call failed',
      error: {
        name: 'Error',
        message: 'it broke off',
        cause: { name: 'Error', message: 'reset', code: 'ECONNRESET' },
      },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accept, historyPath, openHistory, question } from './testing/history.ts'

const STORE = new URL('sqlite-store.ts', import.meta.url).href

const WRITER = `
  const { writeSync } = await import('node:fs')
  const { openLocalStore } = await import(${JSON.stringify(STORE)})
  const [path, runId, first] = process.argv.slice(1)
  const store = openLocalStore(path)
  for (let seq = Number(first); ; seq += 2) {
    const chunks = [seq, seq + 1].map((number) => ({ runId, seq: number, delta: number + ' ' }))
    store.recordChunks(chunks)
    writeSync(1, seq + 1 + '\\n')
  }`

describe('kill -9 of the client', () => {
  it('L7: the history has all that was reported as written, is whole, and goes on', async () => {
    const path = historyPath()
    const chat = question('count')
    const setUp = openHistory(path)
    setUp.recordSend(chat)
    accept(setUp, chat)
    setUp.close()
    let reported = 0
    for (const killAfter of [1, 40, 250]) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=@speak-code/source',
          '--input-type=module',
          '--eval',
          WRITER,
          path,
          chat.id,
          String(reported + 1),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      onTestFinished(() => void child.kill('SIGKILL'))
      let lines = 0
      for await (const line of createInterface({ input: child.stdout })) {
        reported = Number(line)
        if (++lines === killAfter) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')
      const db = new Database(path)
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
      const store = openHistory(path)
      const seq = store.openRuns()[0]?.seq ?? 0
      expect(seq).toBeGreaterThanOrEqual(reported)
      expect(store.messages(chat.conversationId)[1]?.content).toBe(
        Array.from({ length: seq }, (_, index) => `${index + 1} `).join(''),
      )
      store.close()
      reported = seq
    }
  })
})

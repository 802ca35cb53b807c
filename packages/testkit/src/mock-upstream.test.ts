import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type MockUpstream, startMockUpstream } from './mock-upstream.ts'

let mock: MockUpstream

beforeAll(async () => {
  mock = await startMockUpstream()
})
afterAll(() => mock.stop())
beforeEach(() => mock.reset())

const ask = (model = 'm', signal?: AbortSignal): Promise<Response> =>
  fetch(`${mock.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model }),
    signal: signal ?? null,
  })

describe('the mock upstream', () => {
  test('greets unless told otherwise', async () => {
    const body = await (await ask()).text()
    expect(body).toContain('"content":"Hello"')
    expect(body).toContain('"total_tokens":13')
    expect(body).toMatch(/data: \[DONE\]\n\n$/)
  })

  test('gives each call its reply, the last one for all further; by model; the newest script first', async () => {
    await mock.script([{ body: ['one'] }, { body: ['two'] }])
    await mock.script({ status: 418, body: ['tea'] }, { model: 'pot' })
    const texts: string[] = []
    for (const model of ['m', 'pot', 'm', 'm']) texts.push(await (await ask(model)).text())
    expect(texts).toEqual(['one', 'tea', 'two', 'two'])
  })

  test('hands over the calls for a model, and forgets them and its scripts', async () => {
    await mock.script({ body: ['scripted'] }, { model: 'a' })
    for (const model of ['a', 'b', 'a']) await (await ask(model)).text()
    expect(await mock.take('a')).toMatchObject([{ body: { model: 'a' } }, { body: { model: 'a' } }])
    expect(await mock.calls()).toMatchObject([{ body: { model: 'b' } }])
    expect(await (await ask('a')).text()).toContain('Hello')
  })

  test('keeps its own record: bodies, times, overlaps, who closed', async () => {
    await mock.script([{ body: ['a', { gate: 'go' }, 'b'] }, { silent: true }])
    const first = await ask('first')
    const abort = new AbortController()
    const second = ask('second', abort.signal)
    await mock.until(({ open }) => open === 2)
    abort.abort()
    await expect(second).rejects.toThrow('abort')
    await mock.until(({ open }) => open === 1)
    await mock.open('go')
    expect(await first.text()).toBe('ab')
    const { calls, mostOpen } = await mock.until(({ open }) => open === 0)
    expect(mostOpen).toBe(2)
    expect(calls).toMatchObject([
      { body: { model: 'first' }, overlapping: 0, finishedAt: expect.any(Number) },
      { body: { model: 'second' }, overlapping: 1, closedAt: expect.any(Number) },
    ])
    expect(calls[0]).not.toHaveProperty('closedAt')
    expect(calls[1]).not.toHaveProperty('finishedAt')
  })

  test.each(['close', 'reset'] as const)('ends a body by %s', async (end) => {
    await mock.script({ body: ['part'], end })
    const response = await ask()
    await expect(response.text()).rejects.toThrow('terminated')
  })

  test('stamps deltas with the machine’s monotonic clock', async () => {
    const before = process.hrtime.bigint() / 1000n
    await mock.script({ deltas: { texts: ['x'], count: 2, perSecond: 100, stamp: true } })
    const body = await (await ask()).text()
    const after = process.hrtime.bigint() / 1000n
    const stamps = [...body.matchAll(/"content":"(\d+);x"/g)].map(([, stamp]) => BigInt(stamp ?? 0))
    expect(stamps).toHaveLength(2)
    for (const stamp of stamps) {
      expect(stamp).toBeGreaterThan(before)
      expect(stamp).toBeLessThan(after)
    }
  })

  test('an unfulfilled wait says what it saw', async () => {
    await ask('lonely')
    await expect(mock.until(({ calls }) => calls.length > 1, 50)).rejects.toThrow('lonely')
  })
})

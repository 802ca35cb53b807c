import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { demoAnswer } from './demo-answer.ts'
import { demoProvider } from './demo.ts'
import type { ProviderCall } from './provider.ts'
import { listen, type Told } from './testing.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function ask(content: string, call: Partial<ProviderCall> = {}): Promise<Told> {
  const told = listen(demoProvider(), { messages: [{ role: 'user', content }], ...call })
  await vi.runAllTimersAsync()
  return told
}

describe('the demo model', () => {
  test('says that it is one, quotes the question, and says how to set a key', async () => {
    const { text, end } = await ask('What is\n\na  monad?')
    expect(text).toContain('# This is the demo model')
    expect(text).toContain('> What is a monad?\n')
    expect(text).toContain('export OPENAI_API_KEY=your-key')
    expect(end).toMatchObject({ outcome: 'finished', status: 'completed', finishReason: 'stop' })
  })

  test('has what a terminal must draw: heading, list, code, table, CJK, emoji', async () => {
    const { text } = await ask('x')
    for (const part of ['## ', '- ', '```ts', '| --- |', '你好', '👩‍💻']) expect(text).toContain(part)
  })

  test('is deterministic, cuts included', async () => {
    expect((await ask('same')).deltas).toEqual((await ask('same')).deltas)
    expect((await ask('same')).text).not.toBe((await ask('other')).text)
  })

  test('streams some 60 small deltas a second for about 6 s', async () => {
    const began = Date.now()
    const { deltas, text } = await ask('hello')
    const seconds = (Date.now() - began) / 1000
    expect(seconds).toBeGreaterThan(4)
    expect(seconds).toBeLessThan(8)
    expect(deltas.length / seconds).toBeGreaterThan(50)
    expect(Math.max(...deltas.map((delta) => delta.text.length))).toBeLessThan(8)
    expect(text).toBe(demoAnswer('hello'))
  })

  test('an abort ends it at once', async () => {
    const abort = new AbortController()
    const told = listen(demoProvider(), { signal: abort.signal })
    await vi.advanceTimersByTimeAsync(500)
    abort.abort()
    const { end, deltas } = await told
    expect(end).toEqual({ outcome: 'aborted' })
    expect(deltas.length).toBeGreaterThan(10)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('an abort before the call', async () => {
    expect((await ask('x', { signal: AbortSignal.abort() })).end).toEqual({ outcome: 'aborted' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('maxTokens cuts it, and it says so', async () => {
    const { text, end } = await ask('x', { params: { maxTokens: 5 } })
    expect(text).toHaveLength(20)
    expect(end).toMatchObject({ outcome: 'finished', status: 'incomplete', finishReason: 'length' })
  })

  test('a huge, hostile or missing question is quoted harmlessly', async () => {
    const { text } = await ask(`\u001B[31m${'👩‍💻'.repeat(1_000_000)}`)
    expect(text).toMatch(/^> \[31m(?:👩‍💻){95,97}…$/mu)
    expect(demoAnswer('').length).toBeLessThan(3000)
  })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OutgoingChat } from '../../client/client.ts'
import { ASK_OPTIONS, jsonLines } from '../../testing/ask-options.ts'
import { testDeps, TestSignals, type TestDeps } from '../../testing/text-deps.ts'
import { WITHOUT_RELAY_MS } from '../answer/run-watch.ts'
import { runAsk } from './run.ts'

/** Streams one piece, then stays silent; `cancel` ends it. */
function endless(
  deps: TestDeps,
  options: { readonly answersCancel: boolean },
): Promise<OutgoingChat> {
  const { chatClient } = deps
  if (options.answersCancel) {
    chatClient.onCancel = (runId) => {
      chatClient.end(runId, 2, { status: 'cancelled', finishReason: null, endedBy: 'user' })
    }
  }
  return new Promise((resolve) => {
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'part')
      resolve(chat)
    }
  })
}

describe('stops', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('SIGINT cancels the run and keeps the partial: 130', async () => {
    const deps = testDeps()
    const signals = new TestSignals()
    const streaming = endless(deps, { answersCancel: true })
    const code = runAsk(ASK_OPTIONS, deps, signals)
    const { id } = await streaming
    signals.send('SIGINT')
    expect(await code).toBe(130)
    expect(deps.chatClient.cancelled).toEqual([id])
    expect(deps.stdout.text).toBe('part\n')
  })

  test('SIGINT waits two seconds for the end, not longer', async () => {
    const deps = testDeps()
    const signals = new TestSignals()
    const streaming = endless(deps, { answersCancel: false })
    const code = runAsk({ ...ASK_OPTIONS, outputFormat: 'json' }, deps, signals)
    await streaming
    signals.send('SIGINT')
    await vi.advanceTimersByTimeAsync(1999)
    expect(deps.stdout.text).toBe('')
    await vi.advanceTimersByTimeAsync(1)
    expect(await code).toBe(130)
    expect(jsonLines(deps.stdout.text)).toMatchObject([
      { text: 'part', status: 'cancelled', error: { code: 'cancelled' } },
    ])
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s leaves the run to the relay: %i', async (signal, exit) => {
    const deps = testDeps()
    const signals = new TestSignals()
    const streaming = endless(deps, { answersCancel: true })
    const code = runAsk(ASK_OPTIONS, deps, signals)
    await streaming
    signals.send(signal)
    expect(await code).toBe(exit)
    expect(deps.chatClient.cancelled).toEqual([])
    expect(deps.chatClient.closed).toBe(true)
  })

  test('--timeout cancels the run: 7, client_timeout, also after text', async () => {
    const deps = testDeps()
    const streaming = endless(deps, { answersCancel: true })
    const code = runAsk(
      { ...ASK_OPTIONS, timeout: 5, outputFormat: 'json' },
      deps,
      new TestSignals(),
    )
    const { id } = await streaming
    await vi.advanceTimersByTimeAsync(5000)
    expect(await code).toBe(7)
    expect(deps.chatClient.cancelled).toEqual([id])
    expect(jsonLines(deps.stdout.text)).toMatchObject([
      { status: 'cancelled', text: 'part', error: { code: 'client_timeout' } },
    ])
  })

  test('a reader that closes the pipe: the run is cancelled, 0, not a word', async () => {
    const deps = testDeps()
    deps.stdout.fail('EPIPE')
    const streaming = endless(deps, { answersCancel: true })
    const code = runAsk(ASK_OPTIONS, deps, new TestSignals())
    const { id } = await streaming
    expect(await code).toBe(0)
    expect(deps.chatClient.cancelled).toEqual([id])
    expect(deps.stderr.text).toBe('')
  })

  test('two minutes without a relay: 6', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onConnect = () => {
      const failure = { code: 'draining', message: 'restarting' } as const
      chatClient.setStatus({ state: { name: 'Connecting' }, draining: true, failure })
    }
    const sent = new Promise<void>((resolve) => {
      chatClient.onSend = () => {
        resolve()
      }
    })
    const code = runAsk(ASK_OPTIONS, deps, new TestSignals())
    await sent
    await vi.advanceTimersByTimeAsync(WITHOUT_RELAY_MS)
    expect(await code).toBe(6)
  })

  test('--timeout with no relay reached in all that time: 6, and why', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onConnect = () => {
      const failure = { code: 'relay_unreachable', message: 'it cannot be reached' } as const
      chatClient.setStatus({ state: { name: 'Connecting' }, failure })
    }
    const sent = new Promise<void>((resolve) => {
      chatClient.onSend = () => {
        resolve()
      }
    })
    const options = { ...ASK_OPTIONS, timeout: 5, outputFormat: 'json' } as const
    const code = runAsk(options, deps, new TestSignals())
    await sent
    // The cancelled question has no relay to answer for it.
    await vi.advanceTimersByTimeAsync(5000 + 2000)
    expect(await code).toBe(6)
    expect(jsonLines(deps.stdout.text)).toMatchObject([
      { id: null, status: 'failed', error: { code: 'relay_unreachable' } },
    ])
  })

  test('SIGINT while standard input is awaited: 130', async () => {
    const deps = testDeps()
    const signals = new TestSignals()
    const code = runAsk(
      { ...ASK_OPTIONS, prompt: ['-'], outputFormat: 'stream-json' },
      deps,
      signals,
    )
    signals.send('SIGINT')
    expect(await code).toBe(130)
    expect(jsonLines(deps.stdout.text)).toMatchObject([{ v: 1, type: 'end', seq: 0 }])
  })
})

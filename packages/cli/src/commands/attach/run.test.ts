import { describe, expect, test } from 'vitest'
import { testDeps, TestSignals, type TestDeps } from '../../testing/text-deps.ts'
import { runAttach } from './run.ts'

const CONVERSATION = '01890000-0000-7000-8000-0000000000c1'
const FIRST = '01890000-0000-7000-8000-0000000000a1'
const SECOND = '01890000-0000-7000-8000-0000000000a2'
const MESSAGE = '01890000-0000-7000-8000-0000000000b1'

/** The relay says that these runs are live, and then what `next` does. */
function liveWith(
  deps: TestDeps,
  runs: readonly string[],
  next: () => void = () => undefined,
): void {
  deps.chatClient.onAttach = (conversationId) => {
    deps.chatClient.emit({
      type: 'attached',
      conversationId,
      runs: runs.map((id) => ({
        id,
        messageId: MESSAGE,
        parentId: null,
        status: 'started',
        seq: 0,
      })),
    })
    next()
  }
}

describe('attach', () => {
  test('follows what is live from its start and leaves with the run’s code', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    liveWith(deps, [FIRST], () => {
      chatClient.delta(FIRST, 1, 'an ')
      chatClient.delta(FIRST, 2, 'answer')
      chatClient.end(FIRST, 3, { status: 'incomplete', finishReason: 'length' })
    })
    expect(await runAttach({ id: CONVERSATION, follow: false }, deps)).toBe(8)
    expect(deps.stdout.text).toBe('an answer\n')
    expect(chatClient.attached).toEqual([CONVERSATION])
    expect(chatClient.followed).toEqual([FIRST])
    expect(chatClient.closed).toBe(true)
  })

  test('nothing live: 3', async () => {
    const deps = testDeps()
    liveWith(deps, [])
    expect(await runAttach({ id: CONVERSATION, follow: false }, deps)).toBe(3)
    expect(deps.stdout.text).toBe('')
  })

  test('SIGINT leaves the run to the relay: 130', async () => {
    const deps = testDeps()
    const signals = new TestSignals()
    const live = new Promise<void>((resolve) => {
      liveWith(deps, [FIRST], resolve)
    })
    const code = runAttach({ id: CONVERSATION, follow: false }, deps, signals)
    await live
    signals.send('SIGINT')
    expect(await code).toBe(130)
    expect(deps.chatClient.cancelled).toEqual([])
  })

  test('--follow stays, shows the next question and its answer', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    const signals = new TestSignals()
    const shown = new Promise<void>((resolve) => {
      liveWith(deps, [FIRST], () => {
        chatClient.delta(FIRST, 1, 'one')
        chatClient.end(FIRST, 2)
        const messages = [{ id: MESSAGE, role: 'user', content: 'and then?' }] as const
        chatClient.emit({
          type: 'run',
          run: {
            type: 'run',
            conversationId: CONVERSATION,
            id: SECOND,
            messageId: MESSAGE,
            parentId: null,
            status: 'started',
            messages: [...messages],
          },
        })
        chatClient.delta(SECOND, 1, 'two')
        chatClient.end(SECOND, 2)
        resolve()
      })
    })
    const code = runAttach({ id: CONVERSATION, follow: true }, deps, signals)
    await shown
    signals.send('SIGINT')
    expect(await code).toBe(130)
    expect(deps.stdout.text).toBe('one\ntwo\n')
    expect(deps.notes).toEqual(['> and then?'])
  })

  test('no relay: 6 after the attempts', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onConnect = () => undefined
    chatClient.onAttach = () => {
      chatClient.setStatus({ failure: { code: 'relay_unreachable', message: 'refused' } })
    }
    expect(await runAttach({ id: CONVERSATION, follow: true }, deps)).toBe(6)
  })

  test('the relay is lost in mid-answer: 8', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    liveWith(deps, [FIRST], () => {
      chatClient.delta(FIRST, 1, 'part')
      chatClient.setStatus({ failure: { code: 'relay_unreachable', message: 'gone' } })
    })
    expect(await runAttach({ id: CONVERSATION, follow: false }, deps)).toBe(8)
    expect(deps.stdout.text).toBe('part\n')
  })
})

import { errorInfo, type ConversationWithMessages, type MessageView } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import type { OutgoingChat } from '../../client/client.ts'
import { answerWith, ASK_OPTIONS, jsonLines } from '../../testing/ask-options.ts'
import { testDeps, TestSignals, type TestDeps } from '../../testing/text-deps.ts'
import { runAsk } from './run.ts'

const replaced = (runId: string, text: string) =>
  ({ type: 'replaced', runId, seq: 9, text, reasoning: '', refusal: '' }) as const

/** Each model answers with its own name. */
function answerEach(deps: TestDeps): void {
  const { chatClient } = deps
  chatClient.onSend = (chat) => {
    const [provider = '', model = ''] = (chat.model ?? '').split('/')
    chatClient.accept(chat, model, provider)
    chatClient.delta(chat.id, 1, model)
    chatClient.end(chat.id, 2, { model, provider })
  }
}

/** Asks a relay that loses the run after this beginning, and has this message in the conversation. */
const lostAfter = async (
  begun: string,
  message: Partial<MessageView>,
  httpFails = false,
): Promise<{ code: number; text: string; recorded: readonly string[] }> => {
  const recorded: string[] = []
  let conversationId = ''
  const view = (id: string): ConversationWithMessages => ({
    id,
    title: 'A title',
    model: null,
    messageCount: 1,
    totalTokens: 5,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    lastMessageAt: null,
    messages: [
      {
        id: '00000000-0000-7000-8000-00000000000a',
        parentId: null,
        role: 'assistant',
        content: 'the whole answer',
        status: 'completed',
        finishReason: 'stop',
        usage: { promptTokens: 1, completionTokens: 4, totalTokens: 5, source: 'provider' },
        model: 'm',
        createdAt: '2026-01-01T00:00:00.000Z',
        ...message,
      },
    ],
  })
  const deps = testDeps({
    http: () =>
      Promise.resolve({
        getConversation: (id) => {
          recorded.push(id)
          return httpFails ? Promise.reject(new Error('down')) : Promise.resolve(view(id))
        },
        deleteConversation: () => Promise.resolve(false),
        listModels: () => Promise.resolve([]),
        listCircuits: () => Promise.resolve([]),
      }),
  })
  const { chatClient } = deps
  chatClient.onSend = (chat) => {
    conversationId = chat.conversationId
    chatClient.accept(chat)
    chatClient.delta(chat.id, 1, begun)
    chatClient.emit({ type: 'lost', runId: chat.id })
  }
  const code = await runAsk(ASK_OPTIONS, deps)
  expect(recorded).toEqual([conversationId])
  return { code, text: deps.stdout.text, recorded }
}

describe('text', () => {
  test('L12 the bytes of the answer, a final newline, and nothing else', async () => {
    const deps = testDeps()
    answerWith(deps, 'He', 'llo\u001B[31m ', '世界')
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(0)
    expect(deps.stdout.text).toBe('Hello\u001B[31m 世界\n')
    expect(deps.stderr.text).toBe('')
    expect(deps.chatClient.closed).toBe(true)
  })

  test('no second newline where the answer has one', async () => {
    const deps = testDeps()
    answerWith(deps, 'a\n')
    await runAsk(ASK_OPTIONS, deps)
    expect(deps.stdout.text).toBe('a\n')
  })

  test('an empty answer prints nothing and says so', async () => {
    const deps = testDeps()
    answerWith(deps)
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(0)
    expect(deps.stdout.text).toBe('')
    expect(deps.notes).toContain('The answer is empty.')
  })

  test('on a terminal the model’s escape codes are made harmless', async () => {
    const deps = testDeps({ terminal: true })
    answerWith(deps, '\u001B]0;owned\u0007x')
    await runAsk(ASK_OPTIONS, deps)
    expect(deps.stdout.text).toBe('␛]0;owned␇x\n')
  })

  test('reasoning is no part of it', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'thinking', 'reasoning')
      chatClient.delta(chat.id, 2, 'said')
      chatClient.end(chat.id, 3)
    }
    await runAsk(ASK_OPTIONS, deps)
    expect(deps.stdout.text).toBe('said\n')
  })

  test('--no-stream writes when it is complete', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    let early = ''
    chatClient.onSend = (chat) => {
      chatClient.delta(chat.id, 1, 'whole')
      early = deps.stdout.text
      chatClient.end(chat.id, 2)
    }
    await runAsk({ ...ASK_OPTIONS, stream: false }, deps)
    expect(early).toBe('')
    expect(deps.stdout.text).toBe('whole\n')
  })

  test('-u prints the tokens on stderr', async () => {
    const deps = testDeps()
    answerWith(deps, 'x')
    await runAsk({ ...ASK_OPTIONS, usage: true }, deps)
    expect(deps.stderr.text).toBe('tokens: 3 in, 2 out, 5 in all (mock/model)\n')
  })

  test('-u tells the cost where it is known, and who spoke in place of the model that was asked', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'x')
      const cost = { amount: 0.0012, currency: 'USD' }
      chatClient.end(chat.id, 2, { model: 'spare', provider: 'other', cost })
    }
    await runAsk({ ...ASK_OPTIONS, usage: true }, deps)
    expect(deps.stderr.text).toBe(
      'tokens: 3 in, 2 out, 5 in all, 0.0012 USD (other/spare in place of mock/model)\n',
    )
  })

  test('a refusal goes to stderr: 9', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'I will not.', 'refusal')
      chatClient.end(chat.id, 2, { finishReason: 'refusal' })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(9)
    expect(deps.stdout.text).toBe('')
    expect(deps.stderr.text).toContain('I will not.')
  })

  test('the demo model is named as one', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat, 'demo', 'demo')
      chatClient.end(chat.id, 1)
    }
    await runAsk(ASK_OPTIONS, deps)
    expect(deps.notes.join()).toMatch(/demo model/)
  })
})

describe('failures', () => {
  test('before text: the code’s own exit code, a sentence and a hint on stderr', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      const error = errorInfo('upstream_auth', 'The key was refused.')
      chatClient.end(chat.id, 1, { status: 'failed', finishReason: null, error })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(4)
    expect(deps.stderr.text).toBe(
      'error: The key was refused.\nSet a valid key, for example: export OPENAI_API_KEY=sk-…\n',
    )
  })

  test('after text: 8, and the text stays', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'part')
      const error = errorInfo('upstream_overloaded', 'Overloaded.')
      chatClient.end(chat.id, 2, { status: 'failed', finishReason: null, error })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(8)
    expect(deps.stdout.text).toBe('part\n')
  })

  test('refused by the relay: model_not_found is 3', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = ({ id }) => {
      const error = errorInfo('model_not_found', 'There is no model x.')
      chatClient.emit({ type: 'refused', runId: id, error })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(3)
  })

  test('a limit is not waited out: 5, with the time in the hint', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = ({ id }) => {
      const error = errorInfo('rate_limited', 'Too many requests.', 30_000)
      chatClient.emit({ type: 'postponed', runId: id, error, at: Date.now() + 30_000 })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(5)
    expect(deps.stderr.text).toContain('Try again in 30 seconds.')
    expect(chatClient.cancelled).toEqual([chatClient.sent[0]?.id])
  })

  test('attempts used up: 6, and the question is withdrawn', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onConnect = () => {
      chatClient.setStatus({ state: { name: 'Connecting' } })
    }
    chatClient.onSend = () => {
      chatClient.setStatus({ failure: { code: 'relay_unreachable', message: 'refused' } })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(6)
    expect(deps.stderr.text).toContain('No connection to the relay')
    expect(chatClient.cancelled).toEqual([chatClient.sent[0]?.id])
  })

  test('a token that is refused: 4', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onConnect = () => undefined
    chatClient.onSend = () => {
      chatClient.setStatus({
        state: { name: 'Error', message: 'wrong token' },
        failure: { code: 'unauthenticated', message: 'wrong token' },
      })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(4)
  })

  test('L4 a text that cannot be verified is never success: 8', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'text')
      chatClient.end(chat.id, 2, {}, false)
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(8)
  })

  test('a lost run: 8', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.emit({ type: 'lost', runId: chat.id })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(8)
  })

  describe('`lost` after a reconnect: the conversation is read over HTTP', () => {
    test('what is missing of a completed answer is written: 0', async () => {
      expect(await lostAfter('the wh', {})).toMatchObject({ code: 0, text: 'the whole answer\n' })
    })

    test('a cut one is 8, with all that was kept', async () => {
      const cut = { status: 'failed', finishReason: null, content: 'the whole' } as const
      expect(await lostAfter('the wh', cut)).toMatchObject({ code: 8, text: 'the whole\n' })
    })

    test('another text than was written is 8', async () => {
      expect(await lostAfter('a wh', {})).toMatchObject({ code: 8, text: 'a wh' })
    })

    test('a relay that does not answer is 8', async () => {
      expect(await lostAfter('the wh', {}, true)).toMatchObject({ code: 8, text: 'the wh\n' })
    })
  })

  test('stdout that cannot be written: 1', async () => {
    const deps = testDeps()
    deps.stdout.fail('ENOSPC')
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'text')
    }
    chatClient.onCancel = (runId) => {
      chatClient.end(runId, 2, { status: 'cancelled', finishReason: null, endedBy: 'user' })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(1)
    expect(deps.stderr.text).toContain('Standard output cannot be written')
  })
})

describe('after a reconnect', () => {
  test('people are told of the break, once, while an answer is open', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      const failure = { code: 'relay_unreachable', message: 'reset' } as const
      chatClient.setStatus({ state: { name: 'Connecting' }, failure, retryAt: 1 })
      chatClient.setStatus({ state: { name: 'Connecting' }, failure })
      chatClient.connected()
      chatClient.delta(chat.id, 1, 'all')
      chatClient.end(chat.id, 2)
      chatClient.setStatus({ state: { name: 'Connecting' }, failure, retryAt: 1 })
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(0)
    expect(deps.notes).toEqual([
      'The connection to the relay was lost (reset); the answer goes on once it is back.',
    ])
  })

  test('only what is missing is written', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'one ')
      chatClient.emit(replaced(chat.id, 'one two'))
      chatClient.end(chat.id, 10)
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(0)
    expect(deps.stdout.text).toBe('one two\n')
  })

  test('what was written is not a beginning of the answer: 8', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'won ')
      chatClient.emit(replaced(chat.id, 'one two'))
      chatClient.delta(chat.id, 10, ' three')
      chatClient.end(chat.id, 11)
    }
    expect(await runAsk(ASK_OPTIONS, deps)).toBe(8)
    expect(deps.stdout.text).toBe('won ')
  })

  test('nothing was written yet: the new text counts', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      chatClient.delta(chat.id, 1, 'won ')
      chatClient.emit(replaced(chat.id, 'one two'))
      chatClient.end(chat.id, 10)
    }
    expect(await runAsk({ ...ASK_OPTIONS, outputFormat: 'json' }, deps)).toBe(0)
    expect(jsonLines(deps.stdout.text)).toMatchObject([{ text: 'one two' }])
  })
})

describe('several models', () => {
  test('one conversation, answers in order under their names, the first code that is not 0', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    const chats: OutgoingChat[] = []
    chatClient.onSend = (chat) => {
      chats.push(chat)
      const [second, first] = chats
      if (first === undefined || second === undefined) return
      for (const each of chats) chatClient.accept(each)
      chatClient.delta(second.id, 1, 'second')
      chatClient.end(second.id, 2)
      chatClient.delta(first.id, 1, 'first')
      chatClient.end(first.id, 2, { status: 'incomplete', finishReason: 'length' })
    }
    expect(await runAsk({ ...ASK_OPTIONS, model: ['a/x', 'b/y'] }, deps)).toBe(8)
    expect(deps.stdout.text).toBe('# a/x\nfirst\n\n# b/y\nsecond\n')
    expect(deps.stderr.text).toMatch(/^error: a\/x: /)
    // The first model's answer is the newest: that is the one that -c goes on with.
    const [second, first] = chats
    expect([first?.model, second?.model]).toEqual(['a/x', 'b/y'])
    expect(first?.conversationId).toBe(second?.conversationId)
    expect(first?.messages).toEqual(second?.messages)
    expect(first?.id).not.toBe(second?.id)
  })

  const TWO = { ...ASK_OPTIONS, model: ['a/x', 'b/y'] }
  const EMPTY_ANSWERS = [
    { index: 0, model: 'x', provider: 'a' },
    { index: 1, model: 'y', provider: 'b' },
  ]

  test('json: one object each in their order, with its index', async () => {
    const deps = testDeps()
    answerEach(deps)
    expect(await runAsk({ ...TWO, outputFormat: 'json' }, deps)).toBe(0)
    expect(jsonLines(deps.stdout.text)).toMatchObject(EMPTY_ANSWERS)
  })

  test('stream-json: each line tells its index, one answer after the other', async () => {
    const deps = testDeps()
    answerEach(deps)
    expect(await runAsk({ ...TWO, outputFormat: 'stream-json' }, deps)).toBe(0)
    expect(jsonLines(deps.stdout.text)).toMatchObject(
      EMPTY_ANSWERS.flatMap((answer) => [
        { type: 'start', ...answer },
        { type: 'delta', index: answer.index, delta: answer.model },
        { type: 'end', ...answer },
      ]),
    )
  })

  test('one model has no index', async () => {
    const deps = testDeps()
    answerWith(deps, 'x')
    await runAsk({ ...ASK_OPTIONS, outputFormat: 'stream-json' }, deps)
    for (const line of jsonLines(deps.stdout.text)) expect(line).not.toHaveProperty('index')
  })

  test('notices name their model', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      const notice = { type: 'notice', id: chat.id, code: 'retrying', message: 'busy' } as const
      chatClient.emit({ type: 'notice', notice })
      chatClient.end(chat.id, 1)
    }
    await runAsk(TWO, deps)
    expect(deps.notes).toContain('a/x: busy')
    expect(deps.notes).toContain('b/y: busy')
  })

  test('L12 nothing could be asked: nothing is on standard output', async () => {
    const deps = testDeps({
      client: () => Promise.reject(new Error('no client')),
    })
    expect(await runAsk(TWO, deps)).toBe(1)
    expect(deps.stdout.text).toBe('')
  })

  test('SIGINT cancels all: 130', async () => {
    const deps = testDeps()
    const { chatClient } = deps
    const signals = new TestSignals()
    chatClient.onSend = (chat) => {
      chatClient.accept(chat)
      if (chatClient.sent.length === 2 && chat === chatClient.sent.at(-1)) signals.send('SIGINT')
    }
    chatClient.onCancel = (runId) => {
      chatClient.end(runId, 1, { status: 'cancelled', finishReason: null, endedBy: 'user' })
    }
    expect(await runAsk(TWO, deps, signals)).toBe(130)
    expect(new Set(chatClient.cancelled)).toEqual(new Set(chatClient.sent.map(({ id }) => id)))
  })
})

test('a question over the relay’s bound: 1, and it is not sent', async () => {
  const deps = testDeps()
  const { chatClient } = deps
  chatClient.onConnect = () => {
    chatClient.connected(100_000)
  }
  expect(await runAsk({ ...ASK_OPTIONS, prompt: ['x'.repeat(100_000)] }, deps)).toBe(1)
  expect(chatClient.sent).toEqual([])
  expect(deps.stderr.text).toContain('larger than the relay takes')
})

test('what is asked: system prompt first, the question, model and parameters', async () => {
  const deps = testDeps()
  answerWith(deps, 'x')
  await runAsk(
    {
      ...ASK_OPTIONS,
      prompt: ['two', 'words'],
      system: 'Be brief.',
      model: ['a/x'],
      param: ['topK=3'],
      exercise: 'loops',
      save: false,
    },
    deps,
  )
  const [sent] = deps.chatClient.sent
  expect(sent).toMatchObject({
    parentId: null,
    model: 'a/x',
    params: { topK: 3 },
    exercise: { slug: 'loops' },
    ephemeral: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'two words' },
    ],
  })
})

import { errorInfo } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { settled } from '../client/testing/fake-clock.ts'
import { SessionHarness } from './testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

describe('asking', () => {
  test('a question, its answer, and the next one after it', async () => {
    const chat = await open()
    const first = await chat.ask('why?')
    await chat.publish(first, 'because')
    await chat.end(first)
    expect(chat.news()).toEqual(['question: why?', '●●●', 'text: because'])
    await chat.ask('and then?')
    const [one, two] = chat.relay.got('chat')
    expect(two?.parentId).toBe(chat.relay.runs.get(first)?.messageId)
    expect(two?.conversationId).toBe(one?.conversationId)
    expect(chat.session.lastAnswer).toBe('because')
  })

  test('the system prompt and attached files go with the first question only', async () => {
    const chat = await open({ system: { text: 'be brief', explicit: false } })
    chat.files.set('a.txt', 'file text')
    chat.session.attach({ name: 'a.txt', path: 'a.txt' })
    const first = await chat.ask('why?')
    await chat.end(first)
    await chat.ask('and?')
    const [one, two] = chat.relay.got('chat')
    expect(one?.messages.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'be brief'],
      ['user', 'file text\n\nwhy?'],
    ])
    expect(two?.messages.map(({ content }) => content)).toEqual(['and?'])
  })

  test('L7: without a connection the question is on disk, waits, and is shown when it is accepted', async () => {
    const chat = new SessionHarness()
    chat.relay.stop()
    await chat.start()
    chat.session.ask('anybody?')
    await settled()
    expect(chat.news()).toEqual(['waiting: anybody? (queued)'])
    expect(chat.store.openRuns()).toHaveLength(1)
    chat.relay.start()
    chat.session.reconnect()
    await settled()
    expect(chat.news()).toEqual(['question: anybody?', '●●●', 'waiting: '])
  })

  test('the store’s failure is thrown, and nothing is asked', async () => {
    const chat = await open()
    chat.store.close()
    expect(() => {
      chat.session.ask('lost?')
    }).toThrow(Error)
    expect(chat.session.busy).toBe(false)
    expect(chat.session.begun).toBe(false)
  })

  test('a model that was chosen is asked; the one that answers is told', async () => {
    const chat = await open()
    await chat.ask('a')
    chat.session.setModel('openai/gpt-x')
    chat.session.begin()
    await chat.ask('b')
    expect(chat.relay.got('chat').map(({ model }) => model)).toEqual([undefined, 'openai/gpt-x'])
    expect(chat.models).toEqual([
      { name: 'scripted/scripted-1', chosen: false },
      { name: 'scripted/scripted-1', chosen: true },
    ])
  })
})

describe('waiting questions', () => {
  test('go out by themselves after a whole answer', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.ask('two')
    expect(chat.news()).toEqual(['question: one', '●●●', 'waiting: two (queued)'])
    await chat.publish(first, 'done')
    await chat.end(first)
    expect(chat.news()).toEqual(['text: done', 'question: two', '●●●', 'waiting: '])
    expect(chat.relay.got('chat')[1]?.parentId).toBe(chat.relay.runs.get(first)?.messageId)
  })

  test('are held after a stop, until they are let go', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.ask('two')
    expect(chat.session.stop()).toBe(true)
    expect(chat.session.stop()).toBe(false)
    await chat.end(first, { status: 'cancelled', finishReason: null, endedBy: 'user' })
    expect(chat.session.waiting).toMatchObject([{ text: 'two', state: 'held' }])
    expect(chat.session.release()).toBe(true)
    await settled()
    expect(chat.relay.got('chat')).toHaveLength(2)
    expect(chat.session.release()).toBe(false)
  })

  test('can be taken back, and what followed takes their place', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.ask('two')
    await chat.ask('three')
    expect(chat.session.drop(1)).toBe('two')
    expect(chat.session.drop(9)).toBeUndefined()
    await chat.end(first)
    expect(chat.relay.got('chat').map(({ messages }) => messages[0]?.content)).toEqual([
      'one',
      'three',
    ])
    expect(chat.relay.got('chat')[1]?.parentId).toBe(chat.relay.runs.get(first)?.messageId)
  })

  test('one that is stopped before it left comes back to the composer', async () => {
    const chat = await open()
    chat.relay.refuse = () => ({ ...errorInfo('rate_limited', 'Too fast.', 5000) })
    await chat.ask('patience')
    expect(chat.news()).toEqual([
      'question: patience',
      '●●●',
      'notice: Too fast. It is asked again in',
    ])
    chat.session.stop()
    expect(chat.news()).toEqual(['warning: Not asked.', 'compose: patience'])
    expect(chat.session.busy).toBe(false)
  })
})

describe('asking again', () => {
  test('L5: /retry asks the same question as a branch, under a new id', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.end(first, { status: 'failed', error: errorInfo('upstream_eof', 'It broke off.') })
    expect(chat.news()).toContain('error: It broke off.')
    expect(chat.session.retry('other/model')).toBeUndefined()
    await settled()
    const [a, b] = chat.relay.got('chat')
    expect(b).toMatchObject({ parentId: a?.parentId, messages: a?.messages, model: 'other/model' })
    expect(b?.id).not.toBe(a?.id)
  })

  test('of a question that had waited keeps its place', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.ask('two')
    await chat.end(first)
    const second = chat.relay.got('chat')[1]
    await chat.end(second?.id ?? '')
    chat.session.retry(undefined)
    await settled()
    expect(chat.relay.got('chat')[2]?.parentId).toBe(chat.relay.runs.get(first)?.messageId)
  })

  test('there is nothing to retry at first, and not in mid-answer', async () => {
    const chat = await open()
    expect(chat.session.retry(undefined)).toContain('no question')
    await chat.ask('one')
    expect(chat.session.retry(undefined)).toContain('under way')
  })

  test('a refused question is shown with why, and the next one takes its place', async () => {
    const chat = await open()
    chat.relay.refuse = () => errorInfo('model_not_found', 'There is no such model.')
    await chat.ask('one')
    expect(chat.news()).toEqual([
      'question: one',
      '●●●',
      'error: There is no such model.',
      expect.stringContaining('hint: /model NAME'),
    ])
    chat.relay.refuse = undefined
    await chat.ask('two')
    expect(chat.relay.got('chat')[1]?.parentId).toBeNull()
  })
})

describe('what happens to an answer', () => {
  test('one that is read again goes on where it was, or is said from the beginning', async () => {
    const chat = await open()
    const id = await chat.ask('one')
    await chat.publish(id, 'a whole ')
    chat.relay.session.cut()
    chat.relay.publish(id, 'answer')
    await chat.clock.advance(60_000)
    expect(chat.news()).toEqual(['question: one', '●●●', 'text: a whole ', 'text: answer'])
    await chat.end(id, { textSha256: 'f'.repeat(64) })
    await chat.clock.advance(60_000)
    expect(chat.news().join('\n')).toContain('What is shown here is not what the relay has.')
  })

  test('one that the relay has lost is read from the conversation', async () => {
    const chat: SessionHarness = new SessionHarness({
      refresh: (conversationId) => {
        const view = chat.store.conversation(conversationId)
        const messages = chat.store
          .messages(conversationId)
          .map((message) =>
            message.role === 'assistant'
              ? { ...message, content: 'half and the rest', status: 'completed' as const }
              : message,
          )
        if (view !== undefined) chat.store.recordConversation(view, messages)
        return Promise.resolve(true)
      },
    })
    await chat.start()
    const id = await chat.ask('one')
    await chat.publish(id, 'half')
    chat.relay.runs.delete(id)
    chat.relay.session.cut()
    await chat.clock.advance(60_000)
    expect(chat.news()).toEqual(['question: one', '●●●', 'text: half', 'text:  and the rest'])
    expect(chat.session.busy).toBe(false)
  })

  test('one that is lost for good says so and keeps what had arrived', async () => {
    const chat = await open()
    const id = await chat.ask('one')
    await chat.publish(id, 'half')
    chat.relay.runs.delete(id)
    chat.relay.session.cut()
    await chat.clock.advance(60_000)
    expect(chat.news()).toContain(
      'error: The relay does not know this answer any more. What had arrived is kept.',
    )
    expect(chat.session.busy).toBe(false)
  })

  test('notices of the shown answer are told', async () => {
    const chat = await open()
    const id = await chat.ask('one')
    chat.relay.session.send({ type: 'notice', id, code: 'retrying', message: 'Trying again.' })
    await settled()
    expect(chat.news()).toContain('notice: Trying again.')
  })

  test('notices of what was left out stay, and wait until their answer is shown', async () => {
    const chat = await open()
    await chat.converse('one', 'mine')
    await chat.command('/compare x/a x/b')
    const asked = chat.relay.got('chat').slice(1)
    chat.news()
    for (const { id, model } of asked) {
      chat.relay.session.send({ type: 'notice', id, code: 'trimmed', message: `${model} has less` })
    }
    await settled()
    expect(chat.news()).toEqual(['warning: x/a has less.'])
    for (const { id } of asked) await chat.answer(id, 'said')
    expect(chat.news().filter((line) => line.includes('x/b'))).toEqual([
      'strong: x/b',
      'warning: x/b has less.',
    ])
  })

  test('a time-out stops it', async () => {
    const chat = await open({ timeoutMs: 5000 })
    await chat.ask('one')
    await chat.clock.advance(5001)
    expect(chat.relay.got('cancel')).toHaveLength(1)
  })
})

describe('other terminals', () => {
  test('their question and answer are shown here, and the next question follows them', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.end(first)
    chat.news()
    const { conversationId } = chat.session
    const other = await new SessionHarness({}, chat).start()
    other.session.open(conversationId)
    const id = await other.ask('from over there')
    const run = chat.relay.runs.get(id)
    const [here] = chat.relay.sessions
    here?.send({
      type: 'run',
      conversationId,
      id,
      messageId: run?.messageId ?? '',
      parentId: run?.request.messages[0]?.id ?? null,
      status: 'started',
      messages: run?.request.messages ?? [],
    })
    await settled()
    await other.publish(id, 'for both')
    await other.end(id)
    expect(chat.news()).toEqual(['question: from over there', '●●●', 'text: for both'])
    await chat.ask('and here again')
    expect(chat.relay.got('chat').at(-1)?.parentId).toBe(run?.messageId)
  })
})

describe('opening a conversation again', () => {
  test('its messages are told, and the next question follows them', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.publish(first, 'answer one')
    await chat.end(first)
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    expect(again.news()).toEqual(['opened', 'user: one', 'assistant: answer one'])
    await again.ask('two')
    expect(again.relay.got('chat').at(-1)?.parentId).toBe(chat.relay.runs.get(first)?.messageId)
  })

  test('L7: an answer that is under way goes on where it was', async () => {
    const chat = await open()
    const id = await chat.ask('one')
    await chat.publish(id, 'first ')
    await chat.clock.advance(100)
    await chat.session.close()
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    await settled()
    await again.publish(id, 'second')
    await again.end(id)
    expect(again.news()).toEqual(['opened', 'user: one', '●●●', 'text: first ', 'text: second'])
    expect(again.relay.calls.get(id)).toBe(1)
  })

  test('L7: a question that was never accepted is asked now, once', async () => {
    const chat = new SessionHarness()
    chat.relay.stop()
    await chat.start()
    chat.session.ask('offline')
    await chat.session.close()
    chat.relay.start()
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    await settled()
    expect(again.relay.got('chat').map(({ messages }) => messages[0]?.content)).toEqual(['offline'])
    expect(again.news()).toEqual(expect.arrayContaining(['opened', 'question: offline', '●●●']))
  })

  test('/retry works at once', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.end(first)
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    expect(again.session.retry(undefined)).toBeUndefined()
    await settled()
    const [a, b] = again.relay.got('chat')
    expect(b).toMatchObject({ parentId: null, messages: a?.messages })
  })
})

describe('--no-save', () => {
  test('the whole branch goes with each question, and nothing is written', async () => {
    const chat = await open({ save: false })
    const first = await chat.ask('one')
    await chat.publish(first, 'answer one')
    chat.session.ask('two')
    expect(chat.session.waiting).toMatchObject([{ text: 'two', state: 'queued' }])
    await chat.end(first)
    const second = chat.relay.got('chat')[1]
    expect(second).toMatchObject({ parentId: null, ephemeral: true })
    expect(second?.messages.map(({ content }) => content)).toEqual(['one', 'answer one', 'two'])
    expect(chat.store.conversations()).toEqual([])
    expect(chat.session.begun).toBe(false)
  })

  test('/retry leaves the answer before out', async () => {
    const chat = await open({ save: false })
    const first = await chat.ask('one')
    await chat.publish(first, 'answer one')
    await chat.end(first)
    chat.session.retry(undefined)
    await settled()
    expect(chat.relay.got('chat')[1]?.messages.map(({ content }) => content)).toEqual(['one'])
  })
})

import { errorInfo } from '@speak-code/protocol'
import { describe, expect, test } from 'vitest'
import { settled } from '../../client/testing/fake-clock.ts'
import { SessionHarness } from '../testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

const answerOf = (chat: SessionHarness, runId: string): string =>
  chat.relay.runs.get(runId)?.messageId ?? ''

const modelsOf = (chats: readonly { model?: string | undefined }[]): Set<string | undefined> =>
  new Set(chats.map(({ model }) => model))

describe('/retry [model]', () => {
  test('asks the last question again beside the first answer, of another model', async () => {
    const chat = await open()
    await chat.converse('one', 'first answer')
    expect(await chat.command('/retry other/model')).toEqual([])
    const [first, second] = chat.relay.got('chat')
    expect(second).toMatchObject({
      parentId: first?.parentId,
      messages: first?.messages,
      model: 'other/model',
    })
    expect(await chat.completions('/retry oth')).toEqual(['other/model'])
  })

  test('is offered where an answer fails after its first delta, whatever the reason', async () => {
    const chat = await open()
    const id = await chat.ask('one')
    await chat.publish(id, 'half')
    await chat.end(id, {
      status: 'failed',
      finishReason: null,
      error: errorInfo('upstream_bad_response', 'Not a stream.'),
    })
    expect(chat.news()).toContain('hint: /retry asks again, /retry MODEL another model.')
  })

  test('does not jump over questions that are held', async () => {
    const chat = await open()
    await chat.ask('one')
    await chat.ask('two')
    chat.session.stop()
    await settled()
    expect(await chat.command('/retry')).toEqual([
      'error: Questions wait: Enter sends them, /queue drop N takes one back.',
    ])
  })
})

describe('/edit [n]', () => {
  test('takes the last question back; what is sent stands in its place, and the old branch stays', async () => {
    const chat = await open()
    const first = await chat.converse('one', 'answer one')
    await chat.converse('two', 'answer two')
    chat.news()
    await chat.command('/edit')
    expect(chat.news()).toEqual(['compose: two'])
    const edited = await chat.converse('two, better', 'answer to the better one')
    expect(chat.relay.runs.get(edited)?.request).toMatchObject({
      parentId: answerOf(chat, first),
      messages: [{ content: 'two, better' }],
    })
    expect(await chat.command('/branch')).toEqual([
      'meta: After “answer one”:',
      expect.stringMatching(/^plain: {3}1 {2}two {2}· scripted-1 · just now$/),
      expect.stringMatching(/^strong: ● 2 {2}two, better/),
      'hint: /branch N goes on with one.',
    ])
  })

  test('counts back, and says how many there are', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    await chat.converse('two', 'b')
    expect(await chat.completions('/edit ')).toEqual(['1', '2'])
    chat.news()
    await chat.command('/edit 2')
    expect(chat.news()).toEqual(['compose: one'])
    await chat.ask('one anew')
    expect(chat.relay.got('chat').at(-1)?.parentId).toBeNull()
    await chat.end(chat.relay.got('chat').at(-1)?.id ?? '')
    expect(await chat.command('/edit 3')).toEqual(['error: There is 1 question to edit.'])
    expect(await chat.command('/edit x')).toEqual([expect.stringMatching(/^error: .*number/)])
  })

  test('brings the files of the question back', async () => {
    const chat = await open()
    chat.files.set('a.txt', 'file')
    chat.session.attach({ name: 'a.txt', path: 'a.txt' })
    await chat.converse('look', 'seen')
    await chat.command('/edit')
    expect(chat.events.at(-2)).toEqual({ type: 'attachments', names: ['a.txt'] })
    await chat.ask('look closer')
    expect(chat.relay.got('chat').at(-1)?.messages[0]?.content).toBe('file\n\nlook closer')
  })

  test('also takes back a question that the relay has refused, with its system prompt', async () => {
    const chat = await open({ system: { text: 'be brief', explicit: false } })
    chat.relay.refuse = () => errorInfo('model_not_found', 'There is no such model.')
    await chat.ask('one')
    chat.relay.refuse = undefined
    chat.news()
    await chat.command('/edit')
    expect(chat.news()).toEqual(['compose: one'])
    await chat.ask('one again')
    expect(chat.relay.got('chat').at(-1)).toMatchObject({
      parentId: null,
      messages: [{ content: 'be brief' }, { content: 'one again' }],
    })
  })

  test('not while an answer is under way, and not where nothing was asked', async () => {
    const chat = await open()
    expect(await chat.command('/edit')).toEqual(['error: There is no question to edit yet.'])
    await chat.ask('one')
    expect(await chat.command('/edit')).toEqual(['error: An answer is under way; Esc stops it.'])
  })
})

describe('/branch [n]', () => {
  test('walks to the n-th branch, tells it from the fork on, and the next question follows it', async () => {
    const chat = await open()
    const first = await chat.converse('one', 'first answer')
    await chat.command('/retry')
    const second = chat.relay.got('chat').at(-1)?.id ?? ''
    await chat.answer(second, 'second answer')
    chat.news()
    expect(await chat.completions('/branch ')).toEqual(['1', '2'])
    expect(await chat.command('/branch 1')).toEqual([])
    expect(chat.news()).toEqual(['branch', 'assistant: first answer'])
    expect(chat.session.lastAnswer).toBe('first answer')
    const next = await chat.ask('and then?')
    expect(chat.relay.runs.get(next)?.request.parentId).toBe(answerOf(chat, first))
  })

  test('also leads to older forks', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    await chat.command('/edit')
    await chat.converse('one, otherwise', 'b')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'c')
    const listed = await chat.command('/branch')
    expect(listed.map((line) => line.replace(/ {2}· .*/, ''))).toEqual([
      'meta: Answers to “one, otherwise”:',
      'plain:   1  b',
      'strong: ● 2  c',
      'meta: From the beginning:',
      'plain:   3  one',
      'hint: /branch N goes on with one.',
    ])
    chat.news()
    await chat.command('/branch 3')
    expect(chat.news()).toEqual(['branch', 'user: one', 'assistant: a'])
  })

  test('says where there is nothing to choose', async () => {
    const chat = await open()
    expect(await chat.command('/branch')).toEqual([
      'meta: There is one branch; /retry and /edit make others.',
    ])
    await chat.converse('one', 'a')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'b')
    expect(await chat.command('/branch 7')).toEqual(['error: There is no branch 7: there are 2.'])
    expect(await chat.command('/branch 2')).toEqual(['meta: That is the branch that you are on.'])
  })

  test('branches of an earlier session can be walked too, and asked again', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'b')
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    again.news()
    await again.command('/branch 1')
    expect(again.news()).toEqual(['branch', 'assistant: a'])
    await again.command('/retry')
    expect(again.relay.got('chat').at(-1)).toMatchObject({
      parentId: null,
      messages: again.relay.got('chat')[0]?.messages,
    })
  })
})

describe('/compare MODEL…', () => {
  test('asks all at once, shows one answer after the other under its model, and goes on after the first', async () => {
    const chat = await open()
    await chat.converse('one', 'mine')
    chat.news()
    expect(await chat.command('/compare x/a x/b')).toEqual([])
    const [, ...asked] = chat.relay.got('chat')
    expect(modelsOf(asked)).toEqual(new Set(['x/a', 'x/b']))
    expect(new Set(asked.map(({ messages }) => messages[0]?.id)).size).toBe(1)
    const idOf = (model: string): string => asked.find((chatOf) => chatOf.model === model)?.id ?? ''
    await chat.publish(idOf('x/b'), 'from b')
    await chat.publish(idOf('x/a'), 'from a')
    await chat.end(idOf('x/b'))
    expect(chat.news()).toEqual(['question: one', 'strong: x/a', '●●●', 'text: from a'])
    await chat.end(idOf('x/a'))
    expect(chat.news()).toEqual(['strong: x/b', '●●●', 'text: from b'])
    expect(chat.session.lastAnswer).toBe('from a')
    const next = await chat.ask('why?')
    expect(chat.relay.runs.get(next)?.request.parentId).toBe(answerOf(chat, idOf('x/a')))
    expect(chat.relay.runs.get(next)?.request.model).toBeUndefined()
  })

  test('Esc stops them all, and each has an end of its own', async () => {
    const chat = await open()
    await chat.converse('one', 'mine')
    await chat.command('/compare x/a x/b')
    chat.news()
    expect(chat.session.stop()).toBe(true)
    await settled()
    expect(chat.relay.got('cancel')).toHaveLength(2)
    const stopped = 'warning: Stopped. What had arrived is kept. /retry asks again.'
    expect(chat.news().filter((line) => line === stopped)).toHaveLength(2)
    expect(chat.session.busy).toBe(false)
  })

  test('in a new conversation the next question goes to them', async () => {
    const chat = await open()
    expect(await chat.command('/compare x/a, x/b x/a')).toEqual([
      'meta: Your next question goes to x/a, x/b.',
    ])
    await chat.ask('one')
    expect(modelsOf(chat.relay.got('chat'))).toEqual(new Set(['x/a', 'x/b']))
    for (const { id } of chat.relay.got('chat')) await chat.end(id)
    await chat.ask('two')
    expect(chat.relay.got('chat')).toHaveLength(3)
  })

  test('a question that is typed meanwhile is seen to wait until its turn on the screen', async () => {
    const chat = await open()
    await chat.converse('one', 'mine')
    await chat.command('/compare x/a x/b')
    const [, ...asked] = chat.relay.got('chat')
    await chat.end(asked.find(({ model }) => model === 'x/a')?.id ?? '')
    await chat.ask('and now?')
    expect(chat.session.waiting).toMatchObject([{ text: 'and now?', state: 'queued' }])
    chat.news()
    await chat.end(asked.find(({ model }) => model === 'x/b')?.id ?? '')
    expect(chat.news()).toEqual(['question: and now?', '●●●', 'waiting: '])
  })

  test('wants models, and no more than the relay takes at once', async () => {
    const chat = await open()
    expect(await chat.command('/compare')).toEqual([expect.stringMatching(/^error: .*MODEL/)])
    const many = Array.from({ length: 17 }, (_, n) => `m${n}`).join(' ')
    expect(await chat.command(`/compare ${many}`)).toEqual([
      'error: At most 16 models can be asked at once.',
    ])
    await chat.converse('one', 'mine')
    expect(await chat.completions('/compare x/a scr')).toEqual(['x/a scripted/scripted-1'])
  })
})

describe('/compact', () => {
  test('the model sums up, a branch begins with that, and the original stays', async () => {
    const chat = await open({ system: { text: 'be brief', explicit: false } })
    await chat.converse('one', 'a long answer')
    chat.news()
    expect(await chat.command('/compact')).toEqual([])
    expect(chat.news()).toEqual(['question: /compact', '●●●'])
    const summary = chat.relay.got('chat').at(-1)
    expect(summary?.messages[0]?.content).toContain('Summarise our conversation')
    await chat.answer(summary?.id ?? '', 'We spoke of one.')
    await chat.ask('two')
    const next = chat.relay.got('chat').at(-1)
    expect(next?.parentId).toBeNull()
    expect(next?.messages.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'be brief\n\nSummary of the conversation so far:\n\nWe spoke of one.'],
      ['user', 'two'],
    ])
    await chat.end(next?.id ?? '')
    chat.news()
    await chat.command('/branch 1')
    expect(chat.news()).toEqual([
      'branch',
      'system: be brief',
      'user: one',
      'assistant: a long answer',
    ])
    await chat.ask('three')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ content }) => content),
    ).toEqual(['three'])
    await chat.end(chat.relay.got('chat').at(-1)?.id ?? '')
    expect((await chat.command('/branch')).join('\n')).not.toContain('Summarise')
  })

  test('the next session goes on from the summary as well', async () => {
    const chat = await open()
    await chat.converse('one', 'a long answer')
    await chat.command('/compact')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'We spoke of one.')
    const again = await new SessionHarness({}, chat).start()
    again.session.open(chat.session.conversationId)
    expect(again.news()).toEqual([
      'opened',
      'system: Summary of the conversation so far:\n\nWe spoke of one.',
    ])
  })

  test('what is typed meanwhile is asked after the summary', async () => {
    const chat = await open()
    await chat.converse('one', 'a long answer')
    await chat.command('/compact')
    await chat.ask('two')
    expect(chat.session.waiting).toMatchObject([{ text: 'two', state: 'queued' }])
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'Sum.')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ role }) => role),
    ).toEqual(['system', 'user'])
  })

  test('a summary that is cut changes nothing', async () => {
    const chat = await open()
    const first = await chat.converse('one', 'a long answer')
    await chat.command('/compact')
    const summary = chat.relay.got('chat').at(-1)?.id ?? ''
    await chat.publish(summary, 'We spo')
    chat.session.stop()
    await settled()
    expect(chat.news()).toContain(
      'warning: There is no whole summary: the conversation stays as it was.',
    )
    await chat.ask('two')
    expect(chat.relay.got('chat').at(-1)?.parentId).toBe(answerOf(chat, first))
  })

  test('refuses politely where there is nothing to sum up, and in mid-answer', async () => {
    const chat = await open()
    expect(await chat.command('/compact')).toEqual(['error: There is nothing to compact yet.'])
    await chat.ask('one')
    expect(await chat.command('/compact')).toEqual(['error: An answer is under way; Esc stops it.'])
  })
})

describe('--no-save', () => {
  test('branches live in memory: retry, walk back, and the whole branch goes along', async () => {
    const chat = await open({ save: false })
    await chat.converse('one', 'first')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'second')
    await chat.command('/branch 1')
    await chat.ask('two')
    expect(
      chat.relay
        .got('chat')
        .at(-1)
        ?.messages.map(({ content }) => content),
    ).toEqual(['one', 'first', 'two'])
    expect(chat.store.conversations()).toEqual([])
  })
})

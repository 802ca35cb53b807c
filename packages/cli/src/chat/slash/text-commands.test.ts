import { describe, expect, test } from 'vitest'
import { exported, transcriptOf } from '../../transcript/transcript.ts'
import { SessionHarness } from '../testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

describe('/copy [n]', () => {
  test('the source of the last answer, or of its n-th code block', async () => {
    const chat = await open()
    expect(await chat.command('/copy')).toEqual(['error: There is no answer to copy.'])
    const source = 'See **this**:\n```js\nlet a\n```\nand\n```sh\nls\n```\n'
    await chat.converse('one', source)
    await chat.command('/copy')
    expect(chat.events.at(-1)).toEqual({ type: 'copy', text: source })
    await chat.command('/copy 2')
    expect(chat.events.at(-1)).toEqual({ type: 'copy', text: 'ls\n' })
    expect(await chat.command('/copy 3')).toEqual(['error: The last answer has 2 code blocks.'])
    expect(await chat.command('/copy x')).toEqual(['error: The last answer has 2 code blocks.'])
    expect(await chat.completions('/copy ')).toEqual(['1', '2'])
  })
})

describe('/export [md|json] [FILE]', () => {
  test('writes what `history export` writes, named after the title', async () => {
    const chat = await open()
    await chat.converse('How do I *sort* a list?', 'So.')
    expect(await chat.command('/export')).toEqual(['meta: Written to how-do-i-sort-a.md'])
    const view = chat.store.conversation(chat.session.conversationId)
    if (view === undefined) throw new Error('it is not in the history')
    const transcript = transcriptOf(chat.store, view)
    expect(chat.files.get('how-do-i-sort-a.md')).toBe(exported(transcript, 'md'))
    expect(chat.files.get('how-do-i-sort-a.md')).toContain('How do I *sort* a list?')
    await chat.command('/export json out.json')
    const json: unknown = JSON.parse(chat.files.get('out.json') ?? '')
    expect(json).toMatchObject({ id: view.id, messages: [{ role: 'user' }, { content: 'So.' }] })
  })

  test('never overwrites a file', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    await chat.command('/export md')
    expect(await chat.command('/export md')).toEqual(['meta: Written to one-2.md'])
    expect(await chat.command('/export md one.md')).toEqual([
      'error: one.md is there already, and nothing is overwritten here.',
    ])
  })

  test('the branch that is shown, and a file name alone says the format', async () => {
    const chat = await open()
    await chat.converse('one', 'first answer')
    await chat.command('/retry')
    await chat.answer(chat.relay.got('chat').at(-1)?.id ?? '', 'second answer')
    await chat.command('/branch 1')
    await chat.command('/export notes.md')
    expect(chat.files.get('notes.md')).toContain('first answer')
    expect(chat.files.get('notes.md')).not.toContain('second answer')
    await chat.command('/export all.json')
    expect(chat.files.get('all.json')).toContain('second answer')
    expect(await chat.completions('/export j')).toEqual(['json'])
    expect(await chat.completions('/export md no')).toEqual(['md notes.md'])
  })

  test('a conversation that is kept nowhere too; nothing is nothing', async () => {
    const chat = await open({ save: false })
    expect(await chat.command('/export')).toEqual(['error: There is nothing to export yet.'])
    await chat.converse('one', 'a')
    await chat.command('/export md kept.md')
    expect(chat.files.get('kept.md')).toContain('## You\n\none')
  })
})

import { describe, expect, test } from 'vitest'
import { settled } from '../../client/testing/fake-clock.ts'
import { SLASH_COMMANDS, unknownCommand } from '../slash-commands.ts'
import { SessionHarness } from '../testing/session-harness.ts'

const open = (
  change: ConstructorParameters<typeof SessionHarness>[0] = {},
): Promise<SessionHarness> => new SessionHarness(change).start()

/** CONTRACT.md §4, Slash commands. */
const CONTRACT =
  'help new resume sessions model retry edit fork branch queue copy export rename search stats status cost tokens ' +
  'system file exercise compare compact theme reconnect clear exit quit'

test('the table has the commands of the contract, each with a line of help', () => {
  expect(SLASH_COMMANDS.flatMap(({ names }) => names).toSorted()).toEqual(
    CONTRACT.split(' ').toSorted(),
  )
  expect(SLASH_COMMANDS.filter(({ help }) => help === '' || help.includes('\n'))).toEqual([])
})

describe('/help', () => {
  test('tells each command with its other names, and the keys as they are bound', async () => {
    const chat = await open()
    const said = (await chat.command('/help')).join('\n')
    for (const { names, help } of SLASH_COMMANDS) {
      expect(said).toContain(`/${names[0]}`)
      expect(said).toContain(help)
    }
    expect(said).toContain('(also /status /cost /tokens)')
    expect(said).toMatch(/^plain: +Enter +send$/m)
  })
})

describe('/queue', () => {
  test('shows what waits, drops one, takes one back', async () => {
    const chat = await open()
    expect(await chat.command('/queue')).toEqual(['meta: Nothing waits.'])
    await chat.ask('one')
    await chat.ask('two\nlines')
    await chat.ask('three')
    expect(await chat.command('/queue')).toEqual(['plain:   1  two …', 'plain:   2  three'])
    expect(await chat.completions('/queue d')).toEqual(['drop 1', 'drop 2'])
    expect(await chat.command('/queue drop 1')).toEqual(['meta: Dropped: two …'])
    chat.news()
    await chat.command('/queue edit 1')
    expect(chat.news()).toContain('compose: three')
    expect(chat.session.waiting).toEqual([])
    expect(await chat.command('/queue drop 4')).toEqual(['error: No question waits at 4.'])
    expect(await chat.command('/queue drop')).toEqual(['error: /queue drop needs a number.'])
    expect(await chat.command('/queue jump')).toEqual([
      'error: /queue knows “drop N” and “edit N”.',
    ])
  })
})

describe('/stats (/status /cost /tokens)', () => {
  test('tokens, cost where it is known, time to first token and speed, per answer and in all', async () => {
    const chat = await open()
    const first = await chat.ask('one')
    await chat.clock.advance(400)
    await chat.publish(first, 'some')
    await chat.clock.advance(2000)
    await chat.end(first, {
      usage: {
        promptTokens: 100,
        completionTokens: 50,
        totalTokens: 150,
        cachedTokens: 80,
        reasoningTokens: 20,
        source: 'provider',
      },
      cost: { amount: 0.0125, currency: 'USD' },
    })
    const second = await chat.ask('two')
    await chat.end(second, {
      usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15, source: 'estimated' },
    })
    expect((await chat.command('/stats')).slice(1)).toEqual([
      'plain:   1  scripted/scripted-1 · 100 in (80 cached) · 50 out (20 reasoning) · 0.0125 USD · first token after 0.4 s · 25 tokens/s',
      'plain:   2  scripted/scripted-1 · ~10 in · ~5 out',
      'plain: 2 answers here · ~110 in (80 cached) · ~55 out (20 reasoning) · 0.0125 USD',
      'plain: 165 tokens in the whole conversation · 0.0125 USD',
    ])
    expect(chat.events.findLast(({ type }) => type === 'tokens')).toEqual({
      type: 'tokens',
      tokens: 165,
      cost: { amount: 0.0125, currency: 'USD' },
    })
  })

  test('the cost is hidden while it is unknown', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    expect((await chat.command('/cost')).join('\n')).not.toMatch(/USD|cost/)
  })
})

describe('the screen and the connection', () => {
  test('/reconnect connects at once', async () => {
    const chat = await open()
    const { length } = chat.relay.sessions
    await chat.command('/reconnect')
    await settled()
    expect(chat.relay.sessions).toHaveLength(length + 1)
  })

  test('/clear clears the screen and keeps the conversation', async () => {
    const chat = await open()
    await chat.converse('one', 'a')
    const { conversationId } = chat.session
    await chat.command('/clear')
    expect(chat.events.at(-1)).toEqual({ type: 'clearScreen' })
    expect(chat.session.conversationId).toBe(conversationId)
    await chat.ask('two')
    expect(chat.relay.got('chat').at(-1)?.parentId).not.toBeNull()
  })

  test.each(['/exit', '/quit'])('%s leaves', async (typed) => {
    const chat = await open()
    await chat.command(typed)
    expect(chat.events.at(-1)).toEqual({ type: 'leave' })
  })
})

describe('an unknown command is an error line', () => {
  test.each([
    ['modle', 'model'],
    ['hlep', 'help'],
    ['resum', 'resume'],
    ['exprot', 'export'],
    ['qit', 'quit'],
  ])('/%s: the nearest is /%s', (typed, near) => {
    expect(unknownCommand(typed)).toEqual({
      tone: 'error',
      text: `There is no command /${typed}. Do you mean /${near}? /help lists them; //${typed} sends it as text.`,
    })
  })

  test('what is near to nothing gets no guess', () => {
    expect(unknownCommand('etc/hosts').text).not.toContain('Do you mean')
  })
})

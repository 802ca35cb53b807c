import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../client/testing/fake-clock.ts'
import type { LocalStore } from '../../store/local-store.ts'
import { converse, openHistory, question } from '../../store/testing/history.ts'
import { plainText } from '../../terminal/styled-row.ts'
import { composerWith } from '../composer/composer-state.ts'
import type { KeyPress } from '../keyboard/key-press.ts'
import { ScreenStore } from '../screen-store.ts'
import { initialView } from '../view-state.ts'
import { ConversationSource } from './conversation-source.ts'
import { MessageSource } from './message-source.ts'
import { ModelSource } from './model-source.ts'
import { Overlay } from './overlay.ts'
import { pickerRows } from './picker-rows.ts'
import { PromptSource } from './prompt-source.ts'
import type { PickerSource } from './source.ts'

const key = (name: string): KeyPress => ({ type: 'key', name })
const text = (typed: string): KeyPress => ({ type: 'text', text: typed })

function harness(columns = 100, rows = 24) {
  const clock = new FakeClock()
  const screen = new ScreenStore(clock, {
    view: initialView(columns, rows, clock.now()),
    composer: composerWith([], 'half a thought'),
  })
  const problems: string[] = []
  const chosen: string[] = []
  const overlay = new Overlay({
    screen,
    clock,
    onProblem: (problem) => {
      problems.push(problem)
    },
  })
  const drawn = (): string[] => {
    const { overlay: picker, view } = screen.snapshot()
    return picker === undefined ? [] : pickerRows(picker, view).rows.map((row) => plainText(row))
  }
  const press = (...keys: KeyPress[]): boolean[] => keys.map((each) => overlay.press(each))
  return { clock, screen, problems, chosen, overlay, drawn, press }
}

type Harness = ReturnType<typeof harness>

const prompts = ({ clock, chosen }: Harness, ...texts: string[]): PickerSource =>
  new PromptSource({ prompts: texts, clock, take: (prompt) => chosen.push(prompt) })

const conversations = ({ clock, chosen }: Harness, store: LocalStore): PickerSource =>
  new ConversationSource({
    store,
    clock,
    current: undefined,
    open: (id, at) =>
      chosen.push(
        `${store.conversation(id)?.title} ${at === undefined ? '' : `at ${at.query}`}`.trim(),
      ),
  })

const messages = ({ chosen }: Harness, store: LocalStore): PickerSource =>
  new MessageSource({
    store,
    open: (conversation, hit) => chosen.push(`${conversation} ${hit?.messageId}`),
  })

function searched() {
  const h = harness()
  const store = openHistory()
  const chat = question('where is the needle')
  const answer = converse(store, chat, `${'hay '.repeat(100)} a needle in it`)
  store.recordSend(question('something else'))
  return { h, store, chat, answer }
}

const model = (id: string) => ({
  id,
  provider: 'p',
  contextWindow: 128_000,
  price: null,
  capabilities: [],
})

const unreachable = () => Promise.reject(new Error('the relay is unreachable'))

describe('earlier prompts', () => {
  test('are listed newest first, each once, and found by letters that stand apart', () => {
    const h = harness()
    h.overlay.open([prompts(h, 'deploy it', 'explain the relay', 'deploy it', 'count words')], '')
    expect(h.drawn().join('\n')).toMatch(/▸ deploy it[\s\S]*explain the relay[\s\S]*count words/)
    expect(h.drawn()[0]).toMatch(/^Earlier prompts {2,}1 of 3$/)
    h.press(text('exrel'))
    expect(h.drawn().slice(2, -1)).toEqual(['▸ explain the relay'])
    h.press(key('enter'))
    expect(h.chosen).toEqual(['explain the relay'])
    expect(h.screen.snapshot().overlay).toBeUndefined()
  })

  test('one of several lines is shown on one and taken whole', () => {
    const h = harness()
    h.overlay.open([prompts(h, 'first\n\tsecond')], '')
    expect(h.drawn()).toContain('▸ first second')
    h.press(key('enter'))
    expect(h.chosen).toEqual(['first\n\tsecond'])
  })

  test('more than a screen of them scrolls', () => {
    const h = harness(80, 12)
    h.overlay.open([prompts(h, ...Array.from({ length: 9 }, (_, n) => `prompt ${n}`))], '')
    expect(h.drawn().filter((row) => row.includes('prompt '))).toHaveLength(5)
    h.press(key('end'))
    expect(h.drawn().slice(-2)[0]).toBe('▸ prompt 8')
    h.press(key('pageup'), key('up'))
    expect(h.drawn()[2]).toBe('▸ prompt 3')
    h.press(key('home'))
    expect(h.drawn()[2]).toBe('▸ prompt 0')
  })
})

describe('leaving', () => {
  test.each(['escape', 'ctrl-c', 'ctrl-g'])('%s leaves everything as it was', (name) => {
    const h = harness()
    const before = h.screen.snapshot()
    h.overlay.open([prompts(h, 'a', 'b')], '')
    h.press(text('xyz'), key('down'), key(name))
    expect(h.screen.snapshot()).toEqual({ ...before, overlay: undefined })
    expect(h.chosen).toEqual([])
    expect(h.clock.pending).toBe(0)
    // What is typed then belongs to the composer again.
    expect(h.press(text('x'))).toEqual([false])
  })

  test('Enter where nothing is found chooses nothing and stays', () => {
    const h = harness()
    h.overlay.open([prompts(h, 'a')], 'zzz')
    h.press(key('enter'))
    expect(h.overlay.isOpen).toBe(true)
    expect(h.drawn()).toContain('  No prompt is found.')
  })

  test('keys of the terminal and of the connection are passed on, others are not', () => {
    const h = harness()
    h.overlay.open([prompts(h, 'a')], '')
    expect(h.press(key('ctrl-l'), key('ctrl-z'), key('ctrl-r'))).toEqual([false, false, false])
    expect(h.press(key('ctrl-t'), key('ctrl-s'), key('f5'))).toEqual([true, true, true])
  })
})

describe('search in all conversations', () => {
  test('begins after a pause, and a hit opens its conversation at the message', async () => {
    const { h, store, chat, answer } = searched()
    h.overlay.open([messages(h, store)], '')
    h.press(text('need'))
    await h.clock.advance(100)
    expect(h.drawn().join('\n')).not.toContain('needle')
    h.press(text('le'))
    await h.clock.advance(100)
    expect(h.drawn()).toEqual([
      expect.stringMatching(/ Searching …$/),
      '› needle',
      expect.anything(),
    ])
    await h.clock.advance(30)
    const shown = h.drawn().join('\n')
    expect(shown).toMatch(/where is the needle +you · just now\n/)
    expect(shown).toContain('a needle in it')
    expect(shown).not.toMatch(/[«»]/)
    const place = h.drawn().findIndex((row) => row.includes('a needle in it'))
    h.press(...(place === 3 ? [] : [key('down')]), key('enter'))
    expect(h.chosen).toEqual([`${chat.conversationId} ${answer}`])
  })

  test('Enter does not wait for the pause', () => {
    const { h, store, chat } = searched()
    h.overlay.open([messages(h, store)], '')
    h.press(text('where'), key('enter'))
    expect(h.chosen).toEqual([`${chat.conversationId} ${chat.messages[0]?.id}`])
  })

  test('Tab goes to the prompts and back with the same words', () => {
    const { h, store } = searched()
    h.overlay.open([messages(h, store), prompts(h, 'needles and pins', 'other')], 'needle')
    expect(h.drawn()[0]).toMatch(/^Search in all conversations/)
    expect(h.drawn().join('\n')).toContain('where is the needle')
    h.press(key('tab'))
    expect(h.drawn()[0]).toMatch(/^Earlier prompts/)
    expect(h.drawn().slice(1, 3)).toEqual(['› needle', '▸ needles and pins'])
    h.press(key('tab'))
    expect(h.drawn().join('\n')).toContain('where is the needle')
  })

  test('where the store fails it says so and closes', () => {
    const { h, store } = searched()
    const broken = {
      ...messages(h, store),
      words: messages(h, store).words,
      find: () => ({ items: [], more: false }),
      needsSearch: () => true,
      search: () => {
        throw new Error('the disk is gone')
      },
      choose: () => undefined,
    }
    h.overlay.open([broken], 'x')
    expect(h.problems).toEqual(['the disk is gone'])
    expect(h.overlay.isOpen).toBe(false)
  })
})

describe('conversations', () => {
  test('have a title, an age, a size, a model and their latest words', () => {
    const h = harness()
    const store = openHistory(undefined, { now: () => h.clock.now() - 3 * 3_600_000 })
    converse(store, question('how do relays work'), 'They pass things on.')
    h.overlay.open([conversations(h, store)], '')
    expect(h.drawn().slice(2, 4)).toEqual([
      expect.stringMatching(
        /^▸ how do relays work +2 messages · provider-1\/model-1 · 7 tokens · 3 h ago$/,
      ),
      '    They pass things on.',
    ])
  })

  test('on 40 columns the title keeps its row', () => {
    const h = harness(40)
    const store = openHistory(undefined, { now: () => h.clock.now() - 3 * 3_600_000 })
    converse(store, question('日本語の質問です'), 'They pass things on.')
    h.overlay.open([conversations(h, store)], '')
    expect(h.drawn()[2]).toMatch(/^▸ 日本語の質問です +3 h ago$/)
    expect(h.drawn()[3]).toMatch(/^ {4}2 messages · provider-1\/model-1 · 7…$/)
    expect(h.drawn()[4]).toBe('    They pass things on.')
  })

  test('on a larger terminal there are more of them, with all that is told of each', () => {
    const h = harness(100, 16)
    const store = openHistory()
    for (const n of [1, 2, 3, 4, 5, 6, 7]) converse(store, question(`title ${n}`), `text ${n}`)
    h.overlay.open([conversations(h, store)], '')
    expect(h.drawn().filter((row) => /text \d/.test(row))).toHaveLength(4)
    h.press(key('end'))
    h.screen.dispatch({ type: 'resized', columns: 100, rows: 40 })
    expect(h.drawn().filter((row) => /text \d/.test(row))).toHaveLength(7)
    expect(h.drawn()[0]).toMatch(/7 of 7$/)
    h.screen.dispatch({ type: 'resized', columns: 100, rows: 10 })
    expect(h.drawn().filter((row) => /title \d/.test(row))).toHaveLength(3)
    expect(h.drawn().join('\n')).toContain('▸ title 1')
  })

  test('are found by their titles at once, and by what was said in them after a pause', async () => {
    const h = harness()
    const store = openHistory()
    converse(store, question('about boats'), 'the needle is here')
    converse(store, question('threading a needle'), 'thread first')
    h.overlay.open([conversations(h, store)], '')
    h.press(text('needle'))
    const titles = (): string[] =>
      h
        .drawn()
        .filter((row) => /about|threading/.test(row))
        .map((row) => row.slice(2, 10))
    expect(titles()).toEqual(['threadin'])
    await h.clock.advance(200)
    expect(titles()).toEqual(['threadin', 'about bo'])
    h.press(key('down'), key('enter'))
    expect(h.chosen).toEqual(['about boats at needle'])
  })

  test('ten thousand are there after the first frame, page by page', async () => {
    const h = harness()
    const list = Array.from({ length: 10_000 }, (_, n) => ({
      id: randomUUID(),
      title: `conversation ${n}`,
      activity: 10_000 - n,
    }))
    const pages: number[] = []
    const store: LocalStore = {
      ...openHistory(),
      conversation: () => undefined,
      conversationTitles: ({ limit, before = Infinity }) => {
        const page = list.filter(({ activity }) => activity < before).slice(0, limit)
        pages.push(page.length)
        return page
      },
    }
    h.overlay.open([conversations(h, store)], '')
    expect(pages).toEqual([100])
    expect(h.drawn()[0]).toMatch(/1 of 100\+$/)
    await h.clock.advance(500)
    expect(h.drawn()[0]).toMatch(/1 of 10,000$/)
    expect(Math.max(...pages)).toBe(500)
    h.press(text('9999'))
    expect(h.clock.pending).toBe(1)
    expect(h.drawn()[2]).toContain('conversation 9999')
  })
})

test('where more of a list cannot be read it says so and closes', async () => {
  const h = harness()
  const store: LocalStore = {
    ...openHistory(),
    conversation: () => undefined,
    latestLine: () => '',
    conversationTitles: ({ limit, before }) => {
      if (before !== undefined) throw new Error('the disk is gone')
      return Array.from({ length: limit }, (_, n) => ({ id: `${n}`, title: 't', activity: n }))
    },
  }
  h.overlay.open([conversations(h, store)], '')
  await h.clock.advance(10)
  expect(h.problems).toEqual(['the disk is gone'])
  expect(h.overlay.isOpen).toBe(false)
})

describe('models', () => {
  test('come from the relay while keys are taken; the present one is marked', async () => {
    const h = harness()
    const answer = Promise.withResolvers<ReturnType<typeof model>[]>()
    const source = new ModelSource({
      list: () => answer.promise,
      current: 'p/two',
      take: (id) => h.chosen.push(id),
    })
    h.overlay.open([source], '')
    expect(h.drawn()[0]).toContain('Asking the relay …')
    h.press(text('t'))
    answer.resolve([model('p/one'), model('p/two'), model('p/three')])
    await h.clock.advance(100)
    expect(h.drawn().slice(2, -1)).toEqual([
      expect.stringMatching(/^▸ p\/three +128k context$|^▸ p\/two +current · 128k context$/),
      expect.stringMatching(/p\/t/),
    ])
    expect(h.drawn().join('\n')).toMatch(/p\/two +current · 128k context/)
    h.press(text('hr'), key('enter'))
    expect(h.chosen).toEqual(['p/three'])
  })

  test('where they cannot be had it says why', async () => {
    const h = harness()
    h.overlay.open(
      [new ModelSource({ list: unreachable, current: undefined, take: () => undefined })],
      '',
    )
    await h.clock.advance(100)
    expect(h.drawn()[0]).toContain('The relay does not list its models')
  })
})

test.each([3, 4, 5, 6, 8, 12, 24, 60])(
  'on %i rows the picker leaves room for header and a free row',
  (rows) => {
    for (const columns of [10, 40, 80, 200]) {
      const h = harness(columns, rows)
      h.overlay.open([prompts(h, ...Array.from({ length: 99 }, (_, n) => `prompt ${n}`))], '')
      expect(h.drawn().length).toBeLessThanOrEqual(Math.max(2, rows - 2))
      expect(h.drawn().join('\n')).toContain(rows < 4 ? '' : '▸ ')
    }
  },
)

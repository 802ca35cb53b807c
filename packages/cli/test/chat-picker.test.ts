/** The pickers of `chat`: the real program in a pseudo-terminal, over a history that was there before. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LocalStore } from '../src/store/local-store.ts'
import { openLocalStore } from '../src/store/sqlite-store.ts'
import { fillConversations } from '../src/store/testing/large-history.ts'
import { converse, question } from '../src/store/testing/history.ts'
import { ask, ChatGround, submit } from './fixtures/chat-ground.ts'

const CTRL_C = '\u0003'
const CTRL_F = '\u0006'
const CTRL_T = '\u0014'
const CTRL_X = '\u0018'
const ESCAPE = '\u001b'
const ENTER = '\r'
const TAB = '\t'
const DOWN = '\u001b[B'
const END = '\u001b[F'
const PAGE_DOWN = '\u001b[6~'

let ground: ChatGround
let home: string

beforeAll(async () => {
  ground = await ChatGround.open()
})

beforeEach(() => {
  home = ground.newFolder()
})

afterEach(() => ground.clean())

afterAll(() => ground.close())

const historyOf = (folder: string): string => join(folder, 'history.db')

function remember(write: (store: LocalStore) => void): void {
  const store = openLocalStore(historyOf(home))
  try {
    write(store)
  } finally {
    store.close()
  }
}

/** Three conversations, the newest about boats. */
function rememberThree(): void {
  remember((store) => {
    converse(store, question('How do relays work?'), 'They pass the baton on.')
    const chat = question('Threading a needle')
    converse(store, chat, 'First wet the thread.')
    converse(store, question('About boats'), 'A haystack floats, a needle sinks.')
    for (const text of ['How do relays work?', 'Threading a needle', 'About boats']) {
      store.addPrompt(text)
    }
  })
}

describe('/resume', () => {
  test.each([40, 80, 120])(
    'lists conversations with age, size, model and words, and opens one, on %i columns',
    async (columns) => {
      rememberThree()
      const terminal = await ground.chat({ home, columns })
      terminal.write(`/resume${ENTER}`)
      await terminal.until(/Conversations +1 of 3/)
      expect(terminal.text).toMatch(/▸ About boats +.*just now/)
      expect(terminal.text).toMatch(/2 messages · (provider-1\/model-1|)/)
      expect(terminal.text).toContain('A haystack')
      expect(terminal.text).toContain('How do relays work?')
      terminal.write(DOWN)
      await terminal.until('▸ Threading a needle')
      terminal.write(ENTER)
      await terminal.until('First wet the thread.')
      await terminal.until(/Ask anything|to type/)
      expect(terminal.text).not.toContain('Conversations ')
      expect(terminal.text).not.toContain('pass the baton')
    },
  )

  test('finds by a few letters of the title at once, and by what was said', async () => {
    rememberThree()
    const terminal = await ground.chat({ home })
    terminal.write(`/sessions${ENTER}`)
    await terminal.until('1 of 3')
    terminal.write('relwork')
    await terminal.until('1 of 1')
    expect(terminal.text).toContain('▸ How do relays work?')
    terminal.write('\u0015haystack')
    await terminal.until('▸ About boats')
    expect(terminal.text).toContain('A haystack floats')
    terminal.write(ENTER)
    await terminal.until('A haystack floats, a needle sinks.')
  })

  test('Esc and Ctrl-C leave the draft, and the answer that streams, as they were', async () => {
    rememberThree()
    await ground.upstream.script({
      deltas: { texts: ['first words '] },
      body: [{ gate: 'rest' }],
    })
    const terminal = await ground.chat({ home })
    terminal.write(`Go${ENTER}`)
    await terminal.until('●●●')
    for (const [leave, draft] of [
      [ESCAPE, 'half a thought'],
      [CTRL_C, 'half a thought and more'],
    ] as const) {
      terminal.write(draft.slice(draft === 'half a thought' ? 0 : 'half a thought'.length))
      await terminal.until(`› ${draft}`)
      terminal.write(CTRL_F)
      await terminal.until('Earlier prompts')
      terminal.write('zzz')
      await terminal.until('› zzz')
      terminal.write(leave)
      await terminal.until(`› ${draft}`)
      expect(terminal.text).not.toContain('Earlier prompts')
      expect(terminal.text).not.toContain('Stopped')
      expect(terminal.text).toContain('●●●')
    }
    await ground.upstream.open('rest')
    await terminal.until('first words')
    await terminal.until((screen) => !screen.text.includes('●●●'))
    expect(terminal.text).toContain('› half a thought and more')
  })

  test('Ctrl-T renames, Ctrl-X twice deletes, here and at the relay, as its hints say', async () => {
    rememberThree()
    await ground.upstream.script({ deltas: { texts: ['an answer'] } })
    const terminal = await ground.chat({ home, columns: 100, rows: 30 })
    await ask(terminal, 'Asked just here')
    await submit(terminal, '/new')
    terminal.write(`/resume${ENTER}`)
    await terminal.until(/Ctrl-T renames · Ctrl-X deletes/)
    terminal.write(CTRL_T)
    await terminal.until('› Asked just here')
    terminal.write('!')
    await terminal.until('› Asked just here!')
    terminal.write(ENTER)
    await terminal.until('▸ Asked just here!')
    terminal.write(CTRL_X)
    await terminal.until('Ctrl-X again deletes it for good')
    terminal.write(ESCAPE)
    await terminal.until('1 of 4')
    await terminal.until('Enter opens')
    terminal.write(CTRL_X)
    await terminal.until('Ctrl-X again')
    terminal.write(CTRL_X)
    await terminal.until('“Asked just here!” is deleted, at the relay too.')
    await terminal.until(/▸ About boats/)
    expect(terminal.text).toMatch(/1 of 3/)
    expect(terminal.text).not.toContain('▸ Asked')
    remember((store) => {
      const titles = store.conversations().map(({ title }) => title)
      expect(titles).toEqual(['About boats', 'Threading a needle', 'How do relays work?'])
    })
  })

  test('ten thousand conversations are there at once, the last one too', async () => {
    fillConversations(historyOf(home), 10_000)
    const terminal = await ground.chat({ home })
    terminal.write(`/resume${ENTER}`)
    await terminal.until('Conversations')
    await terminal.until(/1 of 10,000$/m)
    terminal.write(PAGE_DOWN)
    await terminal.until(/▸ number 999[0-8]/)
    terminal.write(END)
    await terminal.until('10,000 of 10,000')
    expect(terminal.text).toContain('▸ number 0')
    terminal.write('nu4321')
    await terminal.until('▸ number 4321')
    terminal.write(ENTER)
    await terminal.until('the answer to 4321')
  })
})

describe('Ctrl-F', () => {
  test('finds an earlier prompt by letters that stand apart, and puts it into the composer', async () => {
    rememberThree()
    const terminal = await ground.chat({ home })
    terminal.write(CTRL_F)
    await terminal.until(/Earlier prompts +1 of 3/)
    terminal.write('thrnee')
    await terminal.until('▸ Threading a needle')
    terminal.write(ENTER)
    await terminal.until('› Threading a needle')
    expect(terminal.text).not.toContain('Earlier prompts')
    await ground.upstream.script({ deltas: { texts: ['answered again'] } })
    terminal.write(ENTER)
    await terminal.until('answered again')
  })

  test('Tab searches all conversations with the same words; a hit opens its conversation', async () => {
    rememberThree()
    const terminal = await ground.chat({ home })
    terminal.write(`${CTRL_F}needle`)
    await terminal.until('▸ Threading a needle')
    terminal.write(TAB)
    await terminal.until(/Search in all conversations +1 of 2/)
    expect(terminal.text).toContain('A haystack floats, a needle sinks.')
    const isFirst = terminal.text.includes('▸ About boats')
    terminal.write(isFirst ? ENTER : `${DOWN}${ENTER}`)
    await terminal.until((screen) => /› About boats/.test(screen.scrollback))
    await terminal.until('Ask anything')
    expect(terminal.text).toContain('A haystack floats, a needle sinks.')
    expect(terminal.text).not.toContain('Search in all')
  })

  test('/search WORDS begins in the conversations', async () => {
    rememberThree()
    const terminal = await ground.chat({ home })
    terminal.write(`/search baton${ENTER}`)
    await terminal.until(/Search in all conversations +1 of 1/)
    expect(terminal.text).toContain('They pass the baton on.')
    terminal.write(ESCAPE)
    await terminal.until('Ask anything')
  })

  test('where nothing is found it says so', async () => {
    rememberThree()
    const terminal = await ground.chat({ home })
    terminal.write(`/search ${randomUUID()}${ENTER}`)
    await terminal.until('Nothing is found.')
    expect(terminal.text).not.toContain('▸')
  })
})

describe('/model', () => {
  test('lists the relay’s models; the chosen one is asked from then on', async () => {
    const terminal = await ground.chat({ home })
    terminal.write(`/model${ENTER}`)
    await terminal.until(/Models +1 of \d+/)
    terminal.write('gpt')
    await terminal.until(/▸ openai\/\S+/)
    const [, chosen = ''] = /▸ (openai\/\S+)/.exec(terminal.text) ?? []
    terminal.write(ENTER)
    await terminal.until(`From now on ${chosen} is asked.`)
    await ground.upstream.script({ deltas: { texts: ['hello'] } })
    await ask(terminal, 'Hi')
    const call = (await ground.upstream.calls()).find(({ method }) => method === 'POST')
    expect(call?.body).toMatchObject({ model: chosen.replace('openai/', '') })
  })
})

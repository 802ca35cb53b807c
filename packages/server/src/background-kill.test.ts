/** A relay that is killed in the middle of an answer that its vendor goes on writing. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import type { BackgroundStep } from '@speak-code/testkit'
import { describe, expect, it } from 'vitest'
import { background, BackgroundGround, labRequest, texts } from './testing/background-ground.ts'
import { RelayClient } from './testing/relay-client.ts'
import type { KillPoint } from './testing/relay-process.ts'

const ground = new BackgroundGround()

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The answer's row, once the relay is gone. */
function answerRow(): { tool_calls: string | null; replay_data: string | null } | undefined {
  const db = new SqliteDatabase(join(ground.folder, 'relay.db'), { readonly: true })
  try {
    return db
      .prepare<[], { tool_calls: string | null; replay_data: string | null }>(
        "SELECT tool_calls, replay_data FROM messages WHERE role = 'assistant'",
      )
      .get()
  } finally {
    db.close()
  }
}

const HELLO: BackgroundStep[] = texts('Grüße ', '😀', ' and ')
const REST: BackgroundStep[] = texts('漢字', '.')
const WHOLE = 'Grüße 😀 and 漢字.'

/** Kills the relay where `die` says, and returns what a client of the next one sees. */
async function across(
  steps: readonly BackgroundStep[],
  die: KillPoint | ((client: RelayClient) => Promise<void>),
): ReturnType<typeof ground.follow> {
  await ground.upstream.script({ ...background(steps), before: [{ gate: 'head' }] })
  const first = await ground.lab()
  const client = await RelayClient.open(first.url)
  const request = labRequest()
  if (typeof die !== 'function') first.dieAt(die)
  client.send(request)
  await ground.upstream.until(({ calls }) => calls.length === 1)
  if (typeof die === 'function') {
    await die(client)
    await first.kill()
  } else {
    await ground.upstream.open('head')
    await first.exited
  }
  await client.waitClosed()
  const second = await ground.lab()
  await ground.upstream.open('head')
  await ground.upstream.open('rest')
  const told = await ground.follow(second.url, request)
  expect(told.end.textSha256).toBe(sha256(told.text))
  expect((await ground.asked()).posts).toBe(1)
  await second.drain()
  return told
}

describe('L5: kill -9 of the relay, and the next one reads on: one generation', () => {
  it('before its id is known: interrupted, and not asked again', async () => {
    const { end } = await across([...HELLO, ...REST], async () => {})
    expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
  })

  it('before its id is in the journal: interrupted, and not asked again', async () => {
    const point = { statement: 'append', when: 'before', skip: 0 } as const
    const { end } = await across([{ gate: 'rest' }, ...REST], point)
    expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
    expect((await ground.asked()).readFrom).toEqual([])
  })

  it('before the first delta', async () => {
    const point = { statement: 'append', when: 'after', skip: 0 } as const
    const { end, text } = await across([{ gate: 'rest' }, ...HELLO, ...REST], point)
    expect([end.status, text]).toEqual(['completed', WHOLE])
    expect((await ground.asked()).readFrom).toEqual([0])
  })

  it('in the middle of the text', async () => {
    const { end, text } = await across([...HELLO, { gate: 'rest' }, ...REST], async (client) => {
      await ground.upstream.open('head')
      await client.wait('chunk', ({ seq }) => seq === 3)
    })
    expect([end.status, end.seq, text]).toEqual(['completed', 6, WHOLE])
    expect(end.usage.source).toBe('provider')
    expect((await ground.asked()).readFrom).toEqual([6])
  })

  it('between the last delta and the end', async () => {
    const { end, text } = await across([...HELLO, ...REST, { gate: 'rest' }], async (client) => {
      await ground.upstream.open('head')
      await client.wait('chunk', ({ seq }) => seq === 5)
    })
    expect([end.status, end.seq, text]).toEqual(['completed', 6, WHOLE])
  })

  it.each(['before', 'after'] as const)('%s the end is written', async (when) => {
    const point = { statement: 'UPDATE runs SET status', when, skip: 0 }
    const { end, text } = await across([...HELLO, ...REST], point)
    expect([end.status, end.seq, text]).toEqual(['completed', 6, WHOLE])
  })

  it('half a surrogate pair that was held back finds its other half in the next relay', async () => {
    const steps = [...texts('a\ud83d'), { gate: 'rest' }, ...texts('\ude00b')]
    const { end, text } = await across(steps, async (client) => {
      await ground.upstream.open('head')
      await client.wait('chunk')
    })
    expect([end.status, text]).toEqual(['completed', 'a😀b'])
  })

  it('a half that never finds its other half is replaced once, also where the end was not written', async () => {
    const point = { statement: 'UPDATE runs SET status', when: 'before', skip: 0 } as const
    const { end, text } = await across(texts('a\ud83d'), point)
    expect([end.status, text]).toEqual(['completed', 'a\ufffd'])
  })

  it('its calls of tools are whole', async () => {
    const reply = background([{ text: 'Yes' }, { gate: 'rest' }, { text: '.' }], {
      tools: [{ name: 'look', arguments: '{"名":1}' }],
    })
    await ground.upstream.script(reply)
    const first = await ground.lab()
    const client = await RelayClient.open(first.url)
    const request = labRequest()
    client.send(request)
    await client.wait('chunk', ({ delta }) => delta === 'Yes')
    await first.kill()
    const second = await ground.lab()
    await ground.upstream.open('rest')
    const { end } = await ground.follow(second.url, request)
    expect(end).toMatchObject({ status: 'completed', finishReason: 'tool_calls' })
    await second.drain()
    const row = answerRow()
    expect(JSON.parse(row?.tool_calls ?? '')).toEqual([
      { id: 'call_0', name: 'look', arguments: '{"名":1}' },
    ])
  })

  it('reasoning is carried back with an answer that was read on', async () => {
    const steps = [{ reasoning: 'hm' }, { text: 'Yes' }, { gate: 'rest' }, { text: '.' }]
    await across(steps, async (client) => {
      await ground.upstream.open('head')
      await client.wait('chunk', ({ delta }) => delta === 'Yes')
    })
    expect(answerRow()?.replay_data).toContain('sealed')
    expect(answerRow()?.replay_data).toContain('"length":4')
  })

  it('a refusal that began before is one in the end', async () => {
    const steps = [{ refusal: 'I can' }, { gate: 'rest' }, { refusal: 'not.' }]
    const { end } = await across(steps, async (client) => {
      await ground.upstream.open('head')
      await client.wait('chunk')
    })
    expect(end).toMatchObject({ status: 'completed', finishReason: 'refusal' })
  })

  it('one kill after another', async () => {
    const steps = [0, 1, 2, 3].flatMap((at) => [...texts(`part ${at} `), { gate: `${at}` }])
    await ground.upstream.script(background(steps))
    const request = labRequest()
    for (let round = 0; round < 4; round += 1) {
      const relay = await ground.lab()
      const client = await RelayClient.open(relay.url)
      client.send(request)
      await client.wait('chunk', ({ seq }) => seq === round + 1)
      await relay.kill()
      await ground.upstream.open(`${round}`)
    }
    const last = await ground.lab()
    const { end, text } = await ground.follow(last.url, request)
    expect([end.status, text]).toEqual(['completed', 'part 0 part 1 part 2 part 3 '])
    expect(await ground.asked()).toMatchObject({ posts: 1, cancels: 0 })
  }, 30_000)
})

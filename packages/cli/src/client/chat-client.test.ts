import { errorInfo, type ErrorCode, type RunMessage } from '@speak-code/protocol'
import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { settled } from './testing/fake-clock.ts'
import { Harness, question } from './testing/harness.ts'

const refusal = (code: ErrorCode, retryAfterMs?: number): ReturnType<typeof errorInfo> =>
  errorInfo(code, `refused: ${code}`, retryAfterMs)

/** A harness with one run under way. */
async function running(): Promise<{ h: Harness; id: string }> {
  const h = await new Harness().connect()
  return { h, id: await h.ask() }
}

describe('an answer', () => {
  it('is told piece by piece, ended once, verified and kept', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'think', 'reasoning')
    h.relay.publish(id, 'Hello ')
    h.relay.publish(id, 'world')
    h.relay.end(id)
    await settled()
    expect(h.of('accepted')).toEqual([
      expect.objectContaining({ runId: id, model: 'scripted-1', provider: 'scripted' }),
    ])
    expect(h.of('delta').map((event) => [event.seq, event.delta, event.channel])).toEqual([
      [1, 'think', 'reasoning'],
      [2, 'Hello ', undefined],
      [3, 'world', undefined],
    ])
    expect(h.of('end')).toEqual([expect.objectContaining({ runId: id, verified: true })])
    expect(h.store.textOf(id)).toBe('Hello world')
    expect(h.store.textOf(id, 'reasoning')).toBe('think')
    expect(h.store.runs.get(id)?.end?.status).toBe('completed')
  })

  it('T96 several at once do not mix', async () => {
    const h = await new Harness().connect()
    const [a, b] = [await h.ask(), await h.ask()]
    for (const piece of ['1', '2', '3']) {
      h.relay.publish(a, `a${piece}`)
      h.relay.publish(b, `b${piece}`)
    }
    await settled()
    expect(h.told(a)).toBe('a1a2a3')
    expect(h.told(b)).toBe('b1b2b3')
  })
})

describe('resume', () => {
  it('T79 goes on after the last seq, nothing twice and nothing missing', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'one ')
    await settled()
    h.relay.session.cut()
    h.relay.publish(id, 'two ')
    await h.clock.advance(60_000)
    expect(h.relay.got('resume')).toEqual([{ type: 'resume', id, after: 1 }])
    h.relay.publish(id, 'three')
    h.relay.end(id)
    await settled()
    expect(h.of('delta').map((event) => event.seq)).toEqual([1, 2, 3])
    expect(h.told(id)).toBe('one two three')
    expect(h.of('end')).toMatchObject([{ verified: true }])
  })

  it('T80 a drop between the last chunk and the end still gives the end', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'all')
    await settled()
    h.relay.session.framesLeft = 0
    h.relay.end(id)
    await h.clock.advance(60_000)
    expect(h.of('end')).toMatchObject([{ runId: id, verified: true }])
  })

  it('a run that has ended is not resumed', async () => {
    const { h, id } = await running()
    h.relay.end(id)
    await settled()
    await h.drop()
    expect(h.relay.got('resume')).toEqual([])
  })

  it('chunks that come twice are told once', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'a')
    const twice = h.relay.runs.get(id)?.frame(1)
    if (twice !== undefined) h.relay.session.send(twice)
    await settled()
    expect(h.of('delta')).toHaveLength(1)
  })

  it('a hole in the numbers is filled by a resume on the same connection', async () => {
    const { h, id } = await running()
    h.relay.session.following.clear()
    h.relay.publish(id, 'a')
    h.relay.publish(id, 'b')
    h.relay.session.following.add(id)
    h.relay.publish(id, 'c')
    h.relay.end(id)
    await settled()
    expect(h.relay.got('resume')).toEqual([{ type: 'resume', id, after: 0 }])
    expect(h.told(id)).toBe('abc')
    expect(h.relay.sessions).toHaveLength(1)
  })

  it('a relay that leaves out a part again is left for another connection', async () => {
    const { h, id } = await running()
    const far = { type: 'chunk', id, seq: 9, delta: 'x', done: false } as const
    h.relay.session.send(far)
    await settled()
    h.relay.session.send(far)
    await h.clock.advance(60_000)
    expect(h.relay.sessions).toHaveLength(2)
    expect(h.of('delta')).toEqual([])
  })

  it('T86 snapshot: replaces what was told, then the end', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'one ')
    await settled()
    h.relay.session.cut()
    h.relay.publish(id, 'two')
    h.relay.end(id)
    const run = h.relay.runs.get(id)
    if (run !== undefined) run.trimmed = true
    await h.clock.advance(60_000)
    expect(h.of('replaced')).toMatchObject([{ runId: id, text: 'one two' }])
    expect(h.of('end')).toMatchObject([{ verified: true }])
    expect(h.store.textOf(id)).toBe('one two')
  })

  it('T84 lost: said once, and the run is forgotten', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'kept')
    await settled()
    h.relay.runs.delete(id)
    await h.drop()
    expect(h.of('lost')).toEqual([{ type: 'lost', runId: id }])
    expect(h.store.textOf(id)).toBe('kept')
    await h.drop()
    expect(h.relay.got('resume')).toHaveLength(1)
  })

  it('`after` is the seq of the end, since the relay was set back: read again from 0, never waited for', async () => {
    const { h, id } = await running()
    for (const text of ['kept ', 'not ', 'kept']) h.relay.publish(id, text)
    await settled()
    const run = h.relay.runs.get(id)
    if (run === undefined) throw new Error('no run')
    run.pieces.length = 2
    h.relay.session.cut()
    h.relay.end(id, { status: 'failed', finishReason: null, endedBy: 'relay' })
    await h.clock.advance(2000)
    expect(h.relay.got('resume')).toEqual([{ type: 'resume', id, after: 3 }])
    expect(h.of('end')).toEqual([])
    await h.clock.advance(5000)
    expect(h.relay.got('resume').map(({ after }) => after)).toEqual([3, 2, 0])
    expect(h.of('end')).toMatchObject([{ verified: true, chunk: { seq: 3, status: 'failed' } }])
    expect(h.told(id)).toBe('kept not ')
    expect(h.store.textOf(id)).toBe('kept not ')
  })

  it('a live run that thinks for long is asked about once, and nothing is told twice', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'one ')
    await settled()
    await h.drop()
    expect(h.relay.got('resume').map(({ after }) => after)).toEqual([1, 0])
    h.relay.publish(id, 'two')
    h.relay.end(id)
    await settled()
    expect(h.of('delta').map(({ delta }) => delta)).toEqual(['one ', 'two'])
    expect(h.of('end')).toMatchObject([{ verified: true }])
  })

  it('a resume that is refused for now is tried again', async () => {
    const { h, id } = await running()
    await h.drop()
    h.relay.session.send({ type: 'error', for: 'resume', id, ...refusal('internal', 2000) })
    await settled()
    expect(h.relay.got('resume')).toHaveLength(1)
    await h.clock.advance(2000)
    expect(h.relay.got('resume')).toHaveLength(2)
  })

  it('a resume that is refused for good is a problem, and the run is lost to us', async () => {
    const { h, id } = await running()
    await h.drop()
    h.relay.session.send({ type: 'error', for: 'resume', id, ...refusal('token_expired') })
    await settled()
    expect(h.of('problem')).toMatchObject([{ error: { code: 'token_expired' } }])
    expect(h.of('lost')).toMatchObject([{ runId: id }])
  })
})

describe('textSha256', () => {
  it('a mismatch is read again from 0 and replaced', async () => {
    const h = await new Harness().connect()
    const id = await h.ask()
    h.relay.session.following.clear()
    h.relay.publish(id, 'right')
    h.relay.session.send({ type: 'chunk', id, seq: 1, delta: 'wrong', done: false })
    h.relay.session.following.add(id)
    h.relay.end(id)
    await settled()
    expect(h.relay.got('resume')).toEqual([{ type: 'resume', id, after: 0 }])
    expect(h.of('replaced')).toMatchObject([{ text: 'right', seq: 1 }])
    expect(h.of('end')).toMatchObject([{ verified: true }])
    expect(h.told(id)).toBe('right')
    expect(h.store.textOf(id)).toBe('right')
  })

  it('a mismatch that stays is never shown as success', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'text')
    h.relay.end(id, { textSha256: '0'.repeat(64) })
    await settled()
    expect(h.of('end')).toMatchObject([{ verified: false, chunk: { status: 'completed' } }])
    expect(h.relay.got('resume')).toHaveLength(1)
    expect(h.store.runs.get(id)?.end?.status).toBe('failed')
  })

  it('a drop while it is read again is resumed like any other', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'a')
    h.relay.publish(id, 'b')
    await settled()
    h.relay.session.framesLeft = 3
    h.relay.end(id, { textSha256: '0'.repeat(64) })
    await settled()
    await h.clock.advance(60_000)
    expect(h.relay.got('resume').map((frame) => frame.after)).toEqual([0, 1])
    expect(h.of('replaced')).toMatchObject([{ text: 'ab' }])
    expect(h.of('end')).toMatchObject([{ verified: false }])
  })
})

describe('T98 cancel', () => {
  it('before it was sent: withdrawn, and the relay never hears of it', async () => {
    const h = new Harness()
    const id = await h.ask()
    h.client.cancel(id)
    expect(h.of('withdrawn')).toEqual([{ type: 'withdrawn', runId: id }])
    expect(h.store.runs.has(id)).toBe(false)
    await h.connect()
    expect(h.relay.received.map((frame) => frame.type)).toEqual(['hello'])
  })

  it('before accepted: on the socket after the chat', async () => {
    const h = await new Harness().connect()
    const chat = question()
    h.client.send(chat)
    h.client.cancel(chat.id)
    await settled()
    expect(h.relay.received.map((frame) => frame.type)).toEqual(['hello', 'chat', 'cancel'])
    expect(h.of('end')).toMatchObject([{ chunk: { status: 'cancelled' } }])
  })

  it('survives a drop before accepted: after the chat again', async () => {
    const h = await new Harness().connect()
    h.relay.session.blackHole = true
    const id = await h.ask()
    h.client.cancel(id)
    await h.drop()
    expect(h.relay.received.map((frame) => frame.type)).toEqual([
      'hello',
      'hello',
      'chat',
      'cancel',
    ])
    expect(h.of('end')).toMatchObject([{ chunk: { status: 'cancelled' } }])
  })

  it('survives a drop while it streams: after the resume', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'part')
    await settled()
    h.relay.session.blackHole = true
    h.client.cancel(id)
    await h.drop()
    expect(h.relay.received.slice(-2)).toEqual([
      { type: 'resume', id, after: 1 },
      { type: 'cancel', id },
    ])
    expect(h.of('end')).toMatchObject([{ chunk: { status: 'cancelled' }, verified: true }])
    expect(h.told(id)).toBe('part')
  })

  it('while disconnected, of what may have arrived: withdrawn here, cancelled there', async () => {
    const h = await new Harness().connect()
    h.relay.session.framesLeft = 0
    const id = await h.ask()
    h.relay.stop()
    await settled()
    h.client.cancel(id)
    expect(h.of('withdrawn')).toHaveLength(1)
    h.relay.start()
    await h.clock.advance(60_000)
    expect(h.relay.got('cancel')).toEqual([{ type: 'cancel', id }])
    expect(h.relay.runs.get(id)?.end?.status).toBe('cancelled')
    expect(h.relay.got('chat')).toHaveLength(1)
  })

  it('T100 after the end it does nothing, and not_found is no problem', async () => {
    const { h, id } = await running()
    h.relay.end(id)
    await settled()
    h.client.cancel(id)
    h.client.cancel(uuid())
    await settled()
    expect(h.of('problem')).toEqual([])
    expect(h.of('end')).toHaveLength(1)
  })
})

describe('attach', () => {
  it('is renewed after a reconnect, until detached', async () => {
    const h = new Harness()
    const [a, b] = [uuid(), uuid()]
    h.client.attach(a)
    h.client.attach(b)
    await h.connect()
    expect(h.relay.got('attach').map((frame) => frame.conversationId)).toEqual([a, b])
    h.client.detach(a)
    await h.drop()
    expect(h.relay.got('attach').map((frame) => frame.conversationId)).toEqual([a, b, b])
    expect(h.of('attached')).toHaveLength(3)
  })

  it('a run of another terminal is told, kept here, and can be followed', async () => {
    const { h } = await running()
    const other = new Harness({}, h)
    await other.connect()
    const id = await other.ask()
    const { conversationId, messages } = question()
    const run: RunMessage = {
      type: 'run',
      conversationId,
      id,
      messageId: uuid(),
      parentId: messages[0]?.id ?? null,
      status: 'started',
      messages: [...messages],
    }
    h.store.runs.delete(id)
    h.relay.sessions[0]?.send(run)
    await settled()
    expect(h.of('run')).toMatchObject([{ run: { id, status: 'started' } }])
    expect(h.store.runs.get(id)?.chat.messages).toEqual(messages)
    h.client.follow(id, 0)
    h.relay.publish(id, 'for both')
    await h.clock.advance(1000)
    expect(h.told(id)).toBe('for both')
    expect(h.store.textOf(id)).toBe('for both')
  })

  it('its own run is not recorded as a foreign one', async () => {
    const { h, id } = await running()
    h.relay.session.send({
      type: 'run',
      conversationId: uuid(),
      id,
      messageId: uuid(),
      parentId: null,
      status: 'started',
    })
    await settled()
    expect(h.of('run')).toHaveLength(1)
    expect(h.store.calls).not.toContain('recordForeignRun')
  })
})

describe('draining', () => {
  it('stays while its run is live, sends no new question, and comes back by itself', async () => {
    const { h, id } = await running()
    h.relay.session.send({ type: 'goingAway', reconnectAfterMs: 1000 })
    await settled()
    const next = await h.ask()
    expect(h.client.status).toMatchObject({ state: { name: 'Connected' }, draining: true })
    expect(h.relay.got('chat')).toHaveLength(1)
    h.relay.publish(id, 'finished')
    h.relay.end(id)
    await settled()
    expect(h.told(id)).toBe('finished')
    expect(h.relay.session.open).toBe(false)
    await h.clock.advance(1000)
    expect(h.relay.got('chat')[1]?.id).toBe(next)
  })

  it('without a live run it leaves at once', async () => {
    const h = await new Harness().connect()
    h.relay.session.send({ type: 'goingAway', reconnectAfterMs: 1000 })
    await settled()
    expect(h.relay.session.open).toBe(false)
  })
})

it('listeners can leave', async () => {
  const h = await new Harness().connect()
  let heard = 0
  const leave = h.client.on(() => {
    heard += 1
  })
  await h.ask()
  const before = heard
  leave()
  await h.ask()
  expect(before).toBeGreaterThan(0)
  expect(heard).toBe(before)
})

it('notices and errors that concern no run of ours are passed on', async () => {
  const { h, id } = await running()
  h.relay.session.send({ type: 'notice', id, code: 'retrying', message: 'again', attempt: 2 })
  h.relay.session.send({ type: 'error', for: 'attach', ...refusal('internal') })
  await settled()
  expect(h.of('notice')).toMatchObject([{ notice: { code: 'retrying' } }])
  expect(h.of('problem')).toMatchObject([{ error: { code: 'internal' } }])
})

describe('the copy on disk', () => {
  it('is written every second at the latest, not with every delta', async () => {
    const { h, id } = await running()
    for (let count = 0; count < 100; count += 1) h.relay.publish(id, 'x')
    await settled()
    const writes = (): number => h.store.calls.filter((name) => name === 'recordChunks').length
    expect(h.of('delta')).toHaveLength(100)
    expect(writes()).toBe(0)
    await h.clock.advance(1000)
    expect(writes()).toBe(1)
    expect(h.store.textOf(id)).toBe('x'.repeat(100))
  })

  it('is written with a piece that comes when others have waited for 850 ms', async () => {
    const { h, id } = await running()
    for (const wait of [0, 425, 425]) {
      await h.clock.advance(wait)
      expect(h.store.textOf(id)).toBe('')
      h.relay.publish(id, 'x')
      await settled()
    }
    expect(h.store.textOf(id)).toBe('xxx')
  })

  it('is written at once when 64 KiB have come', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'x'.repeat(65_536))
    await settled()
    expect(h.store.textOf(id)).toHaveLength(65_536)
  })

  it('has all that was told when close resolves', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'kept')
    await settled()
    await h.client.close()
    expect(h.store.textOf(id)).toBe('kept')
    expect(h.clock.pending).toBe(0)
  })

  it('a full disk is said once, does not stop the stream, and is caught up later', async () => {
    const { h, id } = await running()
    h.store.broken = new Error('disk full')
    h.relay.publish(id, 'one ')
    await h.clock.advance(200)
    h.relay.publish(id, 'two ')
    await h.clock.advance(2000)
    expect(h.of('problem')).toHaveLength(1)
    expect(h.of('problem')[0]?.error.message).toContain('disk full')
    expect(h.told(id)).toBe('one two ')
    h.store.broken = undefined
    h.relay.publish(id, 'three')
    h.relay.end(id)
    await settled()
    expect(h.store.textOf(id)).toBe('one two three')
    expect(h.of('end')).toHaveLength(1)
  })

  it('a run that could not be written is left open, so that the next session reads the rest', async () => {
    const { h, id } = await running()
    h.store.broken = new Error('disk full')
    h.relay.publish(id, 'lost here')
    h.relay.end(id)
    await settled()
    expect(h.of('end')).toHaveLength(1)
    h.store.broken = undefined
    await h.clock.advance(10_000)
    expect(h.store.openRuns()).toMatchObject([{ runId: id, seq: 0 }])
  })
})

import { errorInfo, type ErrorCode } from '@speak-code/protocol'
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

describe('L7: on disk before the first byte leaves', () => {
  it('the store has the question before the relay has', async () => {
    const h = await new Harness().connect()
    h.client.send(question())
    expect(h.store.calls).toEqual(['recordSend'])
    expect(h.relay.got('chat')).toEqual([])
    await settled()
    expect(h.relay.got('chat')).toHaveLength(1)
  })

  it('a question that cannot be written is not sent, and says so', async () => {
    const h = await new Harness().connect()
    h.store.broken = new Error('disk full')
    expect(() => {
      h.client.send(question())
    }).toThrow('disk full')
    await settled()
    expect(h.relay.got('chat')).toEqual([])
    expect(h.client.outbox).toEqual([])
  })

  it('an ephemeral question never touches the disk', async () => {
    const h = await new Harness().connect()
    const id = await h.ask({ ephemeral: true })
    h.relay.publish(id, 'secret')
    h.relay.end(id)
    await h.clock.advance(1000)
    expect(h.of('end')).toHaveLength(1)
    expect(h.store.calls).toEqual([])
    expect(h.relay.got('chat')[0]).toMatchObject({ ephemeral: true })
  })
})

describe('the outbox', () => {
  it('what is typed while offline waits and goes out in order, once', async () => {
    const h = new Harness()
    const ids = [await h.ask(), await h.ask(), await h.ask()]
    expect(h.client.outbox.map((entry) => [entry.chat.id, entry.state])).toEqual(
      ids.map((id) => [id, 'queued']),
    )
    await h.connect()
    expect(h.relay.got('chat').map((frame) => frame.id)).toEqual(ids)
    await h.drop()
    expect(h.relay.got('chat')).toHaveLength(3)
    expect(h.client.outbox).toEqual([])
  })

  it('T89 is sent again under its id until it is accepted: one upstream call', async () => {
    const h = await new Harness().connect()
    h.relay.session.framesLeft = 0
    const id = await h.ask()
    expect(h.relay.got('chat')).toHaveLength(1)
    expect(h.of('accepted')).toEqual([])
    h.relay.publish(id, 'early')
    await h.clock.advance(60_000)
    expect(h.relay.got('chat').map((frame) => frame.id)).toEqual([id, id])
    expect(h.of('accepted')).toHaveLength(1)
    expect(h.relay.calls.get(id)).toBe(1)
    h.relay.end(id)
    await settled()
    expect(h.told(id)).toBe('early')
    expect(h.of('end')).toHaveLength(1)
  })

  it('shows as queued what a lost connection took along', async () => {
    const h = await new Harness().connect()
    h.relay.session.blackHole = true
    await h.ask()
    expect(h.client.outbox[0]?.state).toBe('sent')
    h.relay.stop()
    await settled()
    expect(h.client.outbox[0]?.state).toBe('queued')
  })

  it('an id that is under way changes nothing', async () => {
    const h = await new Harness().connect()
    const chat = question()
    h.client.send(chat)
    h.client.send(chat)
    await settled()
    h.client.send(chat)
    await settled()
    expect(h.relay.got('chat')).toHaveLength(1)
  })

  it('at most welcome.maxInflight are live at a time, the rest wait', async () => {
    const h = new Harness()
    h.relay.welcome = { ...h.relay.welcome, maxInflight: 2 }
    await h.connect()
    const ids = [await h.ask(), await h.ask(), await h.ask(), await h.ask()]
    expect(h.relay.got('chat').map((frame) => frame.id)).toEqual(ids.slice(0, 2))
    h.relay.end(ids[1] ?? '')
    await settled()
    expect(h.relay.got('chat').map((frame) => frame.id)).toEqual(ids.slice(0, 3))
    await h.drop()
    expect(h.relay.got('resume').map((frame) => frame.id)).toEqual([ids[0], ids[2]])
    expect(h.relay.got('chat')).toHaveLength(3)
  })

  it('what is larger than the relay takes is refused here', async () => {
    const h = new Harness()
    h.relay.welcome = { ...h.relay.welcome, maxFrameBytes: 1000 }
    await h.connect()
    const id = await h.ask({ messages: [{ id: uuid(), role: 'user', content: 'é'.repeat(500) }] })
    expect(h.of('refused', id)[0]?.error.code).toBe('too_large')
    expect(h.relay.got('chat')).toEqual([])
    expect(h.store.runs.get(id)?.refused).toBeDefined()
  })
})

describe('questions that follow an answer to come', () => {
  it('wait for its end and take its message as their parent, also in the store', async () => {
    const { h, id } = await running()
    const next = await h.ask({ follows: id })
    expect(h.relay.got('chat')).toHaveLength(1)
    h.relay.publish(id, 'x')
    h.relay.end(id)
    await settled()
    const messageId = h.relay.runs.get(id)?.messageId
    expect(h.relay.got('chat')[1]).toMatchObject({ id: next, parentId: messageId })
    expect(h.relay.got('chat')[1]).not.toHaveProperty('follows')
    expect(h.store.runs.get(next)?.chat).toMatchObject({ parentId: messageId })
  })

  it('after a cancel they are held until they are released', async () => {
    const { h, id } = await running()
    const conversationId = uuid()
    const next = await h.ask({ conversationId, follows: id })
    h.client.cancel(id)
    await settled()
    expect(h.client.outbox).toMatchObject([{ chat: { id: next }, state: 'held' }])
    h.client.release(conversationId)
    await settled()
    expect(h.relay.got('chat').at(-1)?.id).toBe(next)
  })

  it('of a question that is withdrawn follow what that one followed', async () => {
    const { h, id } = await running()
    const second = await h.ask({ follows: id })
    const third = await h.ask({ follows: second })
    h.client.cancel(second)
    h.relay.end(id)
    await settled()
    expect(h.of('withdrawn').map((event) => event.runId)).toEqual([second])
    expect(h.relay.got('chat').at(-1)).toMatchObject({
      id: third,
      parentId: h.relay.runs.get(id)?.messageId,
    })
  })
})

describe('refusals', () => {
  it('for good: recorded and told, and not sent again', async () => {
    const h = await new Harness().connect()
    h.relay.refuse = () => refusal('model_not_found')
    const id = await h.ask()
    expect(h.of('refused')).toMatchObject([{ runId: id, error: { code: 'model_not_found' } }])
    expect(h.store.runs.get(id)?.refused).toBe('refused: model_not_found')
    await h.drop()
    expect(h.relay.got('chat')).toHaveLength(1)
  })

  it.each(['rate_limited', 'concurrency_limited', 'upstream_rate_limited'] as const)(
    '%s: postponed by its hint, the same id again then, across reconnects, without an end',
    async (code) => {
      const h = await new Harness().connect()
      h.relay.refuse = () => refusal(code, 100_000)
      const id = await h.ask()
      const at = h.clock.now() + 100_000
      expect(h.of('postponed')).toMatchObject([{ runId: id, at, error: { code } }])
      expect(h.client.outbox).toMatchObject([{ state: 'postponed', at }])
      await h.drop()
      expect(h.relay.got('chat')).toHaveLength(1)
      await h.clock.advance(40_000)
      expect(h.relay.got('chat')).toHaveLength(2)
      await h.clock.advance(900_000)
      expect(h.relay.got('chat').length).toBeGreaterThan(8)
      expect(h.of('refused')).toEqual([])
      h.relay.refuse = undefined
      await h.clock.advance(100_000)
      expect(h.of('accepted')).toMatchObject([{ runId: id }])
    },
  )

  it('internal without a hint: three times with backoff, then refused', async () => {
    const h = await new Harness().connect()
    h.relay.refuse = () => refusal('internal')
    const id = await h.ask()
    await h.clock.advance(600_000)
    expect(h.of('postponed')).toHaveLength(3)
    expect(h.of('refused')).toMatchObject([{ runId: id }])
    expect(h.relay.got('chat')).toHaveLength(4)
  })

  it('draining: goes out again as soon as the new relay is there', async () => {
    const h = await new Harness().connect()
    h.relay.refuse = () => refusal('draining', 3_600_000)
    const id = await h.ask()
    expect(h.of('postponed')).toHaveLength(1)
    h.relay.refuse = undefined
    h.relay.session.socket.close(1012)
    await h.clock.advance(1000)
    expect(h.of('accepted')).toMatchObject([{ runId: id }])
  })

  it('a cancelled question that is refused for now is withdrawn', async () => {
    const h = await new Harness().connect()
    h.relay.refuse = () => refusal('rate_limited', 1000)
    const id = await h.ask()
    h.client.cancel(id)
    expect(h.of('withdrawn')).toMatchObject([{ runId: id }])
    await h.clock.advance(10_000)
    expect(h.relay.got('chat')).toHaveLength(1)
  })

  it('a frame that the relay did not understand is a refusal too', async () => {
    const h = await new Harness().connect()
    h.relay.session.blackHole = true
    const id = await h.ask()
    h.relay.session.blackHole = false
    h.relay.session.send({ type: 'error', for: 'frame', id, ...refusal('bad_request') })
    await settled()
    expect(h.of('refused')).toMatchObject([{ runId: id }])
  })
})

async function secondQuestion(): Promise<{
  h: Harness
  parentId: string
  chat: ReturnType<typeof question>
}> {
  const h = await new Harness().connect()
  const first = question()
  h.client.send(first)
  await settled()
  h.relay.publish(first.id, 'because')
  h.relay.end(first.id)
  await settled()
  const parentId = h.relay.runs.get(first.id)?.messageId ?? ''
  return { h, parentId, chat: question({ conversationId: first.conversationId, parentId }) }
}

describe('unknown_parent', () => {
  it('is answered with the whole branch under the same id, also in the outbox on disk', async () => {
    const { h, chat } = await secondQuestion()
    h.relay.refuse = ({ parentId }) => (parentId === null ? undefined : refusal('unknown_parent'))
    h.client.send(chat)
    await settled()
    const sent = h.relay.got('chat').slice(1)
    expect(sent.map((frame) => [frame.id, frame.parentId])).toEqual([
      [chat.id, chat.parentId],
      [chat.id, null],
    ])
    expect(sent[1]?.messages.map((message) => [message.role, message.content])).toEqual([
      ['user', 'why?'],
      ['assistant', 'because'],
      ['user', 'why?'],
    ])
    expect(h.of('accepted', chat.id)).toHaveLength(1)
    expect(h.store.runs.get(chat.id)?.chat).toMatchObject({ parentId: null })
    expect(h.of('postponed')).toEqual([])
  })

  it('once only', async () => {
    const { h, chat } = await secondQuestion()
    h.relay.refuse = () => refusal('unknown_parent')
    h.client.send(chat)
    await settled()
    expect(h.of('refused')).toMatchObject([{ runId: chat.id, error: { code: 'unknown_parent' } }])
    expect(h.relay.got('chat')).toHaveLength(3)
  })

  it('messages without content are left out, and what the store lacks is asked for', async () => {
    const branch = [
      { id: uuid(), role: 'user', content: 'a' },
      { id: uuid(), role: 'assistant', content: '' },
    ] as const
    const h = await new Harness({ branchOf: () => branch }).connect()
    h.relay.refuse = ({ parentId }) => (parentId === null ? undefined : refusal('unknown_parent'))
    await h.ask({ ephemeral: true, parentId: branch[1].id })
    expect(h.relay.got('chat')[1]?.messages.map((message) => message.content)).toEqual([
      'a',
      'why?',
    ])
  })
})

/** A second client on the same disk, after the first was killed. */
const killed = (h: Harness): Harness => {
  h.relay.stop()
  h.relay.start()
  return new Harness({}, h)
}

describe('an earlier session', () => {
  it('its unaccepted questions go out again when the chat takes them up', async () => {
    const first = new Harness()
    const id = await first.ask()
    const second = await killed(first).connect()
    expect(second.relay.got('chat')).toEqual([])
    expect(second.client.restore()).toEqual([id])
    await settled()
    expect(second.of('accepted')).toMatchObject([{ runId: id }])
    expect(second.client.restore()).toEqual([])
  })

  it('its answers are told as far as they are on disk, then followed and verified', async () => {
    const { h, id } = await running()
    h.relay.publish(id, 'on disk, ')
    await h.clock.advance(1000)
    h.relay.publish(id, 'not on disk, ')
    const second = await killed(h).connect()
    const conversationId = h.store.runs.get(id)?.chat.conversationId ?? ''
    second.client.restore(conversationId)
    expect(second.of('replaced')).toMatchObject([{ runId: id, seq: 1, text: 'on disk, ' }])
    await settled()
    h.relay.publish(id, 'and the rest')
    h.relay.end(id)
    await settled()
    expect(h.relay.got('resume')).toEqual([{ type: 'resume', id, after: 1 }])
    expect(second.told(id)).toBe('on disk, not on disk, and the rest')
    expect(second.of('end')).toMatchObject([{ verified: true }])
    expect(h.store.textOf(id)).toBe('on disk, not on disk, and the rest')
  })

  it('takes up one conversation only where one is named', async () => {
    const first = new Harness()
    const conversationId = uuid()
    const id = await first.ask({ conversationId })
    await first.ask()
    expect(killed(first).client.restore(conversationId)).toEqual([id])
  })

  it('a question whose predecessor ended meanwhile finds its place', async () => {
    const first = await new Harness().connect()
    const conversationId = uuid()
    const id = await first.ask({ conversationId })
    const next = await first.ask({ conversationId, follows: id })
    first.relay.publish(id, 'x')
    await first.clock.advance(1000)
    first.relay.end(id)
    const chunk = first.relay.runs.get(id)?.end
    if (chunk !== undefined) first.store.recordEnd(id, chunk)
    const second = await killed(first).connect()
    second.client.restore(conversationId)
    await settled()
    expect(second.relay.got('chat').at(-1)).toMatchObject({
      id: next,
      parentId: first.relay.runs.get(id)?.messageId,
    })
  })
})

/** Answers in the background, which outlive the relay: a relay that is killed, a vendor in another process that counts its calls. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from './config/index.ts'
import {
  background,
  BackgroundGround,
  isCancel,
  labRequest,
  texts,
} from './testing/background-ground.ts'
import { RelayClient } from './testing/relay-client.ts'

const ground = new BackgroundGround()

describe('the request', () => {
  it('asks for the answer to be written in the background and kept', async () => {
    await ground.upstream.script(background(texts('a', 'b')))
    const { url } = await ground.lab()
    const { end, text } = await ground.follow(url, labRequest())
    expect(text).toBe('ab')
    expect(end).toMatchObject({ status: 'completed', usage: { source: 'provider' } })
    const [call] = await ground.upstream.calls()
    expect(call?.body).toMatchObject({ background: true, store: true, stream: true })
  })

  it('an ephemeral answer is not kept by the vendor either', async () => {
    await ground.upstream.script({ body: [] })
    const { url } = await ground.lab('[run]\nmax_attempts = 1')
    await ground.follow(url, labRequest({ ephemeral: true }))
    const [call] = await ground.upstream.calls()
    expect(call?.body).toMatchObject({ store: false })
    expect(call?.body).not.toHaveProperty('background')
  })
})

/** A relay was killed after `part`, and what follows waits for the gate `rest`. */
async function killed(
  tables?: string,
): Promise<{ request: ReturnType<typeof labRequest>; client: RelayClient }> {
  await ground.upstream.script(
    background([...texts('part'), { gate: 'rest' }, ...texts(' and rest')]),
  )
  const relay = await ground.lab(tables)
  const client = await RelayClient.open(relay.url)
  const request = labRequest()
  client.send(request)
  await client.wait('chunk')
  await relay.kill()
  return { request, client }
}

describe('after a restart', () => {
  it('live: resume replays and follows, attach shows it, the same chat attaches', async () => {
    const { request } = await killed()
    const { url } = await ground.lab()
    const client = await RelayClient.open(url)
    client.send({ type: 'attach', conversationId: request.conversationId })
    expect((await client.wait('attached')).runs).toMatchObject([{ id: request.id, seq: 1 }])
    client.send({ type: 'resume', id: request.id, after: 1 })
    expect(await client.wait('resumed')).toMatchObject({ mode: 'replay', seq: 1 })
    client.send(request)
    expect(await client.wait('accepted')).toMatchObject({ duplicate: true })
    await ground.upstream.open('rest')
    await client.wait('chunk', ({ done }) => done)
    expect(client.textOf(request.id, 1)).toBe(' and rest')
    expect(await client.wait('run')).toMatchObject({ status: 'completed' })
    expect((await ground.asked()).posts).toBe(1)
  })

  it('a cancel is one at the vendor too', async () => {
    const { request } = await killed()
    const { url } = await ground.lab()
    const client = await RelayClient.open(url)
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({
      status: 'cancelled',
      endedBy: 'user',
    })
    const { calls } = await ground.upstream.until((record) => record.calls.some(isCancel))
    expect(calls.filter(isCancel)).toHaveLength(1)
  })

  it('L6: nobody follows it: it is cancelled, at the vendor too', async () => {
    const tables = '[run]\norphan_timeout_secs = 0.2'
    const { request } = await killed(tables)
    const { url } = await ground.lab(tables)
    await ground.upstream.until(({ calls }) => calls.some(isCancel))
    const { end, text } = await ground.follow(url, request)
    expect(end).toMatchObject({ status: 'cancelled', endedBy: 'relay' })
    expect(text).toBe('part')
  })

  it.each([
    ['another provider', 'kind', 'kind = "openai-compatible"'],
    ['another key', 'api_key_env', 'api_key_env = "NO_SUCH_KEY"'],
  ])('with %s configured it is interrupted, its partial kept', async (_, key, line) => {
    const { request } = await killed()
    const path = ground.config('', '')
    const changed = readFileSync(path, 'utf8').replace(new RegExp(`^${key} = .*$`, 'm'), line)
    writeFileSync(path, changed)
    const { url } = await ground.startProcess(path)
    const { end, text } = await ground.follow(url, request)
    expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
    expect(text).toBe('part')
    expect(await ground.asked()).toMatchObject({ posts: 1, readFrom: [] })
  })

  it('an answer that its vendor no longer has is interrupted, its partial kept', async () => {
    const { request } = await killed()
    await ground.upstream.reset()
    const { url } = await ground.lab()
    const { end, text } = await ground.follow(url, request)
    expect(end).toMatchObject({ status: 'failed', error: { code: 'interrupted' } })
    expect(text).toBe('part')
    expect(await ground.asked()).toMatchObject({ posts: 0, readFrom: [4], cancels: 0 })
  })

  it('L4: an answer that failed meanwhile has failed, and is not asked again', async () => {
    await ground.upstream.script(
      background([...texts('part'), { gate: 'rest' }], { end: 'failed' }),
    )
    const relay = await ground.lab()
    const client = await RelayClient.open(relay.url)
    const request = labRequest()
    client.send(request)
    await client.wait('chunk')
    await relay.kill()
    await ground.upstream.open('rest')
    const { url } = await ground.lab()
    const { end } = await ground.follow(url, request)
    expect(end).toMatchObject({ status: 'failed', error: { code: 'upstream_overloaded' } })
    expect(await ground.asked()).toMatchObject({ posts: 1, cancels: 0 })
  })
})

describe('drain', () => {
  it('leaves it to the next relay at once: 1012 without an end, then the rest', async () => {
    await ground.upstream.script(
      background([...texts('part'), { gate: 'rest' }, ...texts(' and rest')]),
    )
    const first = await ground.lab()
    const client = await RelayClient.open(first.url)
    const request = labRequest()
    client.send(request)
    await client.wait('chunk')
    const before = performance.now()
    expect(await first.drain()).toBe(0)
    expect(performance.now() - before).toBeLessThan(5000)
    expect(await client.waitClosed()).toMatchObject({ code: 1012 })
    expect(client.of('chunk').filter(({ done }) => done)).toEqual([])
    const { url } = await ground.lab()
    const again = await RelayClient.open(url)
    again.send({ type: 'resume', id: request.id, after: 1 })
    await ground.upstream.open('rest')
    expect(await again.wait('chunk', ({ done }) => done)).toMatchObject({ status: 'completed' })
    expect(again.textOf(request.id, 1)).toBe(' and rest')
    expect(await ground.asked()).toMatchObject({ posts: 1, readFrom: [4], cancels: 0 })
  })

  it('goes on with it while it waits for another run', async () => {
    await ground.upstream.script({ deltas: { texts: ['plain'] }, before: [{ gate: 'plain' }] })
    const steps = [...texts('one '), { gate: 'two' }, ...texts('two'), { gate: 'never' }]
    await ground.upstream.script(background(steps), { model: 'm' })
    const relay = await ground.lab()
    const client = await RelayClient.open(relay.url)
    const [kept, plain] = [labRequest(), labRequest({ model: 'openai/gpt-5-mini' })]
    client.send(kept)
    client.send(plain)
    await client.wait('chunk')
    await ground.upstream.until(({ calls }) => calls.length === 2)
    const drained = relay.drain()
    await client.wait('goingAway')
    await ground.upstream.open('two')
    await client.wait('chunk', ({ delta }) => delta === 'two')
    await ground.upstream.open('plain')
    expect(await drained).toBe(0)
    expect(client.textOf(plain.id)).toBe('plain')
    const ends = client.of('chunk').filter(({ done }) => done)
    expect(ends).toMatchObject([{ id: plain.id, status: 'completed' }])
  })

  it('waits for the id of an answer that was just asked for', async () => {
    await ground.upstream.script({
      ...background(texts('all')),
      before: [{ gate: 'head' }],
    })
    const first = await ground.lab('[run]\ndrain_secs = 0.1')
    const client = await RelayClient.open(first.url)
    const request = labRequest()
    client.send(request)
    await ground.upstream.until(({ calls }) => calls.length === 1)
    const drained = first.drain()
    await client.wait('goingAway')
    await ground.upstream.open('head')
    expect(await drained).toBe(0)
    const { url } = await ground.lab()
    const { end, text } = await ground.follow(url, request)
    expect([end.status, text]).toEqual(['completed', 'all'])
    expect((await ground.asked()).posts).toBe(1)
  })
})

describe('the vendor’s connection is lost', () => {
  it('the relay reads on by itself, in the same run, and says so', async () => {
    await ground.upstream.script(background(texts('one ', 'two ', 'three'), { drops: [900, 300] }))
    const { url } = await ground.lab()
    const client = await RelayClient.open(url)
    const request = labRequest()
    client.send(request)
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({ status: 'completed' })
    expect(client.textOf(request.id)).toBe('one two three')
    expect(client.of('notice')[0]).toMatchObject({ code: 'retrying', attempt: 1 })
    const { posts, readFrom } = await ground.asked()
    expect(posts).toBe(1)
    expect(readFrom).toHaveLength(2)
  })

  it('for good: failed in the end, its partial kept, and cancelled at the vendor', async () => {
    const drops = [900, ...Array.from({ length: 20 }, () => 1)]
    await ground.upstream.script(
      background([...texts('one ', 'two'), { gate: 'never' }], { drops }),
    )
    const { url } = await ground.lab('[run]\nmax_retry_wait_secs = 0.05')
    const { end, text } = await ground.follow(url, labRequest())
    expect(end).toMatchObject({ status: 'failed', error: { code: 'upstream_eof' } })
    expect('one two'.startsWith(text)).toBe(true)
    await ground.upstream.until(({ calls }) => calls.some(isCancel))
    expect(await ground.asked()).toMatchObject({ posts: 1, cancels: 1 })
  })

  it('T97: a cancel closes the connection and reaches the vendor within a second', async () => {
    await ground.upstream.script(background([...texts('part'), { gate: 'never' }]))
    const { url } = await ground.lab()
    const client = await RelayClient.open(url)
    const request = labRequest()
    client.send(request)
    await client.wait('chunk')
    const asked = Date.now()
    client.send({ type: 'cancel', id: request.id })
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({ status: 'cancelled' })
    const { calls } = await ground.upstream.until(({ calls: all }) => all.length === 2)
    expect((calls[1]?.startedAt ?? Infinity) - asked).toBeLessThan(1000)
    expect((calls[0]?.closedAt ?? Infinity) - asked).toBeLessThan(1000)
  })

  it('T97: a cancel before its id is known waits for it, not longer than a second', async () => {
    await ground.upstream.script([
      { ...background(texts('never')), before: [{ gate: 'head' }] },
      { ...background(texts('never'), { id: 'resp_2' }), before: [{ gate: 'shut' }] },
    ])
    const { url } = await ground.lab()
    const client = await RelayClient.open(url)
    const [soon, never] = [labRequest(), labRequest()]
    client.send(soon)
    await ground.upstream.until(({ calls }) => calls.length === 1)
    client.send({ type: 'cancel', id: soon.id })
    client.send({ type: 'ping' })
    await client.wait('pong')
    await ground.upstream.open('head')
    await client.wait('chunk', ({ id, done }) => id === soon.id && done)
    await ground.upstream.until(({ calls }) => calls.some(isCancel))
    client.send(never)
    await ground.upstream.until(({ calls }) => calls.length === 3)
    const asked = Date.now()
    client.send({ type: 'cancel', id: never.id })
    await client.wait('chunk', ({ id, done }) => id === never.id && done)
    const { calls } = await ground.upstream.until(({ open }) => open === 0)
    expect((calls[2]?.closedAt ?? Infinity) - asked).toBeLessThan(1100)
  })
})

const startPrivate = (tables?: string): Promise<string> => {
  const loaded = loadConfig(ground.config(undefined, tables))
  return ground.start({ config: () => loaded, private: true, env: {} })
}
const openWith = async (url: string, key?: string): Promise<RelayClient> => {
  const client = new RelayClient(url)
  await new Promise((resolve) => client.ws.once('open', resolve))
  const environment = key === undefined ? {} : { OPENAI_API_KEY: key }
  client.send({ type: 'hello', client: { name: 'test', version: '0' }, environment })
  await client.wait('welcome')
  return client
}

/** A relay was stopped after `part`; only its client had the key `sk-mine`. */
async function stopped(tables?: string): Promise<ReturnType<typeof labRequest>> {
  await ground.upstream.script(
    background([...texts('part'), { gate: 'rest' }, ...texts(' and rest')]),
  )
  const client = await openWith(await startPrivate(tables), 'sk-mine')
  const request = labRequest()
  client.send(request)
  await client.wait('chunk')
  await ground.relay?.stop()
  expect(await client.waitClosed()).toMatchObject({ code: 1012 })
  expect(client.of('chunk').filter(({ done }) => done)).toEqual([])
  return request
}

describe('on the private socket', () => {
  it('L10: it waits for a hello that brings its key, and goes on with that', async () => {
    const request = await stopped()
    const url = await startPrivate()
    const keyless = await openWith(url)
    const stranger = await openWith(url, 'sk-other')
    stranger.send({ type: 'resume', id: request.id, after: 0 })
    keyless.send({ type: 'resume', id: request.id, after: 0 })
    await stranger.wait('chunk', ({ delta }) => delta === 'part')
    await keyless.wait('chunk', ({ delta }) => delta === 'part')
    expect((await ground.asked()).readFrom).toEqual([])
    await openWith(url, 'sk-mine')
    await ground.upstream.open('rest')
    expect(await stranger.wait('chunk', ({ done }) => done)).toMatchObject({ status: 'completed' })
    expect(stranger.textOf(request.id)).toBe('part and rest')
    const calls = await ground.upstream.calls()
    expect(calls.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer sk-mine',
      'Bearer sk-mine',
    ])
  })

  it('where it does not come in time the run is interrupted', async () => {
    const tables = '[run]\norphan_timeout_secs = 0.3'
    const request = await stopped(tables)
    const client = await openWith(await startPrivate(tables))
    client.send({ type: 'resume', id: request.id, after: 0 })
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({
      status: 'failed',
      endedBy: 'relay',
      error: { code: 'interrupted' },
    })
    expect(client.textOf(request.id)).toBe('part')
    expect(await ground.asked()).toMatchObject({ posts: 1, readFrom: [], cancels: 0 })
  })

  it('a relay that is stopped while it waits leaves it to the next one', async () => {
    const request = await stopped()
    await startPrivate()
    await ground.relay?.stop()
    const client = await openWith(await startPrivate(), 'sk-mine')
    client.send(request)
    await ground.upstream.open('rest')
    expect(await client.wait('chunk', ({ done }) => done)).toMatchObject({ status: 'completed' })
    expect(client.textOf(request.id)).toBe('part and rest')
    expect((await ground.asked()).posts).toBe(1)
  })
})

/** Recorded provider streams, through the mock upstream and a real relay to a real client, cut in three ways. */
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { EndChunk } from '@speak-code/protocol'
import { startRelay, type Relay } from '@speak-code/server'
import { loadConfig } from '@speak-code/server/config'
import {
  listFixtures,
  startMockUpstream,
  temporaryFolder,
  type Cut,
  type Fixture,
  type MockUpstream,
  type TemporaryFolder,
} from '@speak-code/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChatClient } from '../src/client/chat-client.ts'
import type { ChatClient } from '../src/client/client.ts'

const CUTS: readonly Cut[] = ['bytes', { seed: 7 }]

interface Told {
  text: string
  reasoning: string
  refusal: string
  end: EndChunk
  verified: boolean
}

const fixtures = listFixtures()

describe.skipIf(fixtures === undefined)('recorded streams reach the client as they were', () => {
  const streams = (fixtures ?? []).filter(({ meta }) => meta.wire === 'chat')
  let upstream: MockUpstream
  let folder: TemporaryFolder
  let relay: Relay
  let client: ChatClient

  beforeAll(async () => {
    upstream = await startMockUpstream()
    folder = temporaryFolder()
    const loaded = loadConfig(join(folder.path, 'none.toml'))
    relay = await startRelay({
      config: () => loaded,
      env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: upstream.url },
      dataDir: folder.path,
      listen: { host: '127.0.0.1', port: 0 },
      private: false,
      version: '0',
      log: { file: join(folder.path, 'log') },
    })
    const url = relay.addresses[0] ?? ''
    client = createChatClient({
      relay: { label: url, token: undefined, target: () => Promise.resolve({ url }) },
      client: { name: 'test', version: '0' },
      reconnectIntervalMs: 10,
      maxReconnectAttempts: 0,
    })
    client.connect()
  })

  afterAll(async () => {
    await client.close()
    await relay.stop()
    await upstream.stop()
    folder.remove()
  })

  async function play({ body, meta }: Fixture, cut: Cut): Promise<Told> {
    await upstream.reset()
    await upstream.script({
      status: meta.status,
      headers: meta.headers,
      body: [{ base64: body.toString('base64') }],
      cut,
    })
    const runId = randomUUID()
    const told = { text: '', reasoning: '', refusal: '' }
    return new Promise<Told>((resolve, reject) => {
      const stop = client.on((event) => {
        if (event.type === 'delta' && event.runId === runId) {
          told[event.channel ?? 'text'] += event.delta
        } else if (event.type === 'refused') {
          reject(new Error(event.error.message))
        } else if (event.type === 'end' && event.runId === runId) {
          stop()
          resolve({ ...told, end: event.chunk, verified: event.verified })
        }
      })
      client.send({
        id: runId,
        conversationId: randomUUID(),
        parentId: null,
        messages: [{ id: randomUUID(), role: 'user', content: 'Play it.' }],
        model: 'openai/recorded',
        ephemeral: true,
      })
    })
  }

  it.each(streams.map((fixture) => [fixture.name, fixture] as const))('%s', async (_, fixture) => {
    const { expected } = fixture
    const whole = await play(fixture, 'whole')
    expect(whole).toMatchObject({
      text: expected.text,
      reasoning: expected.reasoning ?? '',
      refusal: expected.refusal ?? '',
      verified: true,
    })
    expect(whole.end.textSha256).toBe(createHash('sha256').update(expected.text).digest('hex'))
    expect(whole.end.usage.source).toBe(expected.usage === null ? 'estimated' : 'provider')
    for (const cut of CUTS) {
      const { text, reasoning, refusal, end } = await play(fixture, cut)
      expect({ text, reasoning, refusal, status: end.status, usage: end.usage }).toEqual({
        text: whole.text,
        reasoning: whole.reasoning,
        refusal: whole.refusal,
        status: whole.end.status,
        usage: whole.end.usage,
      })
    }
  })
})

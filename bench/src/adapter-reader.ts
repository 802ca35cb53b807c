/**
 * What reads the streams of a measurement of the adapters, all at one time: once to warm up, then once to be measured. Started
 * with an IPC channel; the one argument is {@link ReaderOptions} as JSON. It tells its parent when the measured streams begin,
 * and what came of them.
 */
import { Config } from '../../packages/server/src/config/index.ts'
import { createProviders } from '../../packages/server/src/providers/index.ts'
import { streamOf, upstreamFetch } from '../../packages/server/src/providers/upstream.ts'
import { SDK_STREAMS } from '../../packages/server/src/testing/sdk-streams.ts'
import { DIALECT, type DialectName } from './dialects.ts'

/** `floor` counts the response's bytes, `ours` is the relay's adapter, `sdk` the vendor's own SDK. */
export type Way = 'floor' | 'ours' | 'sdk'

export interface ReaderOptions {
  readonly way: Way
  readonly dialect: DialectName
  /** Ending in `/v1`. */
  readonly baseUrl: string
  readonly model: string
  readonly streams: number
}

/** What the reader tells: `begin`, then `end` with how much all streams brought: characters, of the floor bytes. */
export type ReaderNews =
  | { readonly news: 'begin' }
  | { readonly news: 'end'; readonly length: number }

const options: ReaderOptions = JSON.parse(process.argv[2] ?? '')
const { way, dialect, baseUrl, model, streams } = options

const CONNECT_MS = 10_000
const fetchRaw = upstreamFetch(CONNECT_MS, new Set(['content-type']))
const config = Config.parse({
  providers: { bench: { kind: dialect, base_url: baseUrl, api_key_env: 'BENCH_KEY' } },
})
const { provider } = createProviders(config, { BENCH_KEY: 'not-a-key' }).resolve(`bench/${model}`)

async function countBytes(): Promise<number> {
  const response = await fetchRaw(`${baseUrl}${DIALECT[dialect].path(model)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true }),
  })
  const body = streamOf(response)
  if (body === undefined) throw new Error('the response has no body')
  let length = 0
  body.on('data', (bytes: Buffer) => {
    length += bytes.length
  })
  return new Promise((resolve, reject) => {
    body.on('end', () => {
      resolve(length)
    })
    body.on('error', reject)
  })
}

async function readByAdapter(): Promise<number> {
  let length = 0
  const end = await provider.stream(
    {
      model,
      messages: [{ role: 'user', content: 'Go.' }],
      params: {},
      signal: new AbortController().signal,
    },
    (delta) => {
      length += delta.text.length
    },
  )
  if (end.outcome !== 'finished') throw new Error(`the stream did not finish: ${end.outcome}`)
  return length
}

async function readBySdk(): Promise<number> {
  let length = 0
  await SDK_STREAMS[dialect](baseUrl, model, (text) => {
    length += text.length
  })
  return length
}

const READ: Readonly<Record<Way, () => Promise<number>>> = {
  floor: countBytes,
  ours: readByAdapter,
  sdk: readBySdk,
}

async function readAll(): Promise<number> {
  const lengths = await Promise.all(Array.from({ length: streams }, READ[way]))
  return lengths.reduce((sum, length) => sum + length, 0)
}

const tell = (news: ReaderNews): void => {
  process.send?.(news)
}

await readAll()
tell({ news: 'begin' })
const length = await readAll()
tell({ news: 'end', length })
process.disconnect?.()

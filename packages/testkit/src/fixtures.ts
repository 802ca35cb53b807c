/** The recorded provider streams of `../shared/fixtures`, beside the repository, where present. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** How a body is served. */
interface FixtureMeta {
  readonly wire: 'chat' | 'responses' | 'anthropic' | 'gemini' | 'ollama' | 'http'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** What a reader of the body must end up with, in the provider's own words. */
export interface FixtureExpectation {
  readonly text: string
  readonly reasoning?: string
  readonly refusal?: string
  /** What the client is to run; `arguments` just as they were streamed. */
  readonly toolCalls?: readonly {
    /** Null where the vendor gave none. */
    readonly id: string | null
    readonly name: string
    readonly arguments: string
  }[]
  readonly finishReason: string | null
  readonly usage: {
    readonly promptTokens: number
    readonly completionTokens: number
    readonly totalTokens: number
    readonly reasoningTokens?: number
    readonly cachedTokens?: number
  } | null
  readonly error: {
    readonly status: number | null
    readonly type: string | null
    readonly code: string | number | null
    readonly message: string
  } | null
  readonly terminated?: boolean | null
}

export interface Fixture {
  /** Such as `openai-chat/text-short`. */
  readonly name: string
  readonly body: Buffer
  readonly meta: FixtureMeta
  readonly expected: FixtureExpectation
}

const root = fileURLToPath(new URL('../../../../shared/fixtures/streams', import.meta.url))

const hasMember = <Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> =>
  typeof value === 'object' && value !== null && key in value

const isMeta = (value: unknown): value is FixtureMeta =>
  hasMember(value, 'wire') && hasMember(value, 'status') && hasMember(value, 'headers')

const isExpectation = (value: unknown): value is FixtureExpectation =>
  hasMember(value, 'text') && hasMember(value, 'finishReason') && hasMember(value, 'usage')

function eventName(wire: string, line: string): string {
  if (wire !== 'responses' && wire !== 'anthropic') return ''
  const value: unknown = JSON.parse(line)
  return hasMember(value, 'type') ? `event: ${String(value.type)}\n` : ''
}

/** A `.jsonl` file holds only the payloads: this puts the event framing back. */
function framed(wire: string, lines: string): Buffer {
  const events = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `${eventName(wire, line)}data: ${line}\n\n`)
  return Buffer.from(events.join('') + (wire === 'chat' ? 'data: [DONE]\n\n' : ''))
}

function readFixture(vendor: string, name: string, files: readonly string[]): Fixture {
  const folder = path.join(root, vendor)
  const meta: unknown = JSON.parse(readFileSync(path.join(folder, `${name}.meta.json`), 'utf8'))
  const expected: unknown = JSON.parse(
    readFileSync(path.join(folder, `${name}.expected.json`), 'utf8'),
  )
  const file = ['sse', 'jsonl', 'ndjson', 'json']
    .map((extension) => `${name}.${extension}`)
    .find((candidate) => files.includes(candidate))
  if (!isMeta(meta) || !isExpectation(expected) || file === undefined)
    throw new Error(`the fixture ${vendor}/${name} is incomplete`)
  const bytes = readFileSync(path.join(folder, file))
  const body = file.endsWith('.jsonl') ? framed(meta.wire, bytes.toString()) : bytes
  return { name: `${vendor}/${name}`, body, meta, expected }
}

/** Every recorded case, or undefined where the folder is not there (tests then skip and say so). */
export function listFixtures(): readonly Fixture[] | undefined {
  if (!existsSync(root)) return undefined
  return readdirSync(root).flatMap((vendor) => {
    const files = readdirSync(path.join(root, vendor))
    return files
      .filter((file) => file.endsWith('.meta.json'))
      .map((file) => readFixture(vendor, file.slice(0, -'.meta.json'.length), files))
  })
}

/** PROTOCOL.md against the schemas: neither may say what the other does not. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import {
  CLIENT_FRAMES,
  CLOSE_CODES,
  DeltaChunk,
  EndChunk,
  EndStatus,
  ERROR_CODES,
  FinishReason,
  isRetryable,
  parseClientMessage,
  parseServerMessage,
  SERVER_FRAMES,
  type ServerMessage,
} from '../src/index.ts'
import { dialogueOf, plain, sectionsOf } from './document.ts'
import { fieldsOf } from './fields.ts'

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')
const sections = sectionsOf(text)

const { chunk: _, ...plainServerFrames } = SERVER_FRAMES

/** Heading → the schema that its table describes. A chunk has two shapes and so two headings. */
const clientFrames: Record<string, z.ZodType> = CLIENT_FRAMES
const serverFrames: Record<string, z.ZodType> = {
  ...plainServerFrames,
  chunk: DeltaChunk,
  'chunk, the end': EndChunk,
}

function sectionOf(title: string) {
  const found = sections.filter((section) => section.title === title)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} of ${title}`)
  return found[0]
}

function readAs(from: 'client' | 'relay', frame: string): ServerMessage | { type: string } {
  const client = parseClientMessage(frame)
  const server = parseServerMessage(frame)
  if (from === 'client' && client.ok) return client.message
  if (from === 'relay' && server.kind === 'message') return server.message
  throw new Error(`no frame of the ${from}: ${frame} ${JSON.stringify({ client, server })}`)
}

describe('frames', () => {
  const frames = [
    ...Object.entries(clientFrames).map(([title, schema]) => ({
      title,
      schema,
      from: 'client' as const,
    })),
    ...Object.entries(serverFrames).map(([title, schema]) => ({
      title,
      schema,
      from: 'relay' as const,
    })),
  ]

  test.each(frames)('$title: the table has the fields of the schema', ({ title, schema, from }) => {
    const direction = from === 'client' ? 'client to relay' : 'relay to client'
    const { rows } = sectionOf(title)
    expect(rows.map((row) => row['direction'])).toEqual(rows.map(() => direction))
    const told = rows.map((row) => ({
      name: plain(row['field']),
      type: row['type'],
      optional: row['optional'] === 'yes',
    }))
    expect(new Set(rows.map((row) => row['optional']))).toEqual(
      new Set(told.map(({ optional }) => (optional ? 'yes' : 'no'))),
    )
    expect(told.toSorted(byName)).toEqual(fieldsOf(schema).toSorted(byName))
  })

  test.each(frames)('$title: every example parses', ({ title, schema, from }) => {
    const examples = sectionOf(title).blocks
    expect(examples.length).toBeGreaterThan(0)
    for (const { language, text: example } of examples) {
      expect(language).toBe('json')
      expect(readAs(from, example).type).toBe(title.split(',')[0])
      // What parsing would drop has no place in an example.
      expect(schema.parse(JSON.parse(example))).toEqual(JSON.parse(example))
    }
  })

  test('every field stands in some example', () => {
    for (const { title, schema } of frames) {
      const shown = sectionOf(title).blocks.flatMap((block) => pathsOf(JSON.parse(block.text)))
      for (const { name } of fieldsOf(schema)) expect(shown, title).toContain(name)
    }
  })
})

const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name)

/** The fields that a JSON value shows, named as in the tables. */
function pathsOf(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${prefix}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    return [path, ...pathsOf(child, path)]
  })
}

describe('codes', () => {
  test('the error table has every code with its `retryable`', () => {
    const told = sectionOf('6. Errors').rows.map((row) => [plain(row['code']), row['retryable']])
    expect(told).toEqual(ERROR_CODES.map((code) => [code, isRetryable(code) ? 'yes' : 'no']))
  })

  test('the table of close codes has every code with what a client does', () => {
    const told = sectionOf('7. Closing').rows.map((row) => [row['code'], row['client does']])
    expect(told).toEqual(CLOSE_CODES.map((row) => [String(row.code), row.after]))
  })

  test('the table of ends names only statuses, reasons and codes that there are', () => {
    const { rows } = sectionOf('5. How a run ends')
    const told = (column: string): string[] =>
      rows.map((row) => row[column] ?? '').filter((cell) => cell.startsWith('`'))
    expect(new Set(told('`status`').map(plain))).toEqual(new Set(EndStatus.options))
    expect(new Set(told('`finishReason`').map(plain))).toEqual(new Set(FinishReason.options))
    expect(ERROR_CODES).toEqual(expect.arrayContaining(told('`error.code`').map(plain)))
  })
})

describe('sequences', () => {
  const dialogues = sections.flatMap((section) =>
    section.blocks
      .filter((block) => block.language === 'text')
      .map((block) => ({ title: section.title, lines: dialogueOf(block.text) })),
  )

  test('there is one for each way to meet a run', () => {
    expect(dialogues.map((dialogue) => dialogue.title)).toEqual([
      'First delivery',
      'Resume',
      'Duplicate',
      'Cancel',
      'Drain',
    ])
  })

  test.each(dialogues)('$title: every line is a frame of its direction (L2, L3)', ({ lines }) => {
    const chunks = lines
      .map((line) => readAs(line.from, line.text))
      .flatMap((message) => ('done' in message ? [message] : []))
    const first = chunks[0]?.seq ?? 0
    expect(chunks.map((chunk) => chunk.seq)).toEqual(chunks.map((_chunk, at) => first + at))
    expect(chunks.map((chunk) => chunk.done)).toEqual([...chunks.slice(1).map(() => false), true])
  })

  test('First delivery: the end has the hash of the text', () => {
    const messages = (dialogues[0]?.lines ?? []).map((line) => readAs(line.from, line.text))
    const chunks = messages.flatMap((message) => ('done' in message ? [message] : []))
    const answer = chunks.map((chunk) => chunk.delta).join('')
    const textSha256 = createHash('sha256').update(answer).digest('hex')
    expect(chunks.at(-1)).toMatchObject({ done: true, textSha256 })
  })
})

describe('rules', () => {
  test('are numbered from 1 without holes, and every rule that is quoted exists', () => {
    const numbers = [...text.matchAll(/^- \*\*R(\d+)\.\*\*/gm)].map((match) => Number(match[1]))
    expect(numbers).toEqual(numbers.map((_number, at) => at + 1))
    const quoted = [...text.matchAll(/\bR(\d+)\b/g)].map((match) => Number(match[1]))
    expect(Math.max(...quoted)).toBeLessThanOrEqual(numbers.length)
  })
})

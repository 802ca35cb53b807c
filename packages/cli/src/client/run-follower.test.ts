import { createHash } from 'node:crypto'
import type { Channel, DeltaChunk, EndChunk, ResumedMessage } from '@speak-code/protocol'
import { describe, expect, it } from 'vitest'
import { RunFollower } from './run-follower.ts'

const ID = '019a0000-0000-7000-8000-000000000000'

function delta(seq: number, text: string, channel?: Channel): DeltaChunk {
  const chunk: DeltaChunk = { type: 'chunk', id: ID, seq, delta: text, done: false }
  return channel === undefined ? chunk : { ...chunk, channel }
}

function end(seq: number, text: string): EndChunk {
  return {
    type: 'chunk',
    id: ID,
    seq,
    delta: '',
    done: true,
    status: 'completed',
    finishReason: 'stop',
    endedBy: 'provider',
    model: 'm',
    provider: 'p',
    usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2, source: 'provider' },
    textSha256: createHash('sha256').update(text).digest('hex'),
  }
}

function resumed(mode: ResumedMessage['mode'], seq: number, text?: string): ResumedMessage {
  const place = { type: 'resumed', id: ID, conversationId: ID, messageId: ID, mode, seq } as const
  return text === undefined ? place : { ...place, text }
}

describe('L2: each seq once and in order', () => {
  it('takes what is next, drops what it has seen', () => {
    const run = new RunFollower()
    expect(run.take(delta(1, 'a'))).toMatchObject({ kind: 'next', chunk: { delta: 'a' } })
    expect(run.take(delta(1, 'a'))).toEqual({ kind: 'nothing' })
    expect(run.take(delta(2, 'b'))).toMatchObject({ kind: 'next', chunk: { seq: 2 } })
    expect(run.seq).toBe(2)
  })

  it('a hole is told once, until the resume is answered', () => {
    const run = new RunFollower()
    run.take(delta(1, 'a'))
    expect(run.take(delta(3, 'c'))).toEqual({ kind: 'gap' })
    run.asked()
    expect(run.take(delta(4, 'd'))).toEqual({ kind: 'nothing' })
    run.resumed(resumed('replay', 4))
    expect(run.take(delta(2, 'b'))).toMatchObject({ kind: 'next' })
    expect(run.take(delta(9, 'z'))).toEqual({ kind: 'gap' })
  })

  it('an end after a hole is not the end yet', () => {
    const run = new RunFollower()
    run.take(delta(1, 'a'))
    expect(run.take(end(3, 'ab'))).toEqual({ kind: 'gap' })
  })
})

describe('L3: exactly one end', () => {
  it('tells it once, and nothing after it', () => {
    const run = new RunFollower()
    run.take(delta(1, 'a'))
    expect(run.take(end(2, 'a'))).toMatchObject({ kind: 'end', verified: true })
    expect(run.take(end(2, 'a'))).toEqual({ kind: 'nothing' })
    expect(run.take(delta(3, 'b'))).toEqual({ kind: 'nothing' })
    expect(run.resumed(resumed('lost', 0))).toEqual({ kind: 'nothing' })
  })
})

describe('T94: the text is checked against textSha256', () => {
  it('only the answer counts, not reasoning or a refusal', () => {
    const run = new RunFollower()
    run.take(delta(1, 'hm', 'reasoning'))
    run.take(delta(2, 'an'))
    run.take(delta(3, 'no', 'refusal'))
    run.take(delta(4, 'swer'))
    expect(run.take(end(5, 'answer'))).toMatchObject({ kind: 'end', verified: true })
  })

  it('a text of many pieces, with astral characters and more than the gathered length', () => {
    const run = new RunFollower()
    const pieces = Array.from({ length: 5000 }, (_, index) => `${index} 😀𝕏 `)
    for (const [index, piece] of pieces.entries()) run.take(delta(index + 1, piece))
    expect(run.take(end(5001, pieces.join('')))).toMatchObject({ verified: true })
  })

  it('goes on from what is known of an earlier session', () => {
    const run = new RunFollower(7, 'the first part, ')
    run.take(delta(8, 'the rest'))
    expect(run.take(end(9, 'the first part, the rest'))).toMatchObject({ verified: true })
  })

  it('a mismatch is read again from 0, quietly, and told as a replacement', () => {
    const run = new RunFollower(1, 'wrong')
    expect(run.take(end(2, 'right'))).toEqual({ kind: 'mismatch' })
    expect(run.seq).toBe(0)
    run.asked()
    run.resumed(resumed('replay', 2))
    expect(run.take(delta(1, 'right'))).toEqual({ kind: 'nothing' })
    expect(run.take(end(2, 'right'))).toMatchObject({
      kind: 'end',
      verified: true,
      text: { text: 'right', reasoning: '', refusal: '' },
    })
  })

  it('a mismatch that stays is said', () => {
    const run = new RunFollower()
    run.take(delta(1, 'a'))
    run.take(end(2, 'b'))
    run.take(delta(1, 'a'))
    expect(run.take(end(2, 'b'))).toMatchObject({
      kind: 'end',
      verified: false,
      text: { text: 'a' },
    })
  })

  it('a run that is gone before it was read again ends unverified', () => {
    const run = new RunFollower()
    run.take(delta(1, 'a'))
    const chunk = end(2, 'b')
    run.take(chunk)
    expect(run.resumed(resumed('lost', 0))).toEqual({ kind: 'end', chunk, verified: false })
  })

  it('an end before what was told belongs to another text', () => {
    const run = new RunFollower(5, 'hello')
    expect(run.take(end(3, 'hello'))).toEqual({ kind: 'mismatch' })
  })
})

describe('T86: snapshots', () => {
  it('replaces the text; the end that follows counts whatever its seq', () => {
    const run = new RunFollower(3, 'old')
    expect(run.resumed(resumed('snapshot', 9, 'all of it'))).toEqual({
      kind: 'replaced',
      seq: 9,
      text: { text: 'all of it', reasoning: '', refusal: '' },
    })
    expect(run.take(end(9, 'all of it'))).toMatchObject({ kind: 'end', verified: true })
  })

  it('a drop between snapshot and end still finds the end', () => {
    const run = new RunFollower()
    run.resumed(resumed('snapshot', 9, 'all of it'))
    expect(run.seq).toBeLessThan(9)
  })

  it('a snapshot that does not fit is read again', () => {
    const run = new RunFollower()
    run.resumed(resumed('snapshot', 9, 'other'))
    expect(run.take(end(9, 'all'))).toEqual({ kind: 'mismatch' })
    expect(run.resumed(resumed('snapshot', 9, 'all'))).toEqual({ kind: 'nothing' })
    expect(run.take(end(9, 'all'))).toMatchObject({ verified: true, text: { text: 'all' } })
  })
})

it('T84: lost', () => {
  expect(new RunFollower(4, 'abcd').resumed(resumed('lost', 0))).toEqual({ kind: 'lost' })
})

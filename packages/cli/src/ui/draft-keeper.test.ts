import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Attachment } from '../chat/session-parts.ts'
import { FakeClock } from '../client/testing/fake-clock.ts'
import type { LocalStore } from '../store/local-store.ts'
import { openHistory } from '../store/testing/history.ts'
import { DraftKeeper } from './draft-keeper.ts'

const PLACE = '01900000-0000-7000-8000-000000000001'

let store: LocalStore
let clock: FakeClock
let draft = ''
let attached: readonly Attachment[] = []
let place: string | null = null
let problems: string[] = []
let drafts: DraftKeeper

beforeEach(() => {
  store = openHistory()
  clock = new FakeClock()
  draft = ''
  attached = []
  place = null
  problems = []
  drafts = new DraftKeeper({
    store,
    clock,
    read: () => ({ text: draft, attached }),
    place: () => place,
    onProblem: (sentence) => problems.push(sentence),
  })
})

afterEach(() => {
  store.close()
})

test('L7: a draft is on disk within a second, also while keys keep coming', async () => {
  for (const letter of 'a long thought') {
    draft += letter
    drafts.soon()
    await clock.advance(100)
  }
  expect(store.draft(null).length).toBeGreaterThanOrEqual('a long thought'.length - 5)
  await clock.advance(1000)
  expect(store.draft(null)).toBe('a long thought')
})

test('each conversation keeps its own draft', () => {
  store.saveDraft(PLACE, 'theirs')
  draft = 'mine'
  place = PLACE
  expect(drafts.open()).toEqual({ text: 'theirs', attached: [] })
  expect(store.draft(null)).toBe('mine')
  draft = 'changed'
  drafts.save()
  expect(store.draft(PLACE)).toBe('changed')
  expect(store.draft(null)).toBe('mine')
})

test('L7: files that are attached are on disk with the draft', async () => {
  attached = [{ name: 'a.txt', path: '/home/a.txt' }]
  drafts.soon()
  await clock.advance(1000)
  expect(store.attached(null)).toEqual(attached)
  place = PLACE
  expect(drafts.open()).toEqual({ text: '', attached: [] })
  place = null
  attached = []
  expect(drafts.open()).toEqual({ text: '', attached: [{ name: 'a.txt', path: '/home/a.txt' }] })
})

test('where a conversation has begun since, the draft goes along', () => {
  draft = 'next'
  drafts.save()
  place = PLACE
  drafts.save()
  expect(store.draft(PLACE)).toBe('next')
  expect(store.draft(null)).toBe('')
})

test('a draft that cannot be written is told, and tried again', () => {
  store.close()
  draft = 'x'
  drafts.save()
  expect(problems).toHaveLength(1)
  drafts.save()
  expect(problems).toHaveLength(2)
  store = openHistory()
})

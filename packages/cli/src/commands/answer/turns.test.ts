import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('what is said out of turn comes when those before have ended', () => {
  const turns = new Turns()
  const heard: string[] = []
  const say = (speaker: number, word: string): void => {
    turns.say(speaker, () => heard.push(word))
  }
  say(1, 'b1')
  say(0, 'a1')
  say(2, 'c1')
  turns.end(2)
  say(1, 'b2')
  expect(heard).toEqual(['a1'])
  turns.end(0)
  expect(heard).toEqual(['a1', 'b1', 'b2'])
  say(1, 'b3')
  turns.end(1)
  expect(heard).toEqual(['a1', 'b1', 'b2', 'b3', 'c1'])
})

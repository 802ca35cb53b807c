/** `/queue`: the questions that wait. */
import { done, firstLine, firstWords, plain, refused } from './lines.ts'
import type { Candidate, SlashCommand } from './slash-command.ts'

const STATES = {
  queued: '',
  held: ' (held until Enter)',
  postponed: ' (asked again later)',
} as const
const VERBS = ['drop', 'edit'] as const

export const queueCommand: SlashCommand = {
  names: ['queue'],
  argument: '[drop|edit N]',
  help: 'show what waits, drop one, or take one back',
  run: (argument, { session }) => {
    const [verb = '', place = ''] = argument.split(/\s+/)
    if (verb === '') {
      const { waiting } = session
      if (waiting.length === 0) return done('Nothing waits.')
      return waiting.map(({ text, state }, index) =>
        plain(`  ${index + 1}  ${firstLine(text)}${STATES[state]}`),
      )
    }
    if (verb !== 'drop' && verb !== 'edit') return refused('/queue knows “drop N” and “edit N”.')
    const n = Number(place)
    const text = verb === 'drop' ? session.drop(n) : session.takeBack(n)
    if (text === undefined) {
      return refused(
        place === '' ? `/queue ${verb} needs a number.` : `No question waits at ${place}.`,
      )
    }
    if (verb === 'drop') return done(`Dropped: ${firstLine(text)}`)
    session.emit({ type: 'compose', text })
    return []
  },
  complete: (typed, { session: { waiting } }) =>
    VERBS.flatMap((verb) =>
      waiting.map(({ text }, index): Candidate => ({
        value: `${verb} ${index + 1}`,
        hint: firstWords(text),
      })),
    ).filter(({ value }) => value.startsWith(typed)),
}

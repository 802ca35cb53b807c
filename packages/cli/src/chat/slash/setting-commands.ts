/** Commands that set what the following questions are asked with, and how the chat looks. */
import { done, refused } from './lines.ts'
import { modelCandidates } from './models-seen.ts'
import type { Candidate, SlashCommand } from './slash-command.ts'

const NO_EXERCISE = 'off'
const NO_FILES = 'off'
/** A system prompt without a word. */
const NO_SYSTEM = /^(""|'')$/

export const modelCommand: SlashCommand = {
  names: ['model'],
  argument: '[NAME]',
  help: 'choose a model, or ask this one from now on',
  run: (name, { session }) => {
    if (name === '') {
      session.emit({ type: 'pick', what: 'models', query: '' })
      return []
    }
    session.setModel(name)
    return done(`From now on ${name} is asked.`)
  },
  complete: modelCandidates,
}

export const systemCommand: SlashCommand = {
  names: ['system'],
  argument: '[TEXT]',
  help: 'show the system prompt, or set it; "" for none',
  run: (text, { session }) => {
    if (text === '') {
      const { system } = session
      return done(system === undefined ? 'There is no system prompt.' : `System: ${system}`)
    }
    if (NO_SYSTEM.test(text)) {
      session.setSystem(undefined)
      return done(
        session.system === undefined
          ? 'No system prompt goes with the next question.'
          : 'Nothing new goes along; the system prompt that was sent stays in this conversation.',
      )
    }
    session.setSystem(text)
    return done('It goes with the next question.')
  },
  complete: (typed, { session: { system } }) =>
    typed === '' && system !== undefined ? [{ value: system, hint: 'as it is now' }] : [],
}

export const fileCommand: SlashCommand = {
  names: ['file'],
  argument: 'PATH',
  help: 'send a file with the next question; “off” sends none',
  run: async (path, { session, readFile }) => {
    const attached = session.attached.map(({ name }) => name)
    if (path === '') {
      return attached.length === 0
        ? refused('/file needs a path.')
        : done(`With the next question: ${attached.join(', ')}. /file off leaves them out.`)
    }
    if (path === NO_FILES) {
      session.detach(session.attached)
      return done(`The next question goes without ${attached.join(', ') || 'files'}.`)
    }
    const { name, path: absolute } = await readFile(path)
    session.attach({ name, path: absolute })
    return []
  },
  complete: async (typed, { pathsAfter }) =>
    (await pathsAfter(typed)).map((value): Candidate => ({ value })),
}

export const exerciseCommand: SlashCommand = {
  names: ['exercise'],
  argument: '[SLUG]',
  help: 'work on an exercise from now on; “off” ends that',
  run: (slug, { session }) => {
    const { exercise } = session
    if (slug === '') {
      return done(exercise === undefined ? 'There is no exercise.' : `The exercise is ${exercise}.`)
    }
    session.setExercise(slug === NO_EXERCISE ? undefined : slug)
    return done(
      slug === NO_EXERCISE
        ? 'The next questions are about no exercise.'
        : `The next questions are about the exercise ${slug}.`,
    )
  },
  complete: (typed, { session: { exercise } }) =>
    exercise !== undefined && NO_EXERCISE.startsWith(typed)
      ? [{ value: NO_EXERCISE, hint: `leaves ${exercise}` }]
      : [],
}

export const themeCommand: SlashCommand = {
  names: ['theme'],
  argument: '[NAME]',
  help: 'list the themes, or use one for what comes',
  run: (name, { session }) => {
    session.emit({ type: 'theme', name: name === '' ? undefined : name })
    return []
  },
  complete: (typed, { themes }) =>
    themes.filter((name) => name.startsWith(typed)).map((value): Candidate => ({ value })),
}

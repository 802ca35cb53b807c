/** Whether each provider answers: one short question to a model of each, through the relay, which keeps nothing of it. */
import type { ModelView } from '@speak-code/protocol'
import type { ChatClient } from '../../client/client.ts'
import type { TextDeps } from '../../deps.ts'
import { CommandError } from '../../errors.ts'
import { withClient } from '../answer/client-session.ts'
import { RunWatch, type RunListener } from '../answer/run-watch.ts'
import { type Check, messageOf } from './check.ts'
import { Trial } from './trial.ts'

/** Retries of the relay included. */
const PATIENCE_SECS = 30

export type AnswersDeps = Pick<TextDeps, 'http' | 'client' | 'note'>

/**
 * One check for each provider that the relay has a model of: the relay's default, else the first that it lists. Each is a
 * request that its provider may charge for. The default model that does not answer is a problem, another one a warning.
 */
export async function checkAnswers(deps: AnswersDeps): Promise<readonly Check[]> {
  try {
    const models = firstOfEach(await (await deps.http()).listModels())
    if (models.length === 0) return []
    deps.note(
      `Asking ${models.map(({ id }) => id).join(', ')} one short question each: a request that may cost something.`,
    )
    return await withClient(deps, { save: false }, (client) => askEach(models, client))
  } catch (error) {
    const detail = `no model could be asked: ${messageOf(error)}`
    return [{ id: 'answers', status: 'warning', detail, facts: {} }]
  }
}

/** Providers that can be called, but of which no model is known. */
export function unaskedProviders(
  providers: readonly Check[],
  answers: readonly Check[],
): readonly Check[] {
  return providers.flatMap(({ id, facts }): Check[] => {
    const name = id.replace(/^provider:/, '')
    const isAsked = answers.some((answer) => answer.id === `answer:${name}`)
    if (facts?.['usable'] !== true || isAsked) return []
    return [
      {
        id: `answer:${name}`,
        status: 'info',
        detail: `no model of ${name} is known, so none was asked`,
        fix: `Name those that it has in the configuration file:\n\n  [providers.${name}]\n  models = ["ID"]`,
      },
    ]
  })
}

/** The demo answers always, and says nothing of any other. */
const DEMO = 'demo'

function firstOfEach(models: readonly ModelView[]): readonly ModelView[] {
  const first = new Map<string, ModelView>()
  for (const model of models) {
    const { provider } = model
    if (provider !== DEMO && !first.has(provider)) first.set(provider, model)
  }
  return [...first.values()]
}

async function askEach(models: readonly ModelView[], client: ChatClient): Promise<Check[]> {
  const trials = models.map((model, index) => new Trial(model, index === 0))
  const byRun = new Map(trials.map((trial) => [trial.request.id, trial]))
  const listener: RunListener = {
    begin: ({ runId }) => byRun.get(runId)?.begin(),
    pieces: ({ runId }) => byRun.get(runId)?.spoke(),
    notice: ({ runId }, notice) => byRun.get(runId)?.noticed(notice),
    end: (answer, ending) => byRun.get(answer.runId)?.end(answer, ending),
  }
  client.connect()
  const watch = new RunWatch(client, listener)
  const timer = setTimeout(() => {
    const failure = new CommandError('client_timeout', `no answer within ${PATIENCE_SECS} s`)
    watch.cancel({ failure, exitCode: failure.exitCode })
  }, PATIENCE_SECS * 1000)
  try {
    for (const { request } of trials) watch.add(request.id)
    for (const { request } of trials) client.send(request)
    await watch.settled()
  } finally {
    clearTimeout(timer)
    watch.close()
  }
  return trials.map((trial) => trial.check)
}

/** Models that a person may mean, as far as this machine knows: those of the conversations so far. */
import type { Candidate, CommandContext } from './slash-command.ts'

const CONVERSATIONS_READ = 50

export function modelCandidates(typed: string, { session, store }: CommandContext): Candidate[] {
  const ofOthers = (store?.conversations({ limit: CONVERSATIONS_READ }) ?? []).flatMap(
    ({ model }) => model ?? [],
  )
  const present = session.model
  const models = [...new Set([...(present === undefined ? [] : [present]), ...ofOthers])]
  return models
    .filter((model) => model.toLowerCase().includes(typed.toLowerCase()))
    .map((model) => (model === present ? { value: model, hint: 'asked now' } : { value: model }))
}

/** A branch and the wishes for its answer → what one model can take of them, and what people are told of the rest. Pure. */
import { errorInfo, type ChatParams, type ErrorInfo } from '@speak-code/protocol'
import type { ModelFacts, ParamName } from '../catalogue/model-facts.ts'
import type { PromptMessage, ResolvedModel } from '../providers/provider.ts'
import { leftOut, type Notice, type PreparedCall, type RefusedCall } from '../providers/router.ts'
import { fittedPrompt, lengthOf } from './context.ts'

/**
 * What `target` is asked with: `params` are the request's own and go over its defaults. Parameters that the model refuses
 * are left out, those of the request with a notice; so are the oldest messages that do not fit its window. Refused with
 * `context_too_long` where not even the newest message fits.
 */
export function preparedCall(
  target: ResolvedModel,
  facts: ModelFacts,
  messages: readonly PromptMessage[],
  params: ChatParams,
): PreparedCall | RefusedCall {
  const taken = without({ ...target.defaults, ...params }, facts.refused)
  const fitted = fittedPrompt(messages, facts, taken.maxTokens)
  if (!fitted.fits) return { refused: tooLong(target, facts, messages) }
  const dropped = facts.refused.filter((name) => isTold(name, params))
  return {
    messages: fitted.messages,
    params: taken,
    maxOutput: fitted.maxOutput,
    notices: [
      ...(fitted.leftOut === 0 ? [] : [trimmed(fitted.leftOut)]),
      ...dropped.map((name) => leftOut(name, target)),
    ],
  }
}

function without(params: ChatParams, dropped: readonly ParamName[]): ChatParams {
  const taken = { ...params }
  for (const name of dropped) delete taken[name]
  return taken
}

/** Defaults of the configuration are for the models that take them; a model that cannot reason does not. */
function isTold(name: ParamName, params: ChatParams): boolean {
  if (params[name] === undefined) return false
  return name !== 'reasoningEffort' || params.reasoningEffort !== 'none'
}

function trimmed(count: number): Notice {
  const what = count === 1 ? '1 earlier message was' : `${count} earlier messages were`
  return { code: 'trimmed', message: `${what} left out to fit the model's window` }
}

function tooLong(
  { provider, model }: ResolvedModel,
  { contextWindow, maxInput }: ModelFacts,
  messages: readonly PromptMessage[],
): ErrorInfo {
  const last = lengthOf(messages.slice(-1))
  const room = Math.min(contextWindow ?? Infinity, maxInput ?? Infinity)
  return errorInfo(
    'context_too_long',
    `The question is too long for ${provider.name}/${model}: it has some ${last} characters, and the model takes about ${room} tokens (four characters each). Shorten it, or choose a model with a larger window.`,
  )
}

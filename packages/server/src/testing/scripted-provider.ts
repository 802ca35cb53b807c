/** A provider that a test plays by hand, for what is not about any vendor. */
import { SpeakCodeError } from '@speak-code/protocol'
import type {
  Provider,
  ProviderCall,
  ProviderDelta,
  ProviderEnd,
  Providers,
  TextDelta,
} from '../providers/provider.ts'

export interface ScriptedCall {
  readonly call: ProviderCall
  delta(text: string, channel?: TextDelta['channel']): void
  emit(delta: ProviderDelta): void
  end(end: ProviderEnd): void
}

export const STOPPED: Extract<ProviderEnd, { outcome: 'finished' }> = {
  outcome: 'finished',
  status: 'completed',
  finishReason: 'stop',
  certainty: 'end_mark',
}

export class ScriptedProvider implements Provider {
  readonly name = 'scripted'
  readonly models = ['model']
  /** Every call that was made, in order. */
  readonly calls: ScriptedCall[] = []
  /** Called with each new call. */
  onCall: (call: ScriptedCall) => void = () => {}

  stream(call: ProviderCall, emit: (delta: ProviderDelta) => void): Promise<ProviderEnd> {
    return new Promise((resolve) => {
      const scripted: ScriptedCall = {
        call,
        delta(text, channel = 'text') {
          if (!call.signal.aborted) emit({ channel, text })
        },
        emit,
        end: resolve,
      }
      call.signal.addEventListener('abort', () => {
        resolve({ outcome: 'aborted' })
      })
      this.calls.push(scripted)
      this.onCall(scripted)
    })
  }

  /** The only provider there is. */
  providers(): Providers {
    const resolve: Providers['resolve'] = (name) => {
      if (name !== undefined && name !== 'scripted/model') {
        throw new SpeakCodeError('model_not_found', `There is no model ${name}.`)
      }
      return { provider: this, model: 'model', defaults: {} }
    }
    return {
      defaultModel: 'scripted/model',
      resolve,
      find: async (name) => resolve(name),
      list: () => [{ id: 'scripted/model', provider: 'scripted' }],
      models: async () => [
        {
          id: 'scripted/model',
          provider: 'scripted',
          contextWindow: null,
          price: null,
          capabilities: [],
        },
      ],
    }
  }
}

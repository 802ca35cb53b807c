/** A relay whose provider `lab` writes answers in the background, and what its tests look for. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChatRequest, EndChunk } from '@speak-code/protocol'
import type { BackgroundAnswer, BackgroundStep, MockCall, Reply } from '@speak-code/testkit'
import { RelayClient } from './relay-client.ts'
import { RelayGround } from './relay-ground.ts'
import type { RelayProcess } from './relay-process.ts'
import { chatRequest } from './session-client.ts'

const MODEL = 'lab/m'
const ID = 'resp_1'

export const texts = (...parts: readonly string[]): BackgroundStep[] =>
  parts.map((text) => ({ text }))

export const background = (
  steps: readonly BackgroundStep[],
  more: Partial<BackgroundAnswer> = {},
): Reply => ({ background: { id: ID, steps, ...more } })

export const labRequest = (fields: Partial<ChatRequest> = {}): ChatRequest =>
  chatRequest({ model: MODEL, ...fields })

/** Whether somebody tells the vendor to end an answer. */
export const isCancel = ({ path }: MockCall): boolean => path.endsWith('/cancel')

export class BackgroundGround extends RelayGround {
  /** Writes a configuration file with the provider, and with more of `lab`'s keys and other tables. */
  config(keys = 'background = true', tables = ''): string {
    const path = join(this.folder, 'config.toml')
    const lab = [
      '[providers.lab]',
      'kind = "openai-responses"',
      `base_url = "${this.upstream.url}"`,
      'api_key_env = "OPENAI_API_KEY"',
      keys,
    ]
    writeFileSync(path, [...lab, tables, ''].join('\n'))
    return path
  }

  lab(tables?: string): Promise<RelayProcess> {
    return this.startProcess(this.config(undefined, tables))
  }

  /** The calls so far by what they were for. */
  async asked(): Promise<{ posts: number; readFrom: number[]; cancels: number }> {
    const calls = await this.upstream.calls()
    return {
      posts: calls.filter(({ path }) => path.endsWith('/responses')).length,
      readFrom: calls
        .filter(({ method }) => method === 'GET')
        .map(({ query }) => Number(query['starting_after'])),
      cancels: calls.filter(isCancel).length,
    }
  }

  /** Follows the request's run from its beginning: its end, and its text as it was numbered. */
  async follow(
    url: string,
    request: ChatRequest,
  ): Promise<{ readonly end: EndChunk; readonly text: string }> {
    const client = await RelayClient.open(url)
    client.send(request)
    const end = await client.wait('chunk', ({ done }) => done)
    if (!end.done) throw new Error('no end')
    // Throws where a seq is missing.
    client.textOf(request.id)
    const chunks = client.of('chunk').filter(({ id }) => id === request.id)
    const text = chunks
      .filter((chunk) => chunk.done || chunk.channel === undefined)
      .map(({ delta }) => delta)
      .join('')
    client.ws.terminate()
    return { end, text }
  }
}

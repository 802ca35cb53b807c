/** The recorded answers of vendors, played to a provider by a mock upstream in another process. */
import { deepStrictEqual } from 'node:assert/strict'
import { type Cut, type Fixture, startMockUpstream, type MockUpstream } from '@speak-code/testkit'
import { afterAll, beforeAll } from 'vitest'
import type { Provider, ProviderCall } from '../providers/provider.ts'
import { listen, type Told } from '../providers/testing.ts'

const PIECEMEAL: readonly Cut[] = ['bytes', { seed: 7 }, { seed: 8, longest: 700 }]

export class RecordingPlayer {
  readonly #providerAt: (baseUrl: string) => Provider
  readonly #call: Partial<ProviderCall>
  #upstream: MockUpstream | undefined

  /** To be made at the top of a test file: it sets the tests' hooks. */
  constructor(providerAt: (baseUrl: string) => Provider, call: Partial<ProviderCall> = {}) {
    this.#providerAt = providerAt
    this.#call = call
    beforeAll(async () => {
      this.#upstream = await startMockUpstream()
    })
    afterAll(() => this.#upstream?.stop())
  }

  /** What the provider tells of the recording. Fails the test where it is not the same however the body is cut. */
  async play(fixture: Fixture): Promise<Told> {
    const whole = await this.#playCut(fixture, 'whole')
    for (const cut of PIECEMEAL) deepStrictEqual(await this.#playCut(fixture, cut), whole)
    return whole
  }

  async #playCut({ body, meta }: Fixture, cut: Cut): Promise<Told> {
    if (this.#upstream === undefined) throw new Error('the mock upstream is not there yet')
    // Bodies are kept as they were before they were encoded.
    const { 'content-encoding': _encoding, ...headers } = meta.headers
    await this.#upstream.script({
      status: meta.status,
      headers: { 'content-type': 'text/event-stream', ...headers },
      body: [{ base64: body.toString('base64') }],
      cut,
    })
    return listen(this.#providerAt(this.#upstream.url), this.#call)
  }
}

import type { ModelView } from '@speak-code/protocol'
import { parseConfig } from '@speak-code/server/config'
import { expect, test } from 'vitest'
import { testDeps, type TestDeps } from '../testing/text-deps.ts'
import { runModels } from './models.ts'

const model = (id: string, change: Partial<ModelView> = {}): ModelView => ({
  id,
  provider: id.slice(0, id.indexOf('/')),
  contextWindow: null,
  price: null,
  capabilities: ['chat'],
  ...change,
})

const MODELS = [
  model('openai/gpt-x', {
    contextWindow: 400_000,
    price: { input: 0.25, output: 2, currency: 'USD' },
    capabilities: ['chat', 'tools'],
  }),
  model('lab/a-model-of-ours'),
]

type Change = NonNullable<Parameters<typeof testDeps>[0]>

const depsWith = (models: readonly ModelView[], change: Change = {}): TestDeps =>
  testDeps({
    http: () =>
      Promise.resolve({
        getConversation: () => Promise.resolve(undefined),
        deleteConversation: () => Promise.resolve(false),
        listModels: () => Promise.resolve(models),
        listCircuits: () => Promise.resolve([]),
      }),
    ...change,
  })

test('an aligned table; what is not known is "-", and the default is marked', async () => {
  const deps = depsWith(MODELS)
  expect(await runModels({ json: false }, deps)).toBe(0)
  expect(deps.stdout.text).toBe(`\
  MODEL                PROVIDER  CONTEXT  IN, PER MILLION  OUT    CAPABILITIES
* openai/gpt-x         openai    400000   0.25 USD         2 USD  chat, tools
  lab/a-model-of-ours  lab       -        -                -      chat

* is asked where no model is named.
`)
})

test('the marked one is the one that this machine would ask', async () => {
  const deps = depsWith([...MODELS, model('openai/gpt-y')], { env: { OPENAI_MODEL: 'gpt-y' } })
  await runModels({ json: false }, deps)
  expect(deps.stdout.text).toContain('\n* openai/gpt-y ')
  expect(deps.stdout.text).not.toContain('* openai/gpt-x')
  const config = parseConfig('[openai]\nmodel = "elsewhere"\n', 'config.toml')
  const absent = depsWith(MODELS, { config: () => config })
  await runModels({ json: false }, absent)
  expect(absent.stdout.text).not.toContain('*')
})

test('--provider, and --json with exactly the fields of CONTRACT.md §3', async () => {
  const deps = depsWith(MODELS)
  expect(await runModels({ json: true, provider: 'lab' }, deps)).toBe(0)
  expect(JSON.parse(deps.stdout.text)).toEqual([MODELS[1]])
})

test('a provider that the relay has nothing of: a sentence, those that it has, exit code 3', async () => {
  await expect(
    runModels({ json: false, provider: 'nobody' }, depsWith(MODELS)),
  ).rejects.toMatchObject({
    exitCode: 3,
    message: 'The relay has no models of a provider "nobody".',
    hint: expect.stringContaining('openai, lab'),
  })
})

test('on a terminal it fits, and what a provider calls its models is harmless', async () => {
  const deps = depsWith([model('lab/\u001B[2J', { capabilities: ['chat', 'x'.repeat(80)] })], {
    terminal: true,
  })
  Object.assign(deps.stdout, { columns: 70 })
  await runModels({ json: false }, deps)
  expect(deps.stdout.text).toContain('lab/␛[2J')
  expect(deps.stdout.text).toContain('…\n')
})

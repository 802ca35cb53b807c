/** The client's own history at size: opening it, its lists, search and writing, beside an empty one. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLocalStore } from '../../packages/cli/src/store/sqlite-store.ts'
import { fillHistory } from '../../packages/cli/src/store/testing/large-history.ts'
import { FuzzyList } from '../../packages/cli/src/ui/picker/fuzzy-list.ts'
import { QUERIES } from './history-queries.ts'
import { appendTimes } from './history-writes.ts'
import { median, quantile, table } from './statistics.ts'

type Store = ReturnType<typeof openLocalStore>

const ROUNDS = 21
/** What the title search of the picker is measured with. */
const TITLES = 10_000
const OPENING = fileURLToPath(new URL('history-opening.ts', import.meta.url))

function timesOf(rounds: number, work: () => unknown): number[] {
  return Array.from({ length: rounds }, () => {
    const began = performance.now()
    work()
    return performance.now() - began
  })
}

const ms = (value: number): string => value.toFixed(value < 10 ? 2 : 1)

/** Runs a Node program to its end. Returns what it wrote. Throws where it fails. */
function run(args: readonly string[], home: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...process.env, SPEAK_CODE_HOME: home, NODE_ENV: 'production' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`)
  return stdout
}

const historyOf = (home: string): string => join(home, 'history.db')

/** In a process of its own each time, as a start of the program is. Medians in ms, alternating between the two. */
function compareOpening(program: string, homes: readonly [string, string]): string[][] {
  const kinds = [
    {
      name: 'what a start of `chat` reads',
      measure: (home: string): number => Number(run([OPENING, historyOf(home)], home)),
    },
    {
      name: '`speak-code history list --limit 20`, whole process',
      measure: (home: string): number =>
        timesOf(1, () => run([program, 'history', 'list', '--limit', '20'], home))[0] ?? 0,
    },
  ]
  return kinds.map(({ name, measure }) => {
    const [empty, full] = [[] as number[], [] as number[]]
    for (const home of homes) measure(home)
    for (let round = 0; round < ROUNDS; round += 1) {
      empty.push(measure(homes[0]))
      full.push(measure(homes[1]))
    }
    return [name, ms(median(empty)), ms(median(full))]
  })
}

function compareReading(empty: Store, full: Store): string[][] {
  const newest = (store: Store): string => store.conversations({ limit: 1 })[0]?.id ?? ''
  const [last] = full.conversationTitles({ limit: 1, before: 2 })
  const works: readonly (readonly [string, (store: Store) => unknown])[] = [
    ['a page of 50 conversations', (store) => store.conversations({ limit: 50 })],
    ['the picker’s first 100 titles', (store) => store.conversationTitles({ limit: 100 })],
    [
      '1,000 titles at the end of the list',
      (store) => store.conversationTitles({ limit: 1000, before: 1000 }),
    ],
    ['500 prompts for ↑', (store) => store.prompts()],
    ['the newest conversation, all its messages', (store) => store.messages(newest(store))],
    ['the oldest conversation, all its messages', (store) => store.messages(last?.id ?? '')],
    ['a conversation by the end of its id', (store) => store.matchingConversations('abcdef12')],
  ]
  return works.map(([name, work]) => {
    const [before, after] = [empty, full].map((store) => median(timesOf(ROUNDS, () => work(store))))
    return [name, ms(before ?? 0), ms(after ?? 0)]
  })
}

function searchTable(store: Store): string {
  const all: number[] = []
  const rows = QUERIES.map(({ kind, words }) => {
    const times = words.flatMap((query) => timesOf(ROUNDS, () => store.search(query)))
    const hits = words.map((query) => store.search(query).length)
    all.push(...times)
    return [
      `${kind}: ${words.map((query) => `\`${query}\``).join(', ')}`,
      hits.join(', '),
      ...figuresOf(times),
    ]
  })
  return table(
    ['search', 'hits', 'p50 ms', 'p95 ms', 'max ms'],
    [...rows, ['all', '', ...figuresOf(all)]],
  )
}

function figuresOf(times: readonly number[]): string[] {
  const sorted = times.toSorted((a, b) => a - b)
  return [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 1)].map(ms)
}

function fuzzyRow(store: Store): string[] {
  const list = new FuzzyList<{ readonly key: string; readonly title: string }>()
  const titles = store.conversationTitles({ limit: TITLES })
  for (let at = 0; at < titles.length; at += 500) {
    list.add(titles.slice(at, at + 500).map(({ id, title }) => ({ key: id, title })))
  }
  const typed = ['s', 'se', 'ser', 'serv', 'serve', 'server', 'server t', 'zq', '数据']
  const times = typed.flatMap((query) => timesOf(5, () => list.find(query)))
  return [
    `fuzzy search in ${titles.length.toLocaleString('en')} titles, a keystroke`,
    ...figuresOf(times),
  ]
}

/**
 * Measures the program at `program` with a history of `messages` messages, which is made first (some 50 s for a
 * million). Returns tables in Markdown.
 */
export function benchHistory(program: string, messages: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'speak-code-bench-'))
  const homes = [join(folder, 'empty'), join(folder, 'full')] as const
  try {
    const began = performance.now()
    fillHistory(historyOf(homes[1]), messages)
    const seconds = (performance.now() - began) / 1000
    const size = statSync(historyOf(homes[1])).size / 1e6
    const [empty, full] = [openLocalStore(historyOf(homes[0])), openLocalStore(historyOf(homes[1]))]
    const compared = [...compareOpening(program, homes), ...compareReading(empty, full)]
    const written = appendTimes(full)
    const writes = appendTimes(empty).map(({ name, times }, index) => [
      name,
      ms(median(times)),
      ms(median(written[index]?.times ?? [])),
    ])
    const tables = [
      `History of ${messages.toLocaleString('en')} messages, ${size.toFixed(0)} MB on disk, made in ${seconds.toFixed(0)} s.`,
      table(['history, median ms', 'empty', 'full'], [...compared, ...writes]),
      searchTable(full),
      table(['picker', 'p50 ms', 'p95 ms', 'max ms'], [fuzzyRow(full)]),
    ]
    empty.close()
    full.close()
    return tables.join('\n\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

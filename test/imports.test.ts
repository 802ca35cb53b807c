/** Imports follow the arrows between the rooms; CONTRIBUTING.md draws them. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

interface Room {
  /** A folder or a file under the package's `src`. */
  readonly room: string
  /** Rooms of the same package that it may import. */
  readonly may: readonly string[]
  /** Rooms whose contracts it may name: types only. */
  readonly mayName?: readonly string[]
  /** Libraries that belong to other rooms. */
  readonly never?: readonly string[]
}

/** `transport (→ edge) → chat → {providers, store}`; config is read on the way in, by those who wire. */
const SERVER: readonly Room[] = [
  { room: 'transport', may: ['edge', 'chat'], mayName: ['providers', 'store'] },
  { room: 'edge', may: ['chat'] },
  {
    room: 'chat',
    may: ['providers', 'store', 'catalogue'],
    never: ['ws', 'hono', 'better-sqlite3', 'openai', 'undici'],
  },
  { room: 'providers', may: ['config', 'catalogue'], never: ['ws', 'hono', 'better-sqlite3'] },
  {
    room: 'catalogue',
    may: ['config'],
    never: ['ws', 'hono', 'better-sqlite3', 'openai', 'undici'],
  },
  { room: 'store', may: [], never: ['ws', 'hono', 'openai', 'undici'] },
  { room: 'config', may: [], never: ['ws', 'hono', 'better-sqlite3', 'openai', 'undici'] },
]

/** `commands → ui → chat → client → store`, and `client → local-relay`. */
const CLI: readonly Room[] = [
  {
    room: 'ui',
    may: ['chat', 'client', 'store', 'markdown', 'terminal'],
    never: ['ws', 'better-sqlite3', 'undici', 'commander'],
  },
  {
    room: 'chat',
    may: ['client', 'store', 'transcript'],
    never: ['ws', 'better-sqlite3', 'ink', 'react'],
  },
  { room: 'transcript', may: ['store'], never: ['ink', 'react', 'ws', 'better-sqlite3'] },
  { room: 'client', may: ['store', 'local-relay'], never: ['ink', 'react', 'better-sqlite3'] },
  { room: 'local-relay', may: [], never: ['ink', 'react'] },
  { room: 'store', may: [], never: ['ink', 'react', 'ws', 'undici'] },
  { room: 'terminal', may: [], never: ['ink', 'react', 'ws', 'better-sqlite3'] },
  { room: 'markdown', may: ['terminal'], never: ['ink', 'react', 'ws', 'better-sqlite3'] },
  {
    room: 'commands/ask',
    may: ['commands', 'client', 'store', 'local-relay', 'markdown', 'terminal', 'transcript'],
    never: ['ink', 'react', 'ws'],
  },
]

interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

const IMPORT =
  /^(?:import|export)(?<type> type)?\s[\w\s$*,{}]*?from '(?<from>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/gm

/** All imports of a package's code, tests aside. Relative ones are told as paths under `src`. */
function importsOf(name: string): Import[] {
  const root = join(import.meta.dirname, '../packages', name, 'src')
  return globSync('**/*.{ts,tsx}', { cwd: root })
    .filter((file) => !/\.(test|contract)\.tsx?$/.test(file))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(({ groups = {} }) => {
        const specifier = groups['from'] ?? groups['dynamic'] ?? ''
        const target = specifier.startsWith('.')
          ? normalize(join(dirname(file), specifier))
          : specifier
        return { file, target, typeOnly: groups['type'] !== undefined }
      }),
    )
}

const isIn = (path: string, room: string): boolean => path === room || path.startsWith(`${room}/`)

function trespasses(imports: readonly Import[], rooms: readonly Room[]): Import[] {
  const all = [...new Set([...rooms.map(({ room }) => room), 'commands'])]
  return rooms.flatMap(({ room, may, mayName = [], never = [] }) => {
    const closed = all.filter((other) => !may.some((open) => isIn(other, open)))
    return imports.filter(
      ({ file, target, typeOnly }) =>
        isIn(file, room) &&
        !isIn(target, room) &&
        [...closed, ...never].some((other) => isIn(target, other)) &&
        !(typeOnly && mayName.some((other) => isIn(target, other))),
    )
  })
}

test.each([
  { name: 'server', rooms: SERVER },
  { name: 'cli', rooms: CLI },
])('$name: each room imports only what its arrows lead to', ({ name, rooms }) => {
  expect(trespasses(importsOf(name), rooms)).toEqual([])
})

test('server: one file alone wires the rooms together', () => {
  const rooms = SERVER.map(({ room }) => room).filter((room) => room !== 'config')
  const entered = new Map<string, Set<string>>()
  for (const { file, target, typeOnly } of importsOf('server')) {
    const room = rooms.find((candidate) => isIn(target, candidate))
    if (file.includes('/') || typeOnly || room === undefined) continue
    entered.set(file, (entered.get(file) ?? new Set()).add(room))
  }
  const wiring = [...entered].filter(([, into]) => into.size > 1).map(([file]) => file)
  expect(wiring).toEqual(['server.ts'])
})

test('the protocol stands alone, and the relay does not know the client', () => {
  const outside = importsOf('protocol').filter(({ target }) => target.startsWith('@speak-code/'))
  const client = importsOf('server').filter(({ target }) => isIn(target, 'speak-code'))
  expect([...outside, ...client]).toEqual([])
})

test('a wrong import is found', () => {
  const wrong = [
    { file: 'store/sqlite/store.ts', target: 'chat/chat.ts', typeOnly: true },
    { file: 'chat/chat.ts', target: 'ws', typeOnly: false },
    { file: 'transport/session.ts', target: 'store/index.ts', typeOnly: false },
  ]
  const right = [
    { file: 'transport/session.ts', target: 'store/store.ts', typeOnly: true },
    { file: 'transport/session.ts', target: 'chat/chat.ts', typeOnly: false },
    { file: 'chat/run.ts', target: 'chat/journal.ts', typeOnly: false },
  ]
  expect(new Set(trespasses([...wrong, ...right], SERVER))).toEqual(new Set(wrong))
})

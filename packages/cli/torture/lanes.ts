/** The lanes of a torture: terminals in this process, and clients whose processes are killed. */
import { join } from 'node:path'
import type { Arena } from './arena.ts'
import { ClientProcess } from './client-process.ts'
import { Dice, pause } from './dice.ts'
import { runLane, type Turn } from './lane.ts'
import { Terminal } from './terminal.ts'

/** How many terminals read each conversation. */
const TERMINALS = [1, 1, 2, 2, 3] as const
const CLIENT_KILLS = 0.35

/** Conversations of terminals in this process. Resolves when all are over. */
export async function runTerminalLanes(arena: Arena, seed: number): Promise<void> {
  await Promise.all(
    TERMINALS.map(async (count, lane) => {
      const dice = new Dice(seed + lane)
      const shared = dice.chance(0.5)
      const terminals = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          Terminal.open({
            name: `lane ${lane} terminal ${index}`,
            relay: arena.relay,
            history: join(arena.folder, `lane-${lane}-${shared ? 0 : index}.db`),
            seed: dice.seed(),
          }),
        ),
      )
      const [asker, ...others] = terminals
      if (asker === undefined) return
      for (const terminal of terminals) arena.readers.add(terminal)
      await runLane({
        name: `lane ${lane}`,
        arena,
        dice,
        asker,
        others,
        joins: (conversationId) => {
          for (const other of others) other.join(conversationId)
        },
      })
      for (const terminal of terminals) {
        arena.readers.delete(terminal)
        const open = terminal.store.openRuns()
        if (open.length > 0) {
          const what = `${terminal.name}: the history waits for ${open.length} ends`
          arena.tally.complaints.push({ kind: 'stuck', what })
        }
        await terminal.close()
      }
    }),
  )
}

/** One conversation of a client that is killed with -9 now and then. */
export async function runProcessLane(arena: Arena, seed: number): Promise<void> {
  const dice = new Dice(seed)
  const client = await ClientProcess.start({
    name: 'client process',
    relay: arena.relay,
    history: join(arena.folder, 'process.db'),
    seed: dice.seed(),
  })
  arena.readers.add(client)
  await runLane({
    name: 'client process',
    arena,
    dice,
    asker: client,
    others: [],
    joins: () => undefined,
    meanwhile: async (turn) => {
      while (!client.asked.has(turn.runId)) await pause(5)
      if (!dice.chance(CLIENT_KILLS)) return
      await pause(dice.between(0, 800))
      await client.kill()
      arena.tally.clientKills += 1
      const isOver = examine(arena, client, turn)
      client.restart()
      const { end, withdrawn } = client.witness.of(turn.runId)
      if (isOver && end === undefined && !withdrawn) {
        // It was killed with the end on disk and the news of it on the way: nothing is left to be taken up.
        client.witness.forget(turn.runId)
        client.follow(turn.runId)
      }
    },
  })
  arena.readers.delete(client)
  await client.kill()
}

/**
 * What the history of a killed client must have: the question, and a beginning of the answer. Returns whether it has the
 * end as well.
 */
function examine({ tally }: Arena, client: ClientProcess, turn: Turn): boolean {
  const { runId, conversationId, question, whole } = turn
  const { withdrawn } = client.witness.of(runId)
  try {
    const messages = client.messages(conversationId)
    const asked = messages.some(({ role, content }) => role === 'user' && content === question)
    if (!asked && !withdrawn) {
      const what = `${runId}: a question is not in the history after a kill`
      tally.complaints.push({ kind: 'loss', what })
    }
    const answer = messages.find((message) => message.runId === runId)
    const partial = answer?.content ?? ''
    if (!whole.startsWith(partial) && !whole.startsWith(partial.replace(/\uFFFD$/, ''))) {
      const what = `${runId}: the history holds what was never said`
      tally.complaints.push({ kind: 'unknown', what })
    }
    return answer !== undefined && answer.status !== 'started'
  } catch (error) {
    tally.complaints.push({ kind: 'loss', what: `${runId}: ${String(error)}` })
    return false
  }
}

import type { Socket } from '@speak-code/protocol'
import { describe, expect, it } from 'vitest'
import { LiveRun } from '../chat/live-run.ts'
import { RunReader } from '../chat/run-reader.ts'
import { openMemoryStore } from '../store/index.ts'
import { request } from '../store/store.contract.ts'
import type { Store } from '../store/store.ts'
import { Delivery, MAX_BUFFERED_BYTES } from './delivery.ts'

const DELTA = 'x'.repeat(1000)
const COUNT = 2000
/** A frame is its delta and some 100 bytes around it. */
const LARGEST_FRAME = 1200

/** Takes everything and lets nothing leave until `drain`. */
class StuckSocket implements Socket {
  readonly frames: string[] = []
  bufferedAmount = 0

  send(text: string): void {
    this.frames.push(text)
    this.bufferedAmount += text.length
  }

  drain(): void {
    this.bufferedAmount = 0
  }

  close(): void {}
  terminate(): void {}
  onMessage(): void {}
  onClose(): void {}
  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
  onDrain(): void {}
}

async function runOf(store: Store): Promise<LiveRun> {
  const outcome = await store.startRun(request())
  if (outcome.kind !== 'started') throw new Error(outcome.kind)
  return new LiveRun(outcome.run, () => {})
}

describe('L8: a socket that takes nothing', () => {
  it('is given no more than the bound, keeps its place, and has everything once it drains', async () => {
    const store = openMemoryStore()
    const run = await runOf(store)
    const socket = new StuckSocket()
    const delivery = new Delivery(new RunReader(run.row, store, run), 0, socket, () => {})
    for (let index = 0; index < COUNT; index += 1) run.add({ channel: 'text', text: DELTA })
    run.commit(COUNT)
    expect(socket.bufferedAmount).toBeGreaterThan(MAX_BUFFERED_BYTES)
    expect(socket.bufferedAmount).toBeLessThan(MAX_BUFFERED_BYTES + LARGEST_FRAME)
    for (let round = 0; round < COUNT && socket.bufferedAmount > 0; round += 1) {
      socket.drain()
      delivery.pump()
      expect(socket.bufferedAmount).toBeLessThan(MAX_BUFFERED_BYTES + LARGEST_FRAME)
    }
    expect(socket.frames.map((frame) => /"seq":(\d+)/.exec(frame)?.[1])).toEqual(
      Array.from({ length: COUNT }, (_, index) => String(index + 1)),
    )
    delivery.stop()
    await store.close()
  })
})

/** A run's chunks as frames. On the path of every delta, so the text is put together by hand. */
import { encode, type EndChunk } from '@speak-code/protocol'
import type { JournalChunk } from '../store/store.ts'

export function deltaFrame(id: string, { seq, delta, channel }: JournalChunk): string {
  const head = `{"type":"chunk","id":"${id}","seq":${seq},"delta":${JSON.stringify(delta)},"done":false`
  return channel === undefined ? `${head}}` : `${head},"channel":"${channel}"}`
}

export function endFrame(chunk: EndChunk): string {
  return encode(chunk)
}

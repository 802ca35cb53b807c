/** A run's chunks as frames. On the path of every delta, so the text is put together by hand. */
import { encode, type EndChunk } from '@speak-code/protocol'
import type { JournalChunk } from '../store/store.ts'

/** `json`, where it is at hand, is the chunk's delta as JSON. */
export function deltaFrame(id: string, chunk: JournalChunk & { readonly json?: string }): string {
  const { seq, channel } = chunk
  const json = chunk.json ?? JSON.stringify(chunk.delta)
  const head = `{"type":"chunk","id":"${id}","seq":${seq},"delta":${json},"done":false`
  return channel === undefined ? `${head}}` : `${head},"channel":"${channel}"}`
}

export function endFrame(chunk: EndChunk): string {
  return encode(chunk)
}

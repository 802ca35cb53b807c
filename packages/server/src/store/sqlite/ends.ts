/** How a run's end enters the store: last segment, end, answer and usage, all or nothing, once. */
import type { Database } from 'better-sqlite3'
import type { EndRun } from '../store.ts'
import type { ChunkLog } from './log.ts'
import { immediate } from './transaction.ts'

export function endRunIn(db: Database, log: ChunkLog): (end: EndRun) => void {
  const end = db.prepare<
    [string, number, string, number, number],
    { user_id: string; conversation: number; message: number }
  >(`
    UPDATE runs SET status = ?, end_seq = ?, end_json = ?, ended_at = ?, checkpoint_seq = NULL, checkpoint = NULL
    WHERE key = ? AND status = 'started'
    RETURNING user_id, conversation, message`)
  const answer = db.prepare<
    [
      string,
      string,
      string,
      string,
      string | null,
      string,
      string,
      string | null,
      string | null,
      string | null,
      number,
    ]
  >(`
    UPDATE messages SET content = ?, reasoning = ?, refusal = ?, status = ?, finish_reason = ?, usage = ?, model = ?,
      tool_calls = ?, replay_kind = ?, replay_data = ?
    WHERE key = ?`)
  const conversation = db.prepare<[number, number, number, number]>(
    'UPDATE conversations SET total_tokens = total_tokens + ?, updated_at = ?, last_message_at = ? WHERE key = ?',
  )
  const usage = db.prepare<
    [
      number,
      string,
      string,
      string,
      string,
      number,
      number,
      number,
      number | null,
      number | null,
      string,
      number | null,
      string | null,
      number,
    ]
  >(`
    INSERT INTO usage (run, user_id, provider, model, status, prompt_tokens, completion_tokens,
      total_tokens, reasoning_tokens, cached_tokens, source, cost, currency, ended_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  return immediate(db, (run: EndRun) => {
    const { text, reasoning, refusal } = run.answer
    const { status, finishReason, usage: used, cost, provider, model } = run.end
    const row = end.get(status, run.endSeq, JSON.stringify(run.end), run.now, run.run)
    if (row === undefined) return
    log.addSegment(run.run, run.rest)
    const spent = JSON.stringify(used)
    answer.run(
      text,
      reasoning,
      refusal,
      status,
      finishReason,
      spent,
      model,
      run.toolCalls ?? null,
      run.replay?.kind ?? null,
      run.replay?.data ?? null,
      row.message,
    )
    conversation.run(used.totalTokens, run.now, run.now, row.conversation)
    usage.run(
      run.run,
      row.user_id,
      provider,
      model,
      status,
      used.promptTokens,
      used.completionTokens,
      used.totalTokens,
      used.reasoningTokens ?? null,
      used.cachedTokens ?? null,
      used.source,
      cost?.amount ?? null,
      cost?.currency ?? null,
      run.now,
    )
  })
}

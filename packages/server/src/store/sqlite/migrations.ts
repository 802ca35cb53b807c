/**
 * The schemas of the relay's SQLite files: numbered, append-only lists. `user_version` says how many
 * of them a file has seen.
 */
import type { Database } from 'better-sqlite3'

/** Of `relay.db`: all that is kept. */
export const STORE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    model TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    total_tokens INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_message_at INTEGER,
    UNIQUE (user_id, id)
  );
  CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    -- Deferred: a cascade down a long branch would pass the limit of nested triggers.
    parent INTEGER REFERENCES messages (key) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    -- For snapshots; never part of a prompt or of the content.
    reasoning TEXT NOT NULL DEFAULT '',
    refusal TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    finish_reason TEXT,
    usage TEXT,
    model TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (user_id, id)
  );
  CREATE INDEX messages_by_conversation ON messages (conversation, key);
  CREATE INDEX messages_by_parent ON messages (parent);
  -- AUTOINCREMENT: a key is never used again, so that a log row can not come to belong to a later run.
  CREATE TABLE runs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    id TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    status TEXT NOT NULL,
    end_seq INTEGER,
    end_json TEXT,
    prompt_length INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    trimmed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, id)
  );
  CREATE INDEX runs_by_conversation ON runs (conversation);
  CREATE INDEX runs_by_message ON runs (message);
  CREATE INDEX runs_started ON runs (key) WHERE status = 'started';
  CREATE INDEX runs_untrimmed ON runs (ended_at) WHERE trimmed = 0;
  -- Chunks gathered by run: [[delta, channel?], …] from first_seq on.
  CREATE TABLE segments (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    chunks TEXT NOT NULL
  );
  CREATE UNIQUE INDEX segments_by_run ON segments (run, last_seq);
  -- Outlives conversations: what was used stays used.
  CREATE TABLE usage (
    run INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    status TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    total_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER,
    cached_tokens INTEGER,
    source TEXT NOT NULL,
    ended_at INTEGER NOT NULL
  );
  CREATE INDEX usage_by_user ON usage (user_id, ended_at);
  -- One row, written to see whether the file can be written.
  CREATE TABLE health (key INTEGER PRIMARY KEY, checked_at INTEGER NOT NULL);
  `,
  `
  -- What a run cost, and in what; null where it is not known.
  ALTER TABLE usage ADD COLUMN cost REAL;
  ALTER TABLE usage ADD COLUMN currency TEXT;
  `,
  `
  -- What came with an answer beside its text: calls of tools as JSON, and what the provider wants back with it.
  ALTER TABLE messages ADD COLUMN tool_calls TEXT;
  ALTER TABLE messages ADD COLUMN replay_kind TEXT;
  ALTER TABLE messages ADD COLUMN replay_data TEXT;
  `,
  `
  -- Where the answer of a live run can be read on after its chunks in segments: the last seq before it, and opaque JSON.
  ALTER TABLE runs ADD COLUMN checkpoint_seq INTEGER;
  ALTER TABLE runs ADD COLUMN checkpoint TEXT;
  `,
]

/** The file was written by a newer version of the program. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError'
}

/** Brings a file up to date, in one transaction. Throws {@link NewerSchemaError}. */
export function migrate(db: Database): void {
  db.transaction(() => {
    const seen = Number(db.pragma('user_version', { simple: true }))
    if (seen > STORE_MIGRATIONS.length) {
      throw new NewerSchemaError(
        `The store was written by a newer version of speak-code (schema ${seen}, this one knows ${STORE_MIGRATIONS.length}). Update speak-code, or use another data folder.`,
      )
    }
    for (const migration of STORE_MIGRATIONS.slice(seen)) db.exec(migration)
    db.pragma(`user_version = ${STORE_MIGRATIONS.length}`)
  }).immediate()
}

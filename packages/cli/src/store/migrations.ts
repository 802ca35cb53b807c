/** The history's tables, as a numbered list that is only ever appended to. `user_version` says how many have run. */
import type { Database } from 'better-sqlite3'

const MIGRATIONS: readonly string[] = [
  /*
   * `conversations.activity` counts up with every message, so that the order does not hang on the clock.
   * `parts` holds the pieces of answers under way; a piece is one or more deltas of one channel, and `seq` is the
   * last of them. It is clustered by run, so that appending costs one page whatever has come before.
   * `message_index` keeps no text: its rows are tokens (tokens.ts) under the message's key.
   */
  `
  CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL DEFAULT '',
    named INTEGER NOT NULL DEFAULT 0,
    model TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    total_tokens INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_message_at INTEGER,
    activity INTEGER NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    parent_id TEXT,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    content TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    refusal TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL
      CHECK (status IN ('started', 'completed', 'incomplete', 'cancelled', 'failed')),
    finish_reason TEXT,
    usage TEXT,
    model TEXT,
    run_id TEXT,
    error TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (conversation, id)
  ) STRICT;
  CREATE INDEX messages_in_order ON messages (conversation);
  CREATE INDEX messages_live ON messages (key) WHERE status = 'started';

  CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    question_id TEXT,
    answer_id TEXT,
    chat TEXT,
    ended INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX runs_by_conversation ON runs (conversation);
  CREATE INDEX runs_open ON runs (key) WHERE ended = 0;

  CREATE TABLE parts (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('text', 'reasoning', 'refusal')),
    delta TEXT NOT NULL,
    PRIMARY KEY (run, seq, channel)
  ) STRICT, WITHOUT ROWID;

  CREATE VIRTUAL TABLE message_index USING fts5 (
    words, wholes, content = '', contentless_delete = 1, tokenize = 'ascii'
  );

  CREATE TABLE prompts (key INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
  CREATE TABLE drafts (conversation_id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // The message that a conversation goes on after where a person has chosen it; null: after its newest one.
  'ALTER TABLE conversations ADD COLUMN head TEXT',
  // The provider of the model that spoke, by its configured name, and what it cost as JSON; null where that is not known.
  'ALTER TABLE messages ADD COLUMN provider TEXT; ALTER TABLE messages ADD COLUMN cost TEXT',
  // The files that are attached to the draft: their names and paths as JSON.
  `ALTER TABLE drafts ADD COLUMN attached TEXT NOT NULL DEFAULT '[]'`,
]

/** The version of a file that this program has written. */
export const CURRENT_VERSION = MIGRATIONS.length

export function versionOf(db: Database): number {
  return db.prepare<[], { user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0
}

/** Brings a file up to date. Several processes may do so at once: one does it, the others find it done. */
export function migrate(db: Database): void {
  if (versionOf(db) >= CURRENT_VERSION) return
  const missing = db.transaction(() => {
    for (const migration of MIGRATIONS.slice(versionOf(db))) db.exec(migration)
    db.pragma(`user_version = ${CURRENT_VERSION}`)
  })
  missing.immediate()
}

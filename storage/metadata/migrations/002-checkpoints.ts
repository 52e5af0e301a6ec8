import type { Migration } from './migration.ts';

/**
 * Checkpoints and their parts.
 *
 * A checkpoint outlives the history of the run that wrote it, so that its row does not refer to `runs`, and its key
 * counts in the data directory. No two rows name one directory.
 */
export const CHECKPOINTS_AND_PARTS: Migration = {
  version: 2,
  name: 'checkpoints',
  sql: `
CREATE TABLE checkpoints (
  checkpoint INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  node INTEGER NOT NULL,
  name TEXT,
  fingerprint TEXT,
  owner TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('writing', 'complete', 'lost', 'removing')),
  reason TEXT,
  partition_count INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  partitioner TEXT,
  format_version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  committed_at_ms INTEGER
) STRICT;

CREATE INDEX checkpoints_by_fingerprint ON checkpoints (fingerprint) WHERE fingerprint IS NOT NULL;

CREATE INDEX checkpoints_by_name ON checkpoints (name) WHERE name IS NOT NULL;

CREATE TABLE checkpoint_parts (
  checkpoint INTEGER NOT NULL REFERENCES checkpoints (checkpoint) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  partition INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  codec TEXT NOT NULL,
  PRIMARY KEY (checkpoint, partition)
) STRICT, WITHOUT ROWID;
`,
};

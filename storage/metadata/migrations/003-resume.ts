import type { Migration } from './migration.ts';

/**
 * What a later run goes on from: map outputs that stay after the run that wrote them, by the fingerprint of what they
 * hold; the records behind fingerprints; what each run reused of earlier ones, and why not the rest; and how long a
 * checkpoint's records had taken.
 *
 * The run of a retained shuffle names a folder: it is checked to be nothing that could lead elsewhere.
 *
 * A retained output is no history: its row says that its files are to be kept, so that it outlives the rows of its run
 * and does not refer to `runs`; a found value is what such outputs were made with. A row of `fingerprint_records` may be of a dataset or of a shuffle.
 */
export const RESUME: Migration = {
  version: 3,
  name: 'resume',
  sql: `
CREATE TABLE retained_shuffles (
  run TEXT NOT NULL CHECK (length(run) = 8 AND run NOT GLOB '*[^0-9a-f]*'),
  shuffle INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  map_count INTEGER NOT NULL,
  reducer_count INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (run, shuffle)
) STRICT, WITHOUT ROWID;

CREATE INDEX retained_shuffles_by_fingerprint ON retained_shuffles (fingerprint);

CREATE TABLE retained_outputs (
  run TEXT NOT NULL,
  shuffle INTEGER NOT NULL,
  map_index INTEGER NOT NULL,
  task INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  PRIMARY KEY (run, shuffle, map_index),
  FOREIGN KEY (run, shuffle) REFERENCES retained_shuffles (run, shuffle)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX retained_outputs_by_task ON retained_outputs (run, shuffle, task);

CREATE TABLE found_values (
  fingerprint TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE fingerprint_records (
  fingerprint TEXT PRIMARY KEY,
  inputs TEXT NOT NULL CHECK (json_valid(inputs)),
  record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;

CREATE TABLE reuse_decisions (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('checkpoint', 'shuffle')),
  node INTEGER NOT NULL,
  shuffle INTEGER,
  call_site TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('reused', 'partial', 'refused', 'new', 'volatile', 'damaged')),
  from_run TEXT,
  parts_reused INTEGER NOT NULL,
  part_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  saved_ms INTEGER,
  reasons TEXT NOT NULL CHECK (json_valid(reasons)),
  PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

ALTER TABLE checkpoints ADD COLUMN elapsed_ms INTEGER;
`,
};

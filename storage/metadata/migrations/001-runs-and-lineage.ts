import type { Migration } from './migration.ts';

/**
 * Runs, jobs, stages, tasks, lineage, shuffles and blocks.
 *
 * Every table is keyed by run first, so that one run's rows lie together and go together. Foreign keys are deferred:
 * they hold at commit, and rows of one transaction may be written in any order. `stage_parents.parent` and
 * `map_outputs.task` have none: a skipped stage has no row, and an output may come from an earlier run's task.
 */
export const RUNS_AND_LINEAGE: Migration = {
  version: 1,
  name: 'runs and lineage',
  sql: `
CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'killed')),
  pid INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  process_start TEXT NOT NULL,
  command TEXT NOT NULL,
  master TEXT NOT NULL,
  node_version TEXT NOT NULL,
  cairn_version TEXT NOT NULL,
  options TEXT NOT NULL CHECK (json_valid(options)),
  error_code TEXT,
  error_message TEXT,
  error TEXT CHECK (error IS NULL OR json_valid(error))
) STRICT;

CREATE INDEX runs_by_state ON runs (state) WHERE state = 'running';

CREATE TABLE jobs (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  job INTEGER NOT NULL,
  node INTEGER NOT NULL,
  action TEXT NOT NULL,
  call_site TEXT NOT NULL,
  job_group TEXT,
  description TEXT,
  pool TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'killed')),
  submitted_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  stage_count INTEGER NOT NULL,
  skipped_stage_count INTEGER NOT NULL,
  error_code TEXT,
  error_message TEXT,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  PRIMARY KEY (run, job)
) STRICT, WITHOUT ROWID;

CREATE TABLE stages (
  run TEXT NOT NULL,
  stage INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  job INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('result', 'shuffle-map')),
  shuffle INTEGER,
  task_count INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('succeeded', 'failed', 'killed')),
  submitted_at_ms INTEGER NOT NULL,
  completed_at_ms INTEGER NOT NULL,
  rows_in INTEGER NOT NULL,
  rows_out INTEGER NOT NULL,
  bytes_in INTEGER NOT NULL,
  bytes_out INTEGER NOT NULL,
  shuffle_read_bytes INTEGER NOT NULL,
  shuffle_write_bytes INTEGER NOT NULL,
  spilled_bytes INTEGER NOT NULL,
  error_code TEXT,
  error_message TEXT,
  PRIMARY KEY (run, stage, attempt),
  FOREIGN KEY (run, job) REFERENCES jobs (run, job) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX stages_by_job ON stages (run, job);

CREATE TABLE stage_parents (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  stage INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  PRIMARY KEY (run, stage, parent)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
  run TEXT NOT NULL,
  task INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  stage_attempt INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('succeeded', 'failed', 'killed')),
  executor TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  rows_read INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  bytes_read INTEGER NOT NULL,
  bytes_written INTEGER NOT NULL,
  shuffle_read_bytes INTEGER NOT NULL,
  shuffle_read_records INTEGER NOT NULL,
  shuffle_write_bytes INTEGER NOT NULL,
  shuffle_write_records INTEGER NOT NULL,
  spilled_bytes INTEGER NOT NULL,
  error_code TEXT,
  error_message TEXT,
  PRIMARY KEY (run, stage, stage_attempt, task),
  FOREIGN KEY (run, stage, stage_attempt) REFERENCES stages (run, stage, attempt)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE lineage_nodes (
  run TEXT NOT NULL REFERENCES runs (run) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  node INTEGER NOT NULL,
  kind TEXT NOT NULL,
  class_name TEXT NOT NULL,
  name TEXT,
  call_site TEXT NOT NULL,
  call_site_short TEXT NOT NULL,
  partition_count INTEGER NOT NULL,
  partitioner TEXT,
  storage_level TEXT,
  first_job INTEGER NOT NULL,
  fingerprint TEXT,
  PRIMARY KEY (run, node)
) STRICT, WITHOUT ROWID;

CREATE INDEX lineage_nodes_by_fingerprint ON lineage_nodes (fingerprint) WHERE fingerprint IS NOT NULL;

CREATE TABLE lineage_edges (
  run TEXT NOT NULL,
  child INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('narrow', 'shuffle')),
  shuffle INTEGER,
  PRIMARY KEY (run, child, ordinal),
  FOREIGN KEY (run, child) REFERENCES lineage_nodes (run, node) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (run, parent) REFERENCES lineage_nodes (run, node) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX lineage_edges_by_parent ON lineage_edges (run, parent);

CREATE TABLE shuffles (
  run TEXT NOT NULL,
  shuffle INTEGER NOT NULL,
  map_count INTEGER NOT NULL,
  reducer_count INTEGER NOT NULL,
  node INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('complete', 'partial', 'removed')),
  total_bytes INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  PRIMARY KEY (run, shuffle),
  FOREIGN KEY (run, node) REFERENCES lineage_nodes (run, node) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE map_outputs (
  run TEXT NOT NULL,
  shuffle INTEGER NOT NULL,
  map_index INTEGER NOT NULL,
  task INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (run, shuffle, map_index),
  FOREIGN KEY (run, shuffle) REFERENCES shuffles (run, shuffle) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE blocks (
  run TEXT NOT NULL,
  block TEXT NOT NULL,
  node INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  memory_bytes INTEGER NOT NULL,
  disk_bytes INTEGER NOT NULL,
  storage_level TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('present', 'lost', 'dropped')),
  PRIMARY KEY (run, node, partition, block),
  FOREIGN KEY (run, node) REFERENCES lineage_nodes (run, node) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
`,
};

import type { Migration } from './migration.ts';

/**
 * What tasks held in memory, and which of their parts held and wrote out how much. NULL where a release before this one
 * ran the task.
 */
export const MEMORY: Migration = {
  version: 4,
  name: 'memory',
  sql: `
ALTER TABLE stages ADD COLUMN peak_memory_bytes INTEGER;

ALTER TABLE tasks ADD COLUMN peak_memory_bytes INTEGER;

CREATE TABLE task_consumers (
  run TEXT NOT NULL,
  stage INTEGER NOT NULL,
  stage_attempt INTEGER NOT NULL,
  task INTEGER NOT NULL,
  consumer TEXT NOT NULL,
  peak_bytes INTEGER NOT NULL,
  spilled_bytes INTEGER NOT NULL,
  PRIMARY KEY (run, stage, stage_attempt, task, consumer),
  FOREIGN KEY (run, stage, stage_attempt, task) REFERENCES tasks (run, stage, stage_attempt, task)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
`,
};

import { RUNS_AND_LINEAGE } from './001-runs-and-lineage.ts';
import { CHECKPOINTS_AND_PARTS } from './002-checkpoints.ts';
import { RESUME } from './003-resume.ts';
import { MEMORY } from './004-memory.ts';
import type { Migration } from './migration.ts';

/** Every step in order; the last one's version is the version of this release. */
export const ALL_MIGRATIONS: readonly Migration[] = [RUNS_AND_LINEAGE, CHECKPOINTS_AND_PARTS, RESUME, MEMORY];

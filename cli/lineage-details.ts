import type { CheckpointEntry, JobRow, LineageGraph, StageWithParents } from '../lib/index.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';

/** What a catalog knows of the work behind a lineage. */
export interface LineageWork {
  readonly stages: readonly StageWithParents[];
  readonly jobs: readonly JobRow[];
  readonly checkpoints: readonly CheckpointEntry[];
}

/** What is told of datasets beside their lineage. */
export interface LineageDetails {
  /** The stages that end in a dataset, with what they took: `stage 3: 1.2 s`, `stages 3, 5: 2.4 s`. */
  readonly stageAt: ReadonlyMap<number, string>;
  /** The newest complete checkpoint of a dataset: `checkpoint: 1,000 rows, 12.0 KiB`. */
  readonly checkpointOf: ReadonlyMap<number, string>;
}

export const NO_DETAILS: LineageDetails = { stageAt: new Map(), checkpointOf: new Map() };

/** Finds, of one run's stages, jobs and checkpoints, those that belong to datasets of the graph. */
export function lineageDetails({ nodes, edges }: LineageGraph, work: LineageWork): LineageDetails {
  // Of a map stage: what its shuffle is written from; of others, what the action was called on.
  const writers = new Map<number, number>();
  for (const { shuffle, parent } of edges) if (shuffle !== null) writers.set(shuffle, parent);
  const roots = new Map<number, number>(work.jobs.map(({ job, node }) => [job, node]));
  const stages = new Map<number, StageWithParents[]>();
  for (const stage of work.stages) {
    const node = stage.shuffle === null ? roots.get(stage.job) : writers.get(stage.shuffle);
    if (node === undefined) continue;
    const known = stages.get(node);
    if (known === undefined) stages.set(node, [stage]);
    else known.push(stage);
  }
  const run = nodes[0]?.run;
  const checkpoints = work.checkpoints.filter((each) => each.run === run && each.state === 'complete');
  return {
    stageAt: new Map([...stages].map(([node, own]) => [node, describeStages(own)])),
    checkpointOf: new Map(
      checkpoints.map(({ node, rowCount, totalBytes }) => [
        node,
        `checkpoint: ${formatCount(rowCount)} ${rowCount === 1 ? 'row' : 'rows'}, ${formatBytes(totalBytes)}`,
      ]),
    ),
  };
}

/** The beginning of a fingerprint, enough to tell two from each other by eye: `#3f9a52c1`. */
export function shortFingerprint(fingerprint: string | null): string | undefined {
  return fingerprint === null ? undefined : `#${fingerprint.slice(0, 8)}`;
}

/** Attempts of one stage, and stages of several jobs, add up. */
function describeStages(stages: readonly StageWithParents[]): string {
  const numbers = [...new Set(stages.map(({ stage }) => stage))];
  const tookMs = stages.reduce((sum, { submittedAtMs, completedAtMs }) => sum + completedAtMs - submittedAtMs, 0);
  const shown = numbers.length <= 4 ? numbers.join(', ') : `${numbers.slice(0, 3).join(', ')}, … ${numbers.at(-1)}`;
  const rows = stages.at(-1)?.rowsOut ?? 0;
  const out = rows === 0 ? '' : `, ${formatCount(rows)} rows`;
  return `${numbers.length === 1 ? 'stage' : 'stages'} ${shown}: ${formatDuration(0, tookMs)}${out}`;
}

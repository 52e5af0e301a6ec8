import { expect, it } from 'vitest';
import { lineageDetails, shortFingerprint } from '../../cli/lineage-details.ts';
import type { CheckpointEntry, JobRow, StageWithParents } from '../../lib/index.ts';
import { exampleGraph } from './support/example-graph.ts';

const stage = (number: number, of: object) =>
  ({ stage: number, job: 0, shuffle: null, submittedAtMs: 1000, completedAtMs: 2500, rowsOut: 0, ...of }) as never;
const checkpoint = (of: object) =>
  ({ run: 'aaaa0001', state: 'complete', node: 2, rowCount: 1, totalBytes: 12, ...of }) as CheckpointEntry;

it('tells where stages end, and what all that end there took', () => {
  const graph = exampleGraph(3, [
    [1, 0],
    [2, 1, 7],
  ]);
  const stages: StageWithParents[] = [
    stage(0, { shuffle: 7, rowsOut: 1234 }),
    stage(1, {}),
    stage(2, { job: 1 }),
    stage(3, { shuffle: 9 }),
    stage(4, { job: 5 }),
  ];
  const jobs = [{ job: 0, node: 2 } as JobRow, { job: 1, node: 2 } as JobRow];
  expect(lineageDetails(graph, { stages, jobs, checkpoints: [] }).stageAt).toEqual(
    new Map([
      [1, 'stage 0: 1.5 s, 1,234 rows'],
      [2, 'stages 1, 2: 3.0 s'],
    ]),
  );
  const many = Array.from({ length: 9 }, (_, i) => stage(i, {}));
  expect(lineageDetails(graph, { stages: many, jobs, checkpoints: [] }).stageAt.get(2)).toBe(
    'stages 0, 1, 2, … 8: 13.5 s',
  );
});

it('tells the newest complete checkpoint of the run', () => {
  const checkpoints = [
    checkpoint({ rowCount: 5 }),
    checkpoint({}),
    checkpoint({ state: 'lost', rowCount: 7 }),
    checkpoint({ run: 'bbbb0002', rowCount: 9 }),
  ];
  const { checkpointOf } = lineageDetails(exampleGraph(3, []), { stages: [], jobs: [], checkpoints });
  expect(checkpointOf).toEqual(new Map([[2, 'checkpoint: 1 row, 12 B']]));
});

it('shows the beginning of a fingerprint', () => {
  expect([shortFingerprint('0123456789abcdef'), shortFingerprint(null)]).toEqual(['#01234567', undefined]);
});

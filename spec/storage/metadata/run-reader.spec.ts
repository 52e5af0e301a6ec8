import { expect, test } from 'vitest';
import { jobId, nodeId, runId, shuffleId, stageId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { LineageLog } from '../../../storage/metadata/lineage-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import {
  beginWordCount,
  exampleEdge,
  exampleJob,
  exampleNode,
  exampleRun,
  exampleStage,
  exampleTask,
  ScratchDirectory,
} from './example-run.ts';

const RUN = runId('aaaa0001');

test('a run is found by its id, by the beginning of it, or as the last', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  for (const run of ['aaaa0001', 'aaaa0002', 'bbbb0003', 'bbbb']) JobLog.beginRun(database, exampleRun(run));
  const reader = new RunReader(database);
  expect(reader.listRuns().map(({ run }) => run)).toEqual(['bbbb', 'bbbb0003', 'aaaa0002', 'aaaa0001']);
  expect(reader.findRun('last').run).toBe('bbbb');
  expect(reader.findRun('aaaa0001').run).toBe('aaaa0001');
  expect(reader.findRun('BBBB0').run).toBe('bbbb0003');
  expect(reader.findRun('bbbb').run).toBe('bbbb');
  expect(() => reader.findRun('aaaa')).toThrow(
    "RUN_AMBIGUOUS: several runs begin with 'aaaa': aaaa0002 (running), aaaa0001 (running)",
  );
});

test('a run that is not there is an error that lists recent ones, newest first', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const reader = new RunReader(database);
  expect(() => reader.findRun('last')).toThrow('no session has run in this directory yet');
  for (let i = 1; i <= 5; i++) JobLog.beginRun(database, exampleRun(`aaaa000${i}`)).endRun({ state: 'succeeded' });
  expect(() => reader.findRun('cccc')).toThrow(
    `RUN_NOT_FOUND: there is no run 'cccc' in ${scratch.database}\n  hint: recent runs: ${[5, 4, 3, 2, 1]
      .map((i) => `aaaa000${i} (succeeded)`)
      .join(', ')}`,
  );
  JobLog.beginRun(database, exampleRun('aaaa0006'));
  expect(() => reader.findRun('cccc')).toThrow(/aaaa0006 \(running\).*aaaa0002 \(succeeded\), …$/);
  for (const odd of ['', '%', '_', "'", '__proto__']) expect(() => reader.findRun(odd), odd).toThrow(/RUN_NOT_FOUND/);
});

test('jobs come by run, newest first, then by id', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const first = beginWordCount(database);
  first.recordJobStart(exampleJob(10, { jobGroup: 'nightly', description: 'the second' }));
  first.recordJobStart(exampleJob(2));
  beginWordCount(database, 'bbbb0002');
  const reader = new RunReader(database);
  expect(reader.listJobs().map(({ run, job }) => `${run}/${job}`)).toEqual([
    'bbbb0002/0',
    'aaaa0001/0',
    'aaaa0001/2',
    'aaaa0001/10',
  ]);
  expect(reader.listJobs(RUN).at(-1)).toEqual({
    ...exampleJob(10, { jobGroup: 'nightly', description: 'the second' }),
    run: RUN,
    state: 'running',
    endedAtMs: null,
    stageCount: 0,
    skippedStageCount: 0,
    errorCode: null,
    errorMessage: null,
    error: null,
  });
  expect(reader.listJobs(runId('cccc0003'))).toEqual([]);
});

test('stages come with their parents, tasks by partition and attempt', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  log.recordStageEnd(exampleStage(0));
  const tasks = [
    exampleTask(22, 1),
    exampleTask(23, 0, { attempt: 1 }),
    exampleTask(20, 0, { state: 'failed', error: new TypeError('bad row') }),
  ];
  const overrides = { kind: 'result', shuffle: null, parents: [stageId(1), stageId(0)] } as const;
  log.recordStageEnd({ stage: exampleStage(3, 2, overrides).stage, tasks, blocks: [], mapOutputs: [] });
  const reader = new RunReader(database);
  const stages = reader.stagesOf(RUN, jobId(0));
  expect(stages.map(({ stage, kind, parents }) => [stage, kind, parents])).toEqual([
    [0, 'shuffle-map', []],
    [3, 'result', [0, 1]],
  ]);
  const { parents: _, ...stage } = exampleStage(0).stage;
  expect(stages[0]).toEqual({ ...stage, parents: [], run: RUN, errorCode: null, errorMessage: null });
  const found = reader.tasksOf(RUN, stageId(3), 0);
  expect(found.map(({ task }) => task)).toEqual([20, 23, 22]);
  expect(found[0]).toMatchObject({ state: 'failed', errorCode: 'TypeError', errorMessage: 'bad row', stageAttempt: 0 });
  expect(reader.tasksOf(RUN, stageId(3), 1)).toEqual([]);
  expect(reader.stagesOf(RUN, jobId(1))).toEqual([]);
  expect(reader.shufflesOf(RUN).map(({ shuffle }) => shuffle)).toEqual([0]);
  expect(reader.mapOutputsOf(RUN, shuffleId(0))).toHaveLength(2);
});

test('the lineage of a job or a node is what it is computed from, once per node, in order', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = JobLog.beginRun(database, exampleRun());
  // A diamond, 0 -> 1 and 2 -> 3, and a stranger.
  const edges = [
    exampleEdge(3, 2, { ordinal: 1, kind: 'shuffle', shuffle: shuffleId(1) }),
    exampleEdge(3, 1, { ordinal: 0, kind: 'shuffle', shuffle: shuffleId(0) }),
    exampleEdge(2, 0),
    exampleEdge(1, 0),
  ];
  new LineageLog(database, RUN).recordLineage(
    [4, 3, 2, 1, 0].map((node) => exampleNode(node)),
    edges,
  );
  log.recordJobStart(exampleJob(0, { node: nodeId(3) }));
  const reader = new RunReader(database);
  const ofJob = reader.lineageOf(RUN, { job: jobId(0) });
  expect(ofJob.nodes.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
  expect(ofJob.edges.map(({ child, ordinal, parent }) => [child, ordinal, parent])).toEqual([
    [1, 0, 0],
    [2, 0, 0],
    [3, 0, 1],
    [3, 1, 2],
  ]);
  expect(reader.lineageOf(RUN, { node: nodeId(3) })).toEqual(ofJob);
  expect(reader.lineageOf(RUN, { node: nodeId(1) }).nodes.map(({ node }) => node)).toEqual([0, 1]);
  expect(reader.lineageOf(RUN).nodes).toHaveLength(5);
  expect(reader.lineageOf(RUN, { job: jobId(8) })).toEqual({ nodes: [], edges: [] });
  expect(reader.lineageOf(RUN, { node: nodeId(8) })).toEqual({ nodes: [], edges: [] });
});

test('options come back as they were given, harmless keys or not', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const options: RunOptions = JSON.parse('{"__proto__": {"polluted": true}, "n": null, "list": [1, "two"]}');
  JobLog.beginRun(database, exampleRun('aaaa0001', { options }));
  const found = new RunReader(database).findRun('last').options;
  expect(JSON.stringify(found)).toBe(JSON.stringify(options));
  expect('polluted' in found).toBe(false);
});

type RunOptions = NonNullable<Parameters<typeof exampleRun>[1]>['options'] & object;

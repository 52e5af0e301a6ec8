import { expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { jobId, nodeId, runId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { hasRun, JobLog, markDeadRuns } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import {
  beginWordCount,
  exampleJob,
  exampleRun,
  exampleStage,
  exampleTask,
  ScratchDirectory,
  tickingClock,
} from './example-run.ts';

const RUN = runId('aaaa0001');

test('a run is running until it ends, with the times of the clock', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { clock: tickingClock() });
  const reader = new RunReader(database);
  expect(hasRun(database, RUN)).toBe(false);
  const log = JobLog.beginRun(database, exampleRun());
  expect(hasRun(database, RUN)).toBe(true);
  expect(reader.listRuns()).toEqual([
    {
      ...exampleRun(),
      startedAtMs: 1_000_000,
      endedAtMs: null,
      state: 'running',
      errorCode: null,
      errorMessage: null,
      error: null,
    },
  ]);
  log.endRun({ state: 'succeeded' });
  expect(reader.findRun('last')).toMatchObject({ state: 'succeeded', endedAtMs: 1_001_000 });
});

test('a run id is used once', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  JobLog.beginRun(database, exampleRun());
  expect(() => JobLog.beginRun(database, exampleRun())).toThrow(/UNIQUE constraint failed: runs.run/);
  expect(new RunReader(database).listRuns()).toHaveLength(1);
});

test('a job ends with its counts, its error and the causes of it', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const cause = new RangeError('too far');
  const error = new CairnError(
    'LIMIT_EXCEEDED',
    { what: 'a page', found: 2n ** 60n, limit: 10, remedy: 'less' },
    { cause },
  );
  log.recordJobEnd({ job: jobId(0), state: 'failed', endedAtMs: 5, stageCount: 2, skippedStageCount: 1, error });
  const [job] = new RunReader(database).listJobs();
  expect(job).toMatchObject({ state: 'failed', endedAtMs: 5, stageCount: 2, skippedStageCount: 1 });
  expect(job?.errorCode).toBe('LIMIT_EXCEEDED');
  expect(job?.errorMessage).toContain('a page is 1152921504606846976');
  expect(job?.error?.cause).toMatchObject({ name: 'RangeError', message: 'too far' });
  expect(job?.error?.params).toMatchObject({ found: '1152921504606846976' });
});

test('a stage with all its tasks, blocks and map outputs is one transaction', () => {
  using scratch = new ScratchDirectory();
  const trace: string[] = [];
  using database = MetadataDatabase.open(scratch.database, { trace: (sql) => trace.push(sql) });
  const log = beginWordCount(database);
  trace.length = 0;
  log.recordStageEnd(exampleStage(0, 200));
  const verbs = trace.map((sql) => sql.trimStart().split(/\s/, 1)[0]);
  expect(verbs.filter((verb) => verb === 'BEGIN')).toHaveLength(1);
  expect(verbs.filter((verb) => verb === 'COMMIT')).toHaveLength(1);
  expect(verbs[0]).toBe('BEGIN');
  expect(verbs.at(-1)).toBe('COMMIT');
  expect(verbs.filter((verb) => verb === 'INSERT')).toHaveLength(1 + 200 + 200 + 200 + 1 + 200);
});

test('every other record is one transaction too', () => {
  using scratch = new ScratchDirectory();
  const trace: string[] = [];
  using database = MetadataDatabase.open(scratch.database, { trace: (sql) => trace.push(sql) });
  const log = beginWordCount(database);
  log.recordStageEnd(exampleStage());
  const block = exampleStage().blocks[0];
  const records: readonly (() => void)[] = [
    () => log.recordJobStart(exampleJob(1)),
    () => log.recordJobEnd({ job: jobId(1), state: 'killed', endedAtMs: 9, stageCount: 0, skippedStageCount: 0 }),
    () => log.recordBlocks(block === undefined ? [] : [block]),
    () => log.recordNodeBlocks(nodeId(1), 'dropped'),
    () => log.recordLostMapOutputs(shuffleId(0), [0]),
    () => log.recordShuffleState(shuffleId(0), 'removed'),
    () => log.endRun({ state: 'succeeded' }),
  ];
  for (const record of records) {
    trace.length = 0;
    record();
    expect(trace[0]).toBe('BEGIN IMMEDIATE');
    expect(trace.at(-1)).toBe('COMMIT');
    expect(trace.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
  }
});

test('a stage that cannot be written leaves nothing of itself', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const stage = exampleStage();
  const sameTaskTwice = { ...stage, tasks: [exampleTask(1, 0), exampleTask(1, 1)] };
  expect(() => log.recordStageEnd(sameTaskTwice)).toThrow(/INTERNAL/);
  const unknownNode = { ...stage, blocks: stage.blocks.map((block) => ({ ...block, node: nodeId(99) })) };
  expect(() => log.recordStageEnd(unknownNode)).toThrow(/FOREIGN KEY/);
  for (const table of ['stages', 'tasks', 'blocks', 'shuffles', 'map_outputs']) {
    expect(database.get(`SELECT count(*) AS n FROM ${table}`), table).toEqual({ n: 0 });
  }
  log.recordStageEnd(stage);
  expect(new RunReader(database).stagesOf(RUN, jobId(0))).toHaveLength(1);
});

test('a shuffle is complete when attempts together wrote all its map outputs', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const reader = new RunReader(database);
  const whole = exampleStage(0, 3);
  const failed = { ...whole, mapOutputs: whole.mapOutputs.slice(0, 2), stage: { ...whole.stage, error: 'lost' } };
  log.recordStageEnd({ ...failed, stage: { ...failed.stage, state: 'failed' } });
  expect(reader.shufflesOf(RUN)).toMatchObject([{ state: 'partial', mapCount: 3, totalBytes: 128, rowCount: 100 }]);
  const rest = whole.mapOutputs.slice(1).map((output) => ({ ...output, bytes: 70, task: taskId(7) }));
  const tasks = [exampleTask(7, 1, { attempt: 1 }), exampleTask(8, 2, { attempt: 1 })];
  log.recordStageEnd({ ...whole, stage: { ...whole.stage, attempt: 1 }, tasks, mapOutputs: rest });
  expect(reader.shufflesOf(RUN)).toMatchObject([{ state: 'complete', totalBytes: 204, rowCount: 150 }]);
  expect(reader.mapOutputsOf(RUN, shuffleId(0)).map(({ task }) => task)).toEqual([0, 7, 7]);
  expect(reader.stagesOf(RUN, jobId(0))).toMatchObject([
    { attempt: 0, state: 'failed', errorCode: 'Error', errorMessage: 'thrown value: "lost"' },
    { attempt: 1, state: 'succeeded', errorCode: null },
  ]);
  log.recordLostMapOutputs(shuffleId(0), [2]);
  expect(reader.shufflesOf(RUN)).toMatchObject([{ state: 'partial', totalBytes: 134 }]);
  log.recordShuffleState(shuffleId(0), 'removed');
  expect(reader.shufflesOf(RUN)).toMatchObject([{ state: 'removed' }]);
});

test('a block keeps one row through storing, loss and unpersist', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const reader = new RunReader(database);
  const stage = exampleStage();
  log.recordStageEnd(stage);
  log.recordBlocks(stage.blocks.slice(0, 1).map((block) => ({ ...block, state: 'lost', memoryBytes: 0 })));
  expect(reader.blocksOf(RUN).map(({ block, state }) => [block, state])).toEqual([
    ['rdd_1_0', 'lost'],
    ['rdd_1_1', 'present'],
  ]);
  log.recordNodeBlocks(nodeId(1), 'dropped');
  expect(reader.blocksOf(RUN, nodeId(1)).map(({ state }) => state)).toEqual(['dropped', 'dropped']);
});

test('at the end of a run its unfinished jobs are killed and its blocks are dropped, lost ones stay lost', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { clock: tickingClock() });
  const log = beginWordCount(database);
  const stage = exampleStage();
  log.recordStageEnd({ ...stage, blocks: stage.blocks.map((b, i) => (i === 0 ? { ...b, state: 'lost' } : b)) });
  log.recordJobStart(exampleJob(1));
  log.recordJobEnd({ job: jobId(1), state: 'succeeded', endedAtMs: 7, stageCount: 1, skippedStageCount: 0 });
  log.endRun({ state: 'failed', error: new Error('stopped') });
  const reader = new RunReader(database);
  expect(reader.findRun('last')).toMatchObject({ state: 'failed', errorCode: 'Error', errorMessage: 'stopped' });
  expect(reader.listJobs(RUN)).toMatchObject([
    { state: 'killed', endedAtMs: 1_001_000 },
    { state: 'succeeded', endedAtMs: 7 },
  ]);
  expect(reader.blocksOf(RUN).map(({ state }) => state)).toEqual(['lost', 'dropped']);
});

test('a run whose owner is gone is marked killed at the last thing it wrote, and a live one is not touched', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database, { clock: tickingClock() });
  beginWordCount(database, 'aaaa0001').recordStageEnd(exampleStage(0, 2, { completedAtMs: 3_000_000 }));
  JobLog.beginRun(database, exampleRun('bbbb0002', { pid: 1 }));
  JobLog.beginRun(database, exampleRun('cccc0003')).endRun({ state: 'succeeded' });
  const asked: unknown[] = [];
  const killed = markDeadRuns(database, ({ pid, bootId, processStart }) => {
    asked.push([pid, bootId, processStart]);
    return pid === 1;
  });
  expect(killed).toEqual(['aaaa0001']);
  expect(asked).toEqual([
    [4321, 'boot-1', '777'],
    [1, 'boot-1', '777'],
  ]);
  const reader = new RunReader(database);
  expect(reader.listRuns().map(({ run, state, endedAtMs }) => [run, state, endedAtMs])).toEqual([
    ['cccc0003', 'succeeded', 1_003_000],
    ['bbbb0002', 'running', null],
    ['aaaa0001', 'killed', 3_000_000],
  ]);
  expect(reader.listJobs(RUN)).toMatchObject([{ state: 'killed', endedAtMs: 3_000_000 }]);
  expect(reader.blocksOf(RUN)).toMatchObject([{ state: 'dropped' }, { state: 'dropped' }]);
  expect(markDeadRuns(database, ({ pid }) => pid === 1)).toEqual([]);
});

test('broken metrics and enormous messages are stored as far as they can be', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const stage = exampleStage();
  const tasks = [
    exampleTask(0, 0, {
      rowsRead: Number.NaN,
      bytesRead: Number.POSITIVE_INFINITY,
      startedAtMs: 1.75,
      spilledBytes: -0,
    }),
    exampleTask(1, 1, { state: 'failed', error: new Error(`lone \ud800 ${'x'.repeat(200_000)}`) }),
  ];
  log.recordStageEnd({ ...stage, tasks });
  const [first, second] = new RunReader(database).tasksOf(RUN, stageId(0), 0);
  expect(first).toMatchObject({
    rowsRead: 0,
    bytesRead: Number.MAX_SAFE_INTEGER,
    startedAtMs: 2,
    spilledBytes: 0,
  });
  expect(second?.errorMessage?.length).toBe(65_536);
  expect(second?.errorMessage?.startsWith('lone \ufffd x')).toBe(true);
});

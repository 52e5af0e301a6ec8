import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { CairnError, serializeError } from '../../../lib/base/errors.ts';
import { jobId, nodeId, runId, shuffleId, stageId } from '../../../lib/base/ids.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { ScratchDirectory } from '../../storage/metadata/example-run.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { Lineage } from '../scheduler/support/lineages.ts';
import { RecorderScript } from './support/recorder-script.ts';

const RUN = runId('aaaa0001');
const CANCELLED = new CairnError('JOB_CANCELLED', { job: 0, name: 'collect', reason: 'enough' });

function wordCount() {
  const lineage = new Lineage();
  return lineage.shuffled(lineage.map(lineage.collection(2)), 2);
}

describe('a job on record', () => {
  it('costs a transaction at its start, one for each map stage, and one at its end', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0, 1]);
    expect(script.takeCommits()).toBe(1);
    script.runStage(0, { shuffle: 0, tasks: 200 });
    expect(script.takeCommits()).toBe(1);
    script.runStage(1, { parents: [0], tasks: 200 });
    script.endJob(0);
    expect(script.takeCommits()).toBe(1);
    script.recorder.close();
    expect(script.takeCommits()).toBe(1);
  });

  it('has its lineage, its stages with their parents, its tasks and its map outputs', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0, 1], { description: 'words', group: 'g' });
    script.runStage(0, { shuffle: 0, metrics: { rowsRead: 5, shuffleWriteRecords: 4, shuffleWriteBytes: 64 } });
    script.runStage(1, { parents: [0], metrics: { shuffleReadRecords: 4, shuffleReadBytes: 64, rowsWritten: 1 } });
    script.endJob(0);
    const { reader } = script;
    expect(reader.listJobs(RUN)).toMatchObject([
      { action: 'collect', description: 'words', jobGroup: 'g', node: 2, state: 'succeeded', stageCount: 2 },
    ]);
    expect(reader.lineageOf(RUN, { job: jobId(0) })).toMatchObject({
      nodes: [
        { node: 0, kind: 'collection', callSiteShort: 'parallelize at job.ts:1', partitionCount: 2, firstJob: 0 },
        { node: 1, kind: 'step', callSite: '/home/me/job.ts:2:1', partitionCount: 2, partitioner: null },
        { node: 2, kind: 'shuffled', className: 'ShuffledRDD', partitionCount: 2, partitioner: 'hash(2)' },
      ],
      edges: [
        { child: 1, parent: 0, kind: 'narrow', shuffle: null },
        { child: 2, parent: 1, kind: 'shuffle', shuffle: 0 },
      ],
    });
    expect(reader.stagesOf(RUN, jobId(0))).toMatchObject([
      { stage: 0, kind: 'shuffle-map', shuffle: 0, parents: [], rowsIn: 10, rowsOut: 8, shuffleWriteBytes: 128 },
      { stage: 1, kind: 'result', shuffle: null, parents: [0], rowsIn: 8, rowsOut: 2, shuffleReadBytes: 128 },
    ]);
    expect(reader.tasksOf(RUN, stageId(0), 0)).toMatchObject([
      { task: 0, partition: 0, state: 'succeeded', executor: 'worker-0', rowsRead: 5 },
      { task: 1, partition: 1, state: 'succeeded', executor: 'worker-1', rowsRead: 5 },
    ]);
    expect(reader.shufflesOf(RUN)).toMatchObject([
      { shuffle: 0, mapCount: 2, reducerCount: 2, node: 2, state: 'complete', totalBytes: 128, rowCount: 10 },
    ]);
    expect(reader.mapOutputsOf(RUN, shuffleId(0)).map(({ path }) => path)).toEqual([
      'shuffle/aaaa0001/00/shuffle_0_0_0.data',
      'shuffle/aaaa0001/00/shuffle_0_1_0.data',
    ]);
  });

  it('is there while it runs, and ends as killed when it was cancelled', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0, 1]);
    expect(script.reader.listJobs(RUN)).toMatchObject([{ state: 'running', endedAtMs: null }]);
    script.submitStage(0, { shuffle: 0 });
    script.startTask(0, 0);
    script.failStage(0, CANCELLED);
    script.endJob(0, { kind: 'cancelled', reason: 'enough' });
    expect(script.reader.listJobs(RUN)).toMatchObject([{ state: 'killed', errorCode: 'JOB_CANCELLED' }]);
    expect(script.reader.stagesOf(RUN, jobId(0))).toMatchObject([{ state: 'killed' }]);
    expect(script.reader.tasksOf(RUN, stageId(0), 0)).toMatchObject([{ state: 'killed' }]);
  });

  it('keeps the error that ended it, whole', () => {
    using script = new RecorderScript();
    const cause = new TypeError('bad record');
    const error = serializeError(new CairnError('JOB_FAILED', { job: 0, name: 'x', reason: 'y' }, { cause }));
    script.startJob(0, wordCount(), [0]);
    script.submitStage(0, { shuffle: 0 });
    const task = script.startTask(0, 0);
    const outcome = { kind: 'failed', error: serializeError(cause), willRetry: false } as const;
    script.endTask(task, 0, 0, { outcome });
    script.failStage(0, error);
    script.endJob(0, { kind: 'failed', error });
    const [job] = script.reader.listJobs(RUN);
    expect(job).toMatchObject({ state: 'failed', errorCode: 'JOB_FAILED', error: { cause: { name: 'TypeError' } } });
    expect(script.reader.stagesOf(RUN, jobId(0))).toMatchObject([{ state: 'failed', errorCode: 'JOB_FAILED' }]);
    expect(script.reader.tasksOf(RUN, stageId(0), 0)).toMatchObject([{ state: 'failed', errorMessage: 'bad record' }]);
  });

  it('counts the stages it skipped', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0, 1]);
    script.skipStage(0, 0);
    script.runStage(1, { parents: [0] });
    script.endJob(0);
    expect(script.reader.listJobs(RUN)).toMatchObject([{ stageCount: 2, skippedStageCount: 1 }]);
  });

  it('that was announced and never submitted is not held on to', () => {
    using script = new RecorderScript();
    const site = { method: 'count', location: 'job.ts:1', position: '/home/me/job.ts:1:1' };
    script.recorder.announce(jobId(0), { node: wordCount(), name: 'count', callSite: site });
    script.startJob(1, wordCount(), []);
    script.emit({ kind: 'job-submitted', jobId: jobId(0), name: 'late', pool: 'default', stageIds: [] });
    expect(script.reader.listJobs(RUN).map(({ job }) => job)).toEqual([1]);
  });
});

describe('a stage that is tried again', () => {
  it('waits for the tasks it left, and is one transaction for each attempt', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0, 1]);
    script.runStage(0, { shuffle: 0 });
    script.submitStage(1, { parents: [0] });
    const [failing, straggler] = [script.startTask(1, 0), script.startTask(1, 1)];
    script.takeCommits();
    script.endTask(failing, 1, 0, {
      outcome: { kind: 'fetch-failed', shuffleId: shuffleId(0), mapIndex: 1 },
    });
    script.emit({ kind: 'shuffle-output-lost', shuffleId: shuffleId(0), mapIndex: 1, reason: 'gone' });
    const lost = new CairnError('SHUFFLE_OUTPUT_LOST', { map: 1, shuffle: 0, path: '/x', reason: 'gone' });
    script.failStage(1, lost, { willRetry: true });
    expect(script.takeCommits()).toBe(0);
    script.endTask(straggler, 1, 1);
    expect(script.takeCommits()).toBe(1);
    expect(script.reader.shufflesOf(RUN)).toMatchObject([{ state: 'partial' }]);
    expect(script.reader.tasksOf(RUN, stageId(1), 0)).toMatchObject([
      { partition: 0, state: 'failed', errorCode: 'SHUFFLE_OUTPUT_LOST' },
      { partition: 1, state: 'succeeded' },
    ]);

    script.submitStage(0, { shuffle: 0, attempt: 1, tasks: 1 });
    const again = script.startTask(0, 1, 1);
    script.writeOutput(0, 1, again);
    script.endTask(again, 0, 1, { stageAttempt: 1 });
    script.takeCommits();
    script.endStage(0, 1);
    expect(script.statements.filter((sql) => sql.startsWith('INSERT INTO map_outputs'))).toHaveLength(1);
    expect(script.takeCommits()).toBe(1);
    expect(script.reader.mapOutputsOf(RUN, shuffleId(0)).map(({ task }) => task)).toEqual([0, again]);
    expect(script.reader.shufflesOf(RUN)).toMatchObject([{ state: 'complete' }]);
  });

  it('is written when the session closes, should its tasks never end', () => {
    using script = new RecorderScript();
    script.startJob(0, wordCount(), [0]);
    script.submitStage(0, { shuffle: 0 });
    script.startTask(0, 0);
    script.failStage(0, CANCELLED, { willRetry: true });
    expect(script.reader.stagesOf(RUN, jobId(0))).toEqual([]);
    script.recorder.close();
    expect(script.reader.stagesOf(RUN, jobId(0))).toHaveLength(1);
  });
});

describe('the lineage', () => {
  it('of an iterative job is written once a node, however often it is used', () => {
    using script = new RecorderScript();
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let job = 0; job < 2000; job++) {
      node = lineage.map(lineage.map(node));
      script.startJob(job, node, []);
      script.endJob(job);
    }
    const inserts = script.statements.filter((sql) => sql.startsWith('INSERT INTO lineage_'));
    expect(inserts).toHaveLength(4001 + 4000);
    expect(script.reader.lineageOf(RUN).nodes.every(({ partitionCount }) => partitionCount === 1)).toBe(true);
  });

  it('may be ten thousand steps deep', () => {
    using script = new RecorderScript();
    const lineage = new Lineage();
    let node = lineage.collection(3);
    for (let i = 0; i < 10_000; i++) node = lineage.map(node);
    script.startJob(0, node, []);
    const { nodes } = script.reader.lineageOf(RUN, { job: jobId(0) });
    expect(nodes).toHaveLength(10_001);
    expect(nodes.at(-1)).toMatchObject({ partitionCount: 3 });
  });
});

describe('blocks on record', () => {
  const stored = (block: string, memoryBytes = 100, diskBytes = 0) =>
    ({ kind: 'block-stored', block, memoryBytes, diskBytes }) as const;

  it('come with the stage that stored them, and change with those that follow', () => {
    using script = new RecorderScript();
    const node = wordCount();
    node.storageLevel = STORAGE_LEVELS.MEMORY_AND_DISK;
    script.recorder.noteNode(node);
    script.startJob(0, node, [0]);
    for (let i = 0; i < 4; i++) script.emit(stored(`rdd_2_${i}`));
    script.emit({ kind: 'block-evicted', block: 'rdd_2_1', freedBytes: 100, diskBytes: 40 });
    script.emit({ kind: 'block-evicted', block: 'rdd_2_2', freedBytes: 100, diskBytes: 0 });
    script.emit({ kind: 'block-lost', block: 'rdd_2_3', reason: 'checksum' });
    script.emit(stored('broadcast_0'));
    script.takeCommits();
    script.runStage(0);
    script.endJob(0);
    expect(script.takeCommits()).toBe(1);
    const storageLevel = 'Disk Memory Deserialized 1x Replicated';
    expect(script.reader.blocksOf(RUN)).toMatchObject([
      { block: 'rdd_2_0', node: 2, partition: 0, memoryBytes: 100, diskBytes: 0, storageLevel, state: 'present' },
      { block: 'rdd_2_1', memoryBytes: 0, diskBytes: 40, state: 'present' },
      { block: 'rdd_2_2', memoryBytes: 0, diskBytes: 0, state: 'dropped' },
      { block: 'rdd_2_3', memoryBytes: 0, diskBytes: 0, state: 'lost' },
    ]);
  });

  it('are dropped by unpersist at once, before their bytes go', () => {
    using script = new RecorderScript();
    const node = wordCount();
    node.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    script.recorder.noteNode(node);
    script.startJob(0, node, [0]);
    script.emit(stored('rdd_2_0'));
    script.runStage(0);
    script.endJob(0);
    script.takeCommits();
    node.storageLevel = STORAGE_LEVELS.NONE;
    script.recorder.noteUnpersist(node);
    expect(script.takeCommits()).toBe(1);
    expect(script.reader.blocksOf(RUN)).toMatchObject([{ state: 'dropped' }]);
    expect(script.reader.lineageOf(RUN, { node: nodeId(2) }).nodes.at(-1)).toMatchObject({ storageLevel: null });
    script.emit({ kind: 'block-dropped', block: 'rdd_2_0' });
    script.recorder.noteUnpersist(node);
    expect(script.takeCommits()).toBe(0);
  });
});

describe('metadata that cannot be written', () => {
  it('is said once, and written when there is room again', () => {
    using script = new RecorderScript();
    const pages = script.database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
    script.database.all(`PRAGMA max_page_count = ${pages}`);
    const lineage = new Lineage();
    let node = lineage.collection(2);
    for (let i = 0; i < 500; i++) node = lineage.map(node);
    const kinds: string[] = [];
    using _subscription = script.events.subscribe(({ kind }) => kinds.push(kind));
    script.startJob(0, node, [0]);
    script.runStage(0);
    script.endJob(0);
    script.wait(60_000);
    script.startJob(1, node, []);
    script.endJob(1);
    expect(script.warnings).toHaveLength(1);
    expect(script.warnings[0]).toMatch(
      /^what run aaaa0001 does cannot be written .* jobs go on\nDISK_FULL: no space left/,
    );
    expect(kinds.filter((kind) => kind === 'warning')).toHaveLength(1);
    expect(script.reader.listJobs(RUN)).toEqual([]);

    script.database.all('PRAGMA max_page_count = 100000');
    script.startJob(2, node, []);
    expect(script.reader.listJobs(RUN)).toEqual([]);
    script.wait(60_000);
    script.endJob(2);
    expect(script.reader.listJobs(RUN).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(script.reader.tasksOf(RUN, stageId(0), 0)).toHaveLength(2);
    expect(script.reader.lineageOf(RUN).nodes).toHaveLength(501);
    script.recorder.close();
    expect(script.warnings).toHaveLength(1);
  });

  it('leaves the run as it is when it never gets better, and says that too', () => {
    using script = new RecorderScript();
    script.database.run('PRAGMA query_only = ON');
    script.startJob(0, wordCount(), []);
    script.endJob(0);
    script.recorder.close();
    expect(script.warnings).toHaveLength(2);
    expect(script.warnings[1]).toMatch(/^the metadata of run aaaa0001 is incomplete: \d+ writes to it failed$/);
    script.database.run('PRAGMA query_only = OFF');
    expect(script.reader.listRuns()).toMatchObject([{ state: 'running' }]);
  });
});

describe('a session', () => {
  it('leaves its run behind', async () => {
    using scratch = new ScratchDirectory();
    const session = await Session.open({ dir: scratch.path, master: SPEC_MASTER, memory: '64 MiB', name: 'nightly' });
    const words = session.parallelize(['a', 'b', 'a'], 2).map((word) => [word, 1] as [string, number]);
    const counts = words
      .reduceByKey((a, b) => a + b, 2)
      .setName('counts')
      .persist();
    await session.withJobs({ description: 'how many', group: 'g' }, () => counts.count());
    await counts.count();
    counts.setName('word counts').unpersist();
    const failing = session.range(3).map((n) => {
      if (n === 1) throw new TypeError('not one');
      return n;
    });
    await expect(failing.collect()).rejects.toThrow('not one');

    const path = `${scratch.path}/cairn.sqlite`;
    const run = runId(session.run);
    {
      using live = MetadataDatabase.open(path, { readOnly: true });
      expect(new RunReader(live).listRuns()).toMatchObject([{ run, state: 'running', endedAtMs: null }]);
    }
    await session.close();

    using database = MetadataDatabase.open(path, { readOnly: true });
    expect(database.findDamage()).toEqual([]);
    const reader = new RunReader(database);
    expect(reader.listRuns()).toMatchObject([
      { run, state: 'succeeded', master: SPEC_MASTER, pid: process.pid, options: { name: 'nightly', memory: 2 ** 26 } },
    ]);
    expect(reader.listJobs(run)).toMatchObject([
      { action: 'count', description: 'how many', jobGroup: 'g', state: 'succeeded', stageCount: 2 },
      { action: 'count', state: 'succeeded', stageCount: 2, skippedStageCount: 1 },
      { action: 'collect', state: 'failed', errorCode: 'JOB_FAILED' },
    ]);
    const { nodes } = reader.lineageOf(run, { job: jobId(0) });
    expect(nodes.map(({ name, callSiteShort }) => [name, callSiteShort.replace(/:\d+$/, '')])).toEqual([
      [null, 'parallelize at run-recorder.spec.ts'],
      [null, 'map at run-recorder.spec.ts'],
      ['word counts', 'reduceByKey at run-recorder.spec.ts'],
    ]);
    expect(reader.shufflesOf(run)).toMatchObject([{ mapCount: 2, reducerCount: 2, state: 'removed' }]);
    expect(reader.mapOutputsOf(run, shuffleId(0)).map(({ path: at }) => at)).toEqual([
      expect.stringMatching(new RegExp(`^shuffle/${run}/[0-3][0-9a-f]/shuffle_0_0_0\\.data$`)),
      expect.stringMatching(new RegExp(`^shuffle/${run}/[0-3][0-9a-f]/shuffle_0_1_0\\.data$`)),
    ]);
    expect(reader.blocksOf(run).map(({ block, state }) => [block, state])).toEqual([
      ['rdd_2_0', 'dropped'],
      ['rdd_2_1', 'dropped'],
    ]);
  });

  it('closes with jobs on record as killed when they still run', async () => {
    using scratch = new ScratchDirectory();
    const session = await Session.open({ dir: scratch.path, master: SPEC_MASTER, memory: '64 MiB' });
    const forever = session.range(1).mapAsync(() => new Promise<number>((resolve) => setTimeout(resolve, 30_000, 0)));
    const job = forever.collect();
    await Promise.all([expect(job).rejects.toMatchObject({ code: 'SESSION_CLOSED' }), session.close()]);
    using database = MetadataDatabase.open(`${scratch.path}/cairn.sqlite`, { readOnly: true });
    expect(new RunReader(database).listJobs()).toMatchObject([{ state: 'killed' }]);
    expect(database.findDamage()).toEqual([]);
  });
});

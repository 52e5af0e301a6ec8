import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../lib/base/clock.ts';
import { jobId, nodeId, runId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import type { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog, type JobStart, type RunStart, type StageEnd } from '../../../storage/metadata/job-log.ts';
import { type EdgeRecord, LineageLog, type NodeRecord } from '../../../storage/metadata/lineage-log.ts';

/** A directory that is gone at the end of its block. */
export class ScratchDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'cairn-metadata-'));
  readonly database = join(this.path, 'data', 'metadata.db');

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Ticks one second at every look. */
export function tickingClock(start = 1_000_000): Clock {
  let now = start - 1000;
  return {
    nowMs: () => {
      now += 1000;
      return now;
    },
    monotonicMs: () => now,
  };
}

export function exampleRun(run = 'aaaa0001', overrides: Partial<RunStart> = {}): RunStart {
  return {
    run: runId(run),
    pid: 4321,
    bootId: 'boot-1',
    processStart: '777',
    command: 'node job.ts',
    master: 'local[2]',
    nodeVersion: 'v20.20.2',
    cairnVersion: '0.1.0',
    options: { 'shuffle.partitions': 8, dir: '.cairn', adaptive: true },
    ...overrides,
  };
}

export function exampleJob(job = 0, overrides: Partial<JobStart> = {}): JobStart {
  return {
    job: jobId(job),
    node: nodeId(2),
    action: 'collect',
    callSite: 'job.ts:9',
    jobGroup: null,
    description: null,
    pool: 'default',
    submittedAtMs: 2_000_000 + job,
    ...overrides,
  };
}

export function exampleNode(node: number, overrides: Partial<NodeRecord> = {}): NodeRecord {
  return {
    node: nodeId(node),
    kind: 'map-partitions',
    className: 'MapPartitionsRDD',
    name: null,
    callSite: `job.ts:${node + 1}`,
    callSiteShort: `map at job.ts:${node + 1}`,
    partitionCount: 2,
    partitioner: null,
    storageLevel: null,
    firstJob: jobId(0),
    fingerprint: null,
    ...overrides,
  };
}

export function exampleEdge(child: number, parent: number, overrides: Partial<EdgeRecord> = {}): EdgeRecord {
  return { child: nodeId(child), ordinal: 0, parent: nodeId(parent), kind: 'narrow', shuffle: null, ...overrides };
}

/** A collection, a map over it, and a shuffled sum of that. */
export const WORD_COUNT_NODES = [
  exampleNode(0, { kind: 'collection', className: 'ParallelCollectionRDD', callSiteShort: 'parallelize at job.ts:1' }),
  exampleNode(1),
  exampleNode(2, { kind: 'shuffled', className: 'ShuffledRDD', partitioner: 'HashPartitioner(2)', fingerprint: 'f2' }),
];
export const WORD_COUNT_EDGES = [exampleEdge(1, 0), exampleEdge(2, 1, { kind: 'shuffle', shuffle: shuffleId(0) })];

type Stage = StageEnd['stage'];
type Task = StageEnd['tasks'][number];

export function exampleTask(task: number, partition: number, overrides: Partial<Task> = {}): Task {
  return {
    task: taskId(task),
    partition,
    attempt: 0,
    state: 'succeeded',
    executor: `worker-${partition % 2}`,
    startedAtMs: 2_000_100,
    endedAtMs: 2_000_200 + partition,
    rowsRead: 100,
    rowsWritten: 50,
    bytesRead: 800,
    bytesWritten: 400,
    shuffleReadBytes: 0,
    shuffleReadRecords: 0,
    shuffleWriteBytes: 64,
    shuffleWriteRecords: 50,
    spilledBytes: 0,
    peakMemoryBytes: 4096 + partition,
    consumers: [{ name: 'map output', peakBytes: 4096 + partition, spilledBytes: 10 }],
    ...overrides,
  };
}

/** A shuffle map stage of `taskCount` tasks with one block and one map output each. */
export function exampleStage(stage = 0, taskCount = 2, overrides: Partial<Stage> = {}): StageEnd {
  const partitions = Array.from({ length: taskCount }, (_, i) => i);
  return {
    stage: {
      stage: stageId(stage),
      attempt: 0,
      job: jobId(0),
      name: 'map at job.ts:2',
      kind: 'shuffle-map',
      shuffle: shuffleId(0),
      taskCount,
      state: 'succeeded',
      submittedAtMs: 2_000_050,
      completedAtMs: 2_000_500 + stage,
      rowsIn: 100 * taskCount,
      rowsOut: 50 * taskCount,
      bytesIn: 800 * taskCount,
      bytesOut: 400 * taskCount,
      shuffleReadBytes: 0,
      shuffleWriteBytes: 64 * taskCount,
      spilledBytes: 0,
      peakMemoryBytes: 4097,
      parents: [],
      ...overrides,
    },
    tasks: partitions.map((partition) => exampleTask(stage * 1000 + partition, partition)),
    blocks: partitions.map((partition) => ({
      block: `rdd_1_${partition}`,
      node: nodeId(1),
      partition,
      memoryBytes: 1024,
      diskBytes: 0,
      storageLevel: 'Memory Deserialized 1x Replicated',
      state: 'present',
    })),
    shuffle: { mapCount: taskCount, reducerCount: 2, node: nodeId(2) },
    mapOutputs: partitions.map((partition) => ({
      mapIndex: partition,
      task: taskId(stage * 1000 + partition),
      bytes: 64,
      rowCount: 50,
      path: `shuffle/shuffle_0_${partition}.data`,
    })),
  };
}

/** Begins a run with the word count's lineage and a job over it. */
export function beginWordCount(database: MetadataDatabase, run = 'aaaa0001'): JobLog {
  const log = JobLog.beginRun(database, exampleRun(run));
  database.transaction(() => {
    new LineageLog(database, log.run).recordLineage(WORD_COUNT_NODES, WORD_COUNT_EDGES);
    log.recordJobStart(exampleJob());
  });
  return log;
}

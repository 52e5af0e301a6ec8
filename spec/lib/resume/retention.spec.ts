import { describe, expect, it } from 'vitest';
import type { ShuffleId } from '../../../lib/base/ids.ts';
import { Retention, type RetentionOptions } from '../../../lib/resume/retention.ts';
import { nodeOf } from '../lineage/support/fingerprint-bench.ts';
import { LATER, outputOf, ResumeBench, RUN, shuffleOf } from './support/resume-bench.ts';

const add = (a: number, b: number) => a + b;

class RetentionOfSpec extends ResumeBench {
  readonly dropped: ShuffleId[] = [];
  readonly warnings: string[] = [];
  /** Timers that were set and not stopped. */
  readonly timers: { delayMs: number; action: () => void }[] = [];
  readonly retention: Retention;

  constructor(options: Partial<RetentionOptions> = {}) {
    super();
    const { shuffles: catalog, records, fingerprints, checks, clock } = this;
    this.retention = new Retention({
      ...{ run: RUN, catalog, records, fingerprints, checks, clock, maxReleasedBytes: 100 },
      onDrop: (shuffle) => void this.dropped.push(shuffle),
      onWarning: (message) => void this.warnings.push(message),
      timer: (delayMs, action) => {
        const timer = { delayMs, action };
        this.timers.push(timer);
        return () => void this.timers.splice(this.timers.indexOf(timer), 1);
      },
      ...options,
    });
  }

  /** A shuffle of two map partitions, with its fingerprint. */
  async shuffle(factor = 1) {
    const node = nodeOf(
      this.parallelize([1, 2, 3], 2)
        .map((n): [number, number] => [n, n * factor])
        .reduceByKey(add, 2),
    );
    await this.fingerprints.of(node);
    return shuffleOf(node);
  }

  rows() {
    return this.shuffles.list().map(({ shuffle, outputs }) => [shuffle, outputs.map(({ mapIndex }) => mapIndex)]);
  }
}

describe('the retention of map outputs', () => {
  it('makes them findable in batches, with what their fingerprint is made of', async () => {
    using bench = new RetentionOfSpec();
    const dependency = await bench.shuffle();
    bench.retention.note(dependency, outputOf(dependency, 1, 7), 12.6);
    bench.retention.note(dependency, outputOf(dependency, 0, 8), 3);
    expect(bench.timers.map(({ delayMs }) => delayMs)).toEqual([100]);
    expect(bench.rows()).toEqual([]);
    bench.timers[0]?.action();
    await bench.retention.flush();
    const key = bench.fingerprints.findShuffle(dependency)?.key ?? '';
    expect(bench.shuffles.find(key)).toMatchObject([
      {
        run: RUN,
        mapCount: 2,
        reducerCount: 2,
        outputs: [
          { mapIndex: 0, task: 8, bytes: 20, rowCount: 2, durationMs: 3 },
          { mapIndex: 1, task: 7, durationMs: 13 },
        ],
      },
    ]);
    expect(bench.store.has(key)).toBe(true);
    expect(bench.shuffles.find(key, RUN)).toEqual([]);
  });

  it('leaves out what is not what its fingerprint says, and what has none to be found by', async () => {
    using bench = new RetentionOfSpec();
    let factor = 1;
    const node = nodeOf(
      bench
        .parallelize([1], 1)
        .map((n): [number, number] => [n, n * factor])
        .reduceByKey(add, 2),
    );
    await bench.fingerprints.of(node);
    factor = 2;
    bench.retention.note(shuffleOf(node), outputOf(shuffleOf(node), 0), 1);
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const shared = nodeOf(
      bench
        .parallelize([1], 1)
        .map((n): [number, number] => [n, cell[0] ?? 0])
        .reduceByKey(add, 2),
    );
    await bench.fingerprints.of(shared);
    bench.retention.note(shuffleOf(shared), outputOf(shuffleOf(shared), 0), 1);
    await bench.retention.flush();
    expect(bench.rows()).toEqual([]);
  });

  it('waits longer where looking takes long', async () => {
    using bench = new RetentionOfSpec();
    const dependency = await bench.shuffle();
    bench.retention.note(dependency, outputOf(dependency, 0), 1);
    const flushing = bench.retention.flush();
    bench.clock.now += 50;
    await flushing;
    bench.retention.note(dependency, outputOf(dependency, 1), 1);
    expect(bench.timers.map(({ delayMs }) => delayMs)).toEqual([1000]);
  });

  it('forgets what is lost, and what is removed, also before it was written', async () => {
    using bench = new RetentionOfSpec();
    const [one, two, three] = [await bench.shuffle(1), await bench.shuffle(2), await bench.shuffle(3)];
    for (const dependency of [one, two, three]) {
      for (const map of [0, 1]) bench.retention.note(dependency, outputOf(dependency, map), 1);
    }
    bench.retention.forgetOutput(one.shuffleId, 0);
    bench.retention.forget(two.shuffleId);
    await bench.retention.flush();
    expect(bench.rows()).toEqual([
      [one.shuffleId, [1]],
      [three.shuffleId, [0, 1]],
    ]);
    bench.retention.forgetOutput(three.shuffleId, 1);
    bench.retention.forget(one.shuffleId);
    expect(bench.rows()).toEqual([[three.shuffleId, [0]]]);
  });

  it('takes the outputs of other runs for those of the shuffle that is read from them', async () => {
    using bench = new RetentionOfSpec();
    const dependency = await bench.shuffle();
    const { shuffleId } = dependency;
    const outputs = [0, 1].map((map) => {
      const output = outputOf(dependency, map);
      return { ...output, from: { run: LATER, shuffleId, taskId: output.taskId } };
    });
    const fingerprint = bench.fingerprints.findShuffle(dependency)?.key ?? '';
    const row = { run: LATER, shuffle: shuffleId, fingerprint, mapCount: 2, reducerCount: 2 };
    const rows = outputs.map(({ mapIndex, taskId: task }) => ({
      mapIndex,
      task,
      bytes: 20,
      rowCount: 2,
      durationMs: 1,
    }));
    bench.shuffles.recordOutputs(row, rows);
    bench.retention.adopt(shuffleId, outputs);
    bench.retention.forgetOutput(shuffleId, 0);
    expect(bench.rows()).toEqual([[shuffleId, [1]]]);
    bench.retention.forget(shuffleId);
    expect(bench.rows()).toEqual([]);
  });

  it('keeps what the program cannot reach any more, the newest of it, up to so many bytes', async () => {
    using bench = new RetentionOfSpec({ maxReleasedBytes: 100 });
    const dependencies = [await bench.shuffle(1), await bench.shuffle(2), await bench.shuffle(3)];
    for (const dependency of dependencies) bench.retention.note(dependency, outputOf(dependency, 0), 1);
    await bench.retention.flush();
    const released = dependencies.map((dependency) =>
      bench.retention.release(dependency.shuffleId, [outputOf(dependency, 0), outputOf(dependency, 1)]),
    );
    expect(released).toEqual([true, true, true]);
    expect(bench.dropped).toEqual([dependencies[0]?.shuffleId]);
    expect(bench.rows()).toHaveLength(2);
    // Nothing of it is on record, or not all of it is there.
    const other = await bench.shuffle(4);
    expect(bench.retention.release(other.shuffleId, [outputOf(other, 0)])).toBe(false);
    expect(bench.retention.release(dependencies[1]?.shuffleId as ShuffleId, undefined)).toBe(false);
    expect(bench.rows()).toEqual([[dependencies[2]?.shuffleId, [0]]]);
  });

  it('warns once when nothing can be written, and goes on', async () => {
    using bench = new RetentionOfSpec();
    const dependency = await bench.shuffle();
    bench.database.close();
    for (const map of [0, 1]) {
      bench.retention.note(dependency, outputOf(dependency, map), 1);
      await bench.retention.flush();
    }
    expect(bench.warnings).toEqual([expect.stringMatching(/^a later run will not find all map outputs of this one: /)]);
  });
});

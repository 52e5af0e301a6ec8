import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { longAccumulator } from '../../../lib/api/accumulator.ts';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { resumes } from '../../../lib/api/session-resume.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type RunOptions, runOnce } from '../../support/resuming.ts';

let home: SpecDirectory;
let dir: string;
beforeEach(() => {
  home = new SpecDirectory();
  dir = home.join('data');
});
afterEach(() => home[Symbol.dispose]());

const NUMBERS = Array.from({ length: 40 }, (_, i) => i);
const SUMS = [0, 1, 2].map((key) => [key, NUMBERS.filter((n) => n % 3 === key).reduce((a, b) => a + b)]);

function sums(bench: EngineOfSpec, factor = 1): Rdd<[number, number]> {
  return bench
    .parallelize(NUMBERS, 4)
    .map((n): [number, number] => [n % 3, n * factor])
    .reduceByKey((a, b) => a + b, 2);
}

const ordered = (pairs: [number, number][]) => pairs.sort(([a], [b]) => a - b);

/** The files of map outputs below the data directory. */
const outputFiles = () => leftovers(dir).filter((path) => /shuffle_\d+_\d+_\d+\.(data|index)$/.test(path));

describe('a session', () => {
  it('goes on from earlier runs when it has a name of its own, or says so', () => {
    const asked = (options: RunOptions) => resumes(resolveConfig(options, {}));
    expect(asked({})).toBe(false);
    expect(asked({ name: 'nightly' })).toBe(true);
    expect(asked({ name: 'nightly', resume: false })).toBe(false);
    expect(asked({ resume: true })).toBe(true);
  });
});

describe('a run that stopped', () => {
  it('leaves its map outputs to the next one, which runs no map task again', async () => {
    const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
    const first = await runOnce(dir, program, { stops: true });
    expect(first.answer).toEqual(SUMS);
    expect(first.reused).toBeUndefined();
    const second = await runOnce(dir, program);
    expect(second.answer).toEqual(SUMS);
    expect(second.tasks).toBe(2);
    expect(second.reused).toMatchObject({ fromRuns: [first.run], checkpoints: 0, mapOutputs: 4, mapTasks: 4 });
    expect(second.events.find(({ kind }) => kind === 'stage-skipped')).toMatchObject({ reason: 'earlier-run' });
    // It completed: nothing is left to go on from.
    expect(outputFiles()).toEqual([]);
    expect((await runOnce(dir, program)).reused).toBeUndefined();
  });

  it('leaves the outputs of single tasks, across a join and a sort', async () => {
    const marker = home.join('marker');
    // The last map task fails until the marker is there.
    const program = async (bench: EngineOfSpec) => {
      const left = bench.parallelize(NUMBERS, 4).map((n): [number, number] => [n % 3, n]);
      const right = left
        .reduceByKey((a, b) => a + b, 2)
        .mapPartitionsWithIndex(function* (partition, rows) {
          if (partition === 1 && !process.getBuiltinModule('node:fs').existsSync(marker))
            throw new TypeError('not yet');
          yield* rows;
        });
      const joined = left.join(right, 3).map(([key, [n, sum]]): [number, number] => [sum - n, key]);
      return await joined.sortByKey({ numPartitions: 2 }).collect();
    };
    const options = { task: { maxFailures: 1 } };
    const first = await runOnce(dir, (bench) => program(bench).catch(() => undefined), options);
    expect(first.answer).toBeUndefined();
    writeFileSync(marker, '');
    const second = await runOnce(dir, program, options);
    const plain = await runOnce(home.join('other'), program, { resume: false });
    expect(second.answer).toEqual(plain.answer);
    expect(second.reused?.mapOutputs).toBeGreaterThanOrEqual(5);
    expect(second.tasks).toBeLessThan(plain.tasks - 4);
  });

  it('is gone on from by a third run, when the second stopped as well', async () => {
    const two = async (bench: EngineOfSpec) => {
      const first = sums(bench);
      const second = first.map(([key, sum]): [number, number] => [sum % 2, key]).reduceByKey((a, b) => a + b, 2);
      return [ordered(await first.collect()), ordered(await second.collect())];
    };
    const one = await runOnce(dir, async (bench) => ordered(await sums(bench).collect()), { stops: true });
    const other = await runOnce(dir, two, { stops: true });
    const third = await runOnce(dir, two);
    expect(third.answer).toEqual(other.answer);
    const from = third.events.flatMap((event) => (event.kind === 'work-reused' ? event.fromRuns : []));
    expect(new Set(from)).toEqual(new Set([one.run, other.run]));
    // Only the tasks of the two results.
    expect(third.tasks).toBe(4);
  });

  it('has outputs whose damage costs a task and not the answer', async () => {
    const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
    await runOnce(dir, program, { stops: true });
    const [data] = outputFiles().filter((path) => path.endsWith('.data'));
    const path = join(dir, data as string);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(path, bytes);
    const second = await runOnce(dir, program);
    expect(second.answer).toEqual(SUMS);
    expect(second.events.some(({ kind }) => kind === 'shuffle-output-lost')).toBe(true);
    expect(second.reused?.mapOutputs).toBe(4);
  });

  it('of another name is left alone, and so it is by a session that does not resume', async () => {
    const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
    await runOnce(dir, program, { stops: true });
    const files = outputFiles();
    expect(files.length).toBe(8);
    const other = await runOnce(dir, async (bench) => await bench.parallelize([1], 1).count(), { name: 'other' });
    expect(other.reused).toBeUndefined();
    expect(outputFiles()).toEqual(files);
    await runOnce(dir, program, { resume: false });
    expect(outputFiles()).toEqual(files);
    expect((await runOnce(dir, program, { name: 'other' })).reused?.mapOutputs).toBe(4);
  });

  it('is left alone by one of its name that fails before its first action, which does not complete it', async () => {
    const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
    await runOnce(dir, program, { stops: true });
    const files = outputFiles();
    // As under `await using`: all that a session sees is that it is closed.
    await expect(runOnce(dir, () => JSON.parse('{'))).rejects.toThrow(SyntaxError);
    expect(outputFiles()).toEqual(files);
    expect((await runOnce(dir, program)).reused?.mapOutputs).toBe(4);
    expect(outputFiles()).toEqual([]);
  });

  it('has actions that say so when it is closed while they look for what earlier ones left', async () => {
    await runOnce(dir, async (bench) => await sums(bench).collect(), { stops: true });
    const second = await EngineOfSpec.open({ dir, name: 'spec' });
    const failures: Promise<unknown>[] = [sums(second).collect(), sums(second).collect()].map((action) =>
      action.catch((error: unknown) => error),
    );
    await second.engine.close();
    for (const failure of await Promise.all(failures)) expect(failure).toMatchObject({ code: 'SESSION_CLOSED' });
  });

  it('leaves nothing where nothing is to be retained', async () => {
    const program = async (bench: EngineOfSpec) => ordered(await sums(bench).collect());
    await runOnce(dir, program, { stops: true, shuffle: { retain: 0 } });
    expect(outputFiles()).toEqual([]);
  });
});

describe('what has changed', () => {
  it('is computed again, and named', async () => {
    await runOnce(dir, (bench) => sums(bench, 1).collect(), { stops: true });
    const second = await runOnce(dir, async (bench) => ordered(await sums(bench, 2).collect()));
    expect(second.answer).toEqual(SUMS.map(([key, sum]) => [key, (sum as number) * 2]));
    expect(second.reused).toBeUndefined();
    expect(second.refused?.reasons).toEqual([
      expect.stringMatching(/^captured 'factor' changed at .*session-resume\.spec\.ts:\d+$/),
    ]);
  });

  it('while a job runs is not stored under what it was', async () => {
    const program = (change: boolean) => async (bench: EngineOfSpec) => {
      let factor = 1;
      const result = bench
        .parallelize(NUMBERS, 4)
        .map((n): [number, number] => [n % 3, n * factor])
        .reduceByKey((a, b) => a + b, 2)
        .collect();
      if (change) factor = 5;
      return ordered(await result);
    };
    await runOnce(dir, program(true), { stops: true });
    const second = await runOnce(dir, program(false));
    expect(second.answer).toEqual(SUMS);
    expect(second.reused).toBeUndefined();
  });

  it('in a kept dataset spoils what is computed from it later', async () => {
    let factor = 1;
    const kept = (bench: EngineOfSpec) =>
      bench.parallelize(NUMBERS, 4).map((n): [number, number] => [n % 3, n * factor]);
    await runOnce(
      dir,
      async (bench) => {
        const dataset = kept(bench).persist();
        const counting = dataset.count();
        factor = 7;
        await counting;
        await dataset.count();
        factor = 1;
        await dataset.reduceByKey((a, b) => a + b, 2).collect();
      },
      { stops: true },
    );
    const second = await runOnce(dir, async (bench) =>
      ordered(
        await kept(bench)
          .persist()
          .reduceByKey((a, b) => a + b, 2)
          .collect(),
      ),
    );
    expect(second.answer).toEqual(SUMS);
    expect(second.reused).toBeUndefined();
  });

  it('is not looked for where an action keeps nothing, and spoils nothing then', async () => {
    let factor = 1;
    const program = async (bench: EngineOfSpec) => {
      const dataset = bench.parallelize(NUMBERS, 4).map((n): [number, number] => [n % 3, n * factor]);
      for (const of of [1, 2, 1]) {
        factor = of;
        await dataset.count();
      }
      return ordered(await dataset.reduceByKey((a, b) => a + b, 2).collect());
    };
    expect((await runOnce(dir, program, { stops: true, master: 'local' })).answer).toEqual(SUMS);
    const second = await runOnce(dir, program, { master: 'local' });
    expect(second.answer).toEqual(SUMS);
    expect(second.reused?.mapOutputs).toBe(4);
  });

  it('is what a version says, where nothing else tells', async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const program = (version?: string) => async (bench: EngineOfSpec) => {
      const read = bench.parallelize(NUMBERS, 4).map((n): [number, number] => [n % 3, n + Atomics.load(cell, 0)]);
      if (version !== undefined) read.withVersion(version);
      return ordered(await read.reduceByKey((a, b) => a + b, 2).collect());
    };
    await runOnce(dir, program(), { stops: true });
    expect((await runOnce(dir, program(), { stops: true })).reused).toBeUndefined();
    await runOnce(dir, program('1'), { stops: true });
    expect((await runOnce(dir, program('1'), { stops: true })).reused?.mapOutputs).toBe(4);
    const next = await runOnce(dir, program('2'));
    expect(next.reused).toBeUndefined();
    expect(next.refused?.reasons).toContainEqual(expect.stringMatching(/^declared version of map at .*: 1 -> 2$/));
  });
});

describe('a checkpoint', () => {
  const program = (bench: EngineOfSpec) => {
    if (bench.engine.checkpoints.directory === undefined)
      bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
    return sums(bench)
      .map(([key, sum]): [number, number] => [key, sum])
      .checkpoint();
  };

  it('of an earlier run, complete or not, takes the place of a dataset that one was asked for', async () => {
    const first = await runOnce(dir, async (bench) => ordered(await program(bench).collect()));
    const second = await runOnce(dir, async (bench) => {
      const dataset = program(bench);
      const answer = ordered(await dataset.collect());
      return {
        answer,
        isCheckpointed: dataset.isCheckpointed,
        path: dataset.getCheckpointFile(),
        text: dataset.toDebugString(),
      };
    });
    expect(second.answer).toMatchObject({ answer: SUMS, isCheckpointed: true });
    expect(second.reused).toMatchObject({ fromRuns: [first.run], checkpoints: 1, mapOutputs: 0 });
    expect(second.answer.text).toContain('ReliableCheckpointRDD');
    expect(second.tasks).toBe(2);
    expect(second.events.some(({ kind }) => kind === 'checkpoint-committed')).toBe(false);
  });

  it('is not taken for what nobody asked a checkpoint of, nor by two datasets', async () => {
    const first = await runOnce(dir, async (bench) => {
      const dataset = program(bench);
      await dataset.collect();
      return dataset.getCheckpointFile() as string;
    });
    const second = await runOnce(dir, async (bench) => {
      const unmarked = sums(bench).map(([key, sum]): [number, number] => [key, sum]);
      await unmarked.count();
      const [one, two] = [program(bench), program(bench)];
      const paths = [];
      for (const each of [one, two]) {
        await each.count();
        paths.push(each.getCheckpointFile() as string);
      }
      // Whoever has a checkpoint may remove it: it is no one else's.
      bench.engine.checkpoints.remove(paths[0] as string);
      return {
        unmarked: unmarked.isCheckpointed,
        paths,
        answers: [ordered(await unmarked.collect()), ordered(await two.collect())],
      };
    });
    expect(second.answer.unmarked).toBe(false);
    expect(second.answer.paths[0]).toBe(first.answer);
    expect(second.answer.paths[1]).not.toBe(first.answer);
    expect(second.answer.answers).toEqual([SUMS, SUMS]);
  });

  it('is found for a dataset that is marked after a job has seen it', async () => {
    const first = await runOnce(dir, async (bench) => {
      const dataset = program(bench);
      await dataset.collect();
      return dataset.getCheckpointFile();
    });
    const second = await runOnce(dir, async (bench) => {
      bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
      const dataset = sums(bench).map(([key, sum]): [number, number] => [key, sum]);
      const later = dataset.map(([key]) => key);
      await later.count();
      dataset.checkpoint();
      await later.count();
      return dataset.getCheckpointFile();
    });
    expect(second.answer).toBe(first.answer);
  });

  it('that is damaged is computed again from its lineage, and not found again', async () => {
    const first = await runOnce(dir, async (bench) => {
      const dataset = program(bench);
      await dataset.collect();
      return dataset.getCheckpointFile() as string;
    });
    const part = join(first.answer, readdirSync(first.answer).filter((name) => name.startsWith('part-'))[0] as string);
    const bytes = readFileSync(part);
    bytes[20] = (bytes[20] as number) ^ 1;
    writeFileSync(part, bytes);
    const second = await runOnce(dir, async (bench) => ordered(await program(bench).collect()));
    expect(second.answer).toEqual(SUMS);
    expect(second.reused).toBeUndefined();
    const third = await runOnce(dir, async (bench) => ordered(await program(bench).collect()));
    expect(third.reused).toMatchObject({ fromRuns: [second.run], checkpoints: 1 });
    expect(existsSync(part)).toBe(true);
  });

  it('whose function changed while it was written has no fingerprint, and a warning says so', async () => {
    let factor = 1;
    const changing = (bench: EngineOfSpec) => {
      bench.engine.checkpoints.setDirectory(home.join('checkpoints'));
      return bench
        .parallelize(NUMBERS, 2)
        .map((n) => n * factor)
        .checkpoint();
    };
    const first = await runOnce(dir, async (bench) => {
      const counting = changing(bench).count();
      factor = 3;
      await counting;
    });
    expect(first.warnings).toEqual([
      expect.stringMatching(/will not find the checkpoint of dataset \d+: captured 'factor' changed/),
    ]);
    factor = 1;
    const second = await runOnce(dir, async (bench) => await changing(bench).sum());
    expect(second.answer).toBe(780);
    expect(second.reused).toBeUndefined();
  });
});

describe('ranges', () => {
  it('are those of the run that began, even where a second look would give others', async () => {
    const seen = home.join('seen');
    // Reads the numbers of a file that each run finds changed, which no fingerprint sees.
    const program = async (bench: EngineOfSpec) => {
      const pairs = bench.parallelize([0, 1, 2, 3], 4).flatMap((partition): [number, number][] => {
        const { existsSync: exists } = process.getBuiltinModule('node:fs');
        const shift = exists(seen) ? 1000 : 0;
        return Array.from({ length: 50 }, (_, i) => [((i * 37 + partition * 11) % 200) + shift, partition]);
      });
      return (await pairs.sortByKey({ numPartitions: 4 }).keys().glom().collect()) as number[][];
    };
    const failing = async (bench: EngineOfSpec) => {
      const all = await program(bench);
      return all;
    };
    const first = await runOnce(dir, failing, { stops: true });
    writeFileSync(seen, '');
    // One output is lost: it is computed anew, from records that are others now, by the ranges of the first run.
    const [index] = outputFiles().filter((path) => path.endsWith('.index'));
    writeFileSync(join(dir, index as string), '');
    const second = await runOnce(dir, failing);
    expect(second.reused).toMatchObject({ mapOutputs: 3, mapTasks: 4 });
    // No sampling: one map task, four results.
    expect(second.tasks).toBe(5);
    const flat = second.answer.flat();
    expect(flat).toEqual(flat.toSorted((a, b) => a - b));
    expect(flat.length).toBe(first.answer.flat().length);
  });
});

describe('accumulators', () => {
  it('count what the run computes, and a warning says so where work is reused', async () => {
    const program = async (bench: EngineOfSpec) => {
      const seen = longAccumulator('seen');
      const pairs = bench.parallelize(NUMBERS, 4).map((n): [number, number] => {
        seen.add(1);
        return [n % 3, n];
      });
      const answer = ordered(await pairs.reduceByKey((a, b) => a + b, 2).collect());
      await pairs.reduceByKey((a, b) => a * b, 2).count();
      return { answer, seen: seen.value };
    };
    const first = await runOnce(dir, program, { stops: true });
    expect(first.answer).toEqual({ answer: SUMS, seen: 80 });
    expect(first.warnings).toEqual([]);
    const second = await runOnce(dir, program);
    expect(second.answer).toEqual({ answer: SUMS, seen: 0 });
    expect(second.warnings).toEqual([expect.stringMatching(/^accumulators count what this run computes/)]);
  });
});

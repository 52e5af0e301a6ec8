/**
 * Jobs that write out most of what they gather, over a disk that fails: every call once, each run file damaged, no room
 * left, more than `spill.maxBytes`. The answer is right or there is one error with a code; and nothing stays in scratch
 * space, whatever happened.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { OpenHandles } from '../../support/open-handles.ts';

/** What other projects change, options of these specs fix: one of them is enough. */
const runs = process.env.CAIRN_CODEGEN === undefined && process.env.CAIRN_MEMORY === undefined;

/** Of the calls of a job, so many; `CAIRN_FAULT_STEP=1` takes each one. */
const FAULTS = 16;
const STEP = Number(process.env.CAIRN_FAULT_STEP ?? 0);
const OPTIONS: SessionOptions = { memory: '24 KiB', memoryFraction: 1, codegen: 'off' };

const RECORDS = 600;
const pairs = Array.from({ length: RECORDS }, (_, n): [string, number] => [`key ${(n * 7) % 150}`, n / 4]);
const keys = [...new Set(pairs.map(([key]) => key))];

type Job = (engine: EngineOfSpec) => Promise<unknown>;

/** What a job gives, in an order of its own. */
const sorted = async (records: Promise<unknown[]>): Promise<string[]> =>
  (await records).map((record) => JSON.stringify(record)).sort();

const JOBS: Readonly<Record<string, Job>> = {
  sortByKey: async (engine) =>
    await engine
      .parallelize(
        pairs.map(([key, n]): [number, string] => [n, key]),
        2,
      )
      .sortByKey({ ascending: false, numPartitions: 1 })
      .collect(),
  reduceByKey: (engine) =>
    sorted(
      engine
        .parallelize(pairs, 2)
        .reduceByKey((a, b) => a + b, 1)
        .collect(),
    ),
  groupByKey: (engine) => sorted(engine.parallelize(pairs, 2).groupByKey(1).collect()),
  distinct: (engine) =>
    sorted(
      engine
        .parallelize([...pairs, ...pairs], 2)
        .distinct(1)
        .collect(),
    ),
  join: (engine) => {
    const others = engine.parallelize(
      keys.map((key, i): [string, string] => [key, `other ${i}`]),
      2,
    );
    return sorted(engine.parallelize(pairs, 2).join(others, 1).collect());
  },
};

let home: SpecDirectory;
beforeAll(() => {
  home = new SpecDirectory();
});
afterAll(() => home[Symbol.dispose]());

/** A session of its own over a disk that can be made to fail; `check` after each job says that nothing is left of it. */
async function withEngine(
  name: string,
  options: SessionOptions,
  run: (engine: EngineOfSpec, disk: FaultyFileSystem, check: () => void) => Promise<void>,
): Promise<void> {
  const handles = new OpenHandles(nodeFileSystem);
  const disk = new FaultyFileSystem(handles);
  const dir = home.join(name);
  const engine = await EngineOfSpec.open({ ...OPTIONS, ...options, dir }, { fileSystem: disk });
  const check = (): void => {
    expect(leftovers(dir).filter((path) => path.includes('temp_'))).toEqual([]);
    expect(handles.paths).toEqual([]);
    expect(engine.engine.scheduler.size.tasks).toBe(0);
  };
  try {
    await run(engine, disk, check);
  } finally {
    await engine.engine.close();
  }
  engine.engine.budget.assertAllReleased();
  expect(leftovers(dir).filter((path) => path.split('/').length > 1)).toEqual([]);
}

/** The cause of a job's error, or undefined where there is none; anything but errors with codes fails the spec. */
async function failureOf(action: () => Promise<unknown>, answer: unknown): Promise<CairnError | undefined> {
  try {
    expect(await action()).toEqual(answer);
    return undefined;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    expect(error.kind).not.toBe('internal');
    const cause = error.code === 'JOB_FAILED' ? error.cause : error;
    if (!(cause instanceof CairnError)) throw error;
    return cause;
  }
}

describe.runIf(runs).each(Object.entries(JOBS))('%s', (name, job) => {
  let answer: unknown;
  let calls = 0;
  let step = 1;
  beforeAll(async () => {
    await withEngine(`${name} with room`, { memory: '64 MiB' }, async (engine) => {
      answer = await job(engine);
    });
    await withEngine(`${name} without`, {}, async (engine, disk) => {
      const before = disk.callCount;
      expect(await job(engine)).toEqual(answer);
      calls = disk.callCount - before;
      step = STEP || Math.ceil(calls / FAULTS);
      // It is about what these specs are about.
      expect(engine.eventsOf('task-ended').some(({ metrics }) => metrics.spilledBytes > 0)).toBe(true);
    });
  });

  test('gives its answer or an error with a code when a call fails, once or from then on', async () => {
    await withEngine(`${name} calls`, {}, async (engine, disk, check) => {
      for (const forever of [false, true]) {
        for (let at = 1; at <= calls; at += step) {
          disk.fail({ at, errno: 'EIO', forever });
          const failure = await failureOf(() => job(engine), answer);
          disk.recover();
          if (forever && failure !== undefined) expect(failure.code).toBe('IO_ERROR');
          if (!forever) check();
        }
      }
      expect(await job(engine)).toEqual(answer);
    });
  });

  test('computes again what was damaged', async () => {
    await withEngine(`${name} flips`, {}, async (engine, disk, check) => {
      let before = -1;
      for (let at = 1; before !== disk.callCount && at <= calls; at += step) {
        before = disk.callCount;
        disk.flipBitOnRead(at, at * 977);
        const failure = await failureOf(() => job(engine), answer);
        disk.recover();
        expect(failure).toBeUndefined();
        check();
      }
    });
  });

  test('gives all of its space back when the disk is full', async () => {
    await withEngine(`${name} full`, {}, async (engine, disk, check) => {
      const codes = new Set<string | undefined>();
      for (let bytes = 0; bytes < 200_000; bytes += 5003) {
        disk.fillAfter(bytes);
        const failure = await failureOf(() => job(engine), answer);
        disk.recover();
        codes.add(failure?.code);
        check();
        if (failure === undefined) break;
      }
      expect([...codes].sort()).toEqual(['DISK_FULL', undefined]);
    });
  });

  test('fails with one error beyond spill.maxBytes, and gives its space back', async () => {
    await withEngine(`${name} capped`, { spill: { maxBytes: '1 KiB' } }, async (engine, _disk, check) => {
      const failure = await failureOf(() => job(engine), answer);
      expect(failure?.code).toBe('SPILL_LIMIT');
      expect(failure?.message).toContain("'spill.maxBytes' (1024 B)");
      check();
    });
  });
});

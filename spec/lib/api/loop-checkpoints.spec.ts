import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { IterateOptions, LoopStep } from '../../../lib/api/iterate.ts';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { engineOf, type Session } from '../../../lib/api/session.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { Fingerprints } from '../../../lib/lineage/fingerprints.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { type FileCall, WrappedFileSystem } from '../../support/wrapped-file-system.ts';
import { LoopBench } from './support/loop-bench.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;
let bench: LoopBench;
beforeEach(() => {
  bench = new LoopBench(home.join(`loops-${count++}`), SPEC_MASTER);
});

const OPTIONS: IterateOptions<number> = { iterations: 20, checkpointEvery: 5, name: 'ranks' };

/** Steps of one text; the table is what programs differ in. */
const stepBy =
  (table: Map<string, number>): LoopStep<number> =>
  (state) =>
    state.map((n) => n + (table.get('by') ?? 0));

async function run(
  session: Session,
  step: LoopStep<number>,
  options: IterateOptions<number> = OPTIONS,
): Promise<{ readonly resumedAt: number | undefined; readonly lowest: number; readonly state: Rdd<number> }> {
  const { state, resumedAt } = await bench.iterate(session, session.range(0, 10, 1, 2), step, options);
  return { resumedAt, lowest: await state.min(), state };
}

/** A run of its own. */
async function session<T>(work: (session: Session) => Promise<T>): Promise<T> {
  await using opened = await bench.open();
  return await work(opened);
}

describe('checkpoints of loops', () => {
  it('are named after the loop and the iteration, and found by its fingerprint', async () => {
    await session(async (first) => {
      await run(first, stepBy(new Map([['by', 1]])), { ...OPTIONS, keep: 2 });
      expect(bench.checkpoints(first)).toMatchObject([
        {
          name: expect.stringMatching(/^ranks [0-9a-f]{16} after 15$/),
          fingerprint: expect.stringMatching(/^\w{64}$/),
        },
        { name: expect.stringMatching(/^ranks [0-9a-f]{16} after 20$/), partitionCount: 2 },
      ]);
    });
    const again = await session((second) => run(second, stepBy(new Map([['by', 1]]))));
    expect(again).toMatchObject({ resumedAt: 20, lowest: 20 });
  });

  it('say what is another one where a loop of the same name begins anew', async () => {
    await session((first) => run(first, stepBy(new Map([['by', 1]]))));
    const again = await session((second) => run(second, stepBy(new Map([['by', 2]]))));
    expect(again).toMatchObject({ resumedAt: undefined, lowest: 40 });
    expect(bench.decisions.at(-1)).toMatchObject({
      decision: 'refused',
      fromRun: expect.stringMatching(/^[0-9a-f]{8}$/),
      reasons: [expect.stringMatching(/^captured 'table' changed at .*loop-checkpoints\.spec\.ts:\d+$/)],
    });
  });

  it('go on from nodes of one fingerprint in the run that wrote them and in one that found them', async () => {
    const fingerprints: string[] = [];
    for (let time = 0; time < 2; time++) {
      await session(async (opened) => {
        opened.range(time + 1);
        const { fileSystem, captureOptions } = engineOf(opened);
        const of = new Fingerprints({ fileSystem, capture: captureOptions });
        const { state } = await run(opened, stepBy(new Map([['by', 1]])));
        fingerprints.push((await of.of(nodeOf(state))).digest);
      });
    }
    expect(fingerprints[1]).toBe(fingerprints[0]);
  });

  it('are passed over where they are damaged: an older one is taken', async () => {
    await session((first) => run(first, stepBy(new Map([['by', 1]])), { ...OPTIONS, keep: 2 }));
    const [damaged = ''] = [...bench.directories()].sort((a, b) => numberOf(b) - numberOf(a));
    const part = join(damaged, 'part-00001');
    const bytes = readFileSync(part);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(part, bytes);
    const again = await session((second) => run(second, stepBy(new Map([['by', 1]]))));
    expect(again).toMatchObject({ resumedAt: 15, lowest: 20 });
  });

  it('are stored under no fingerprint once what the loop depends on has changed', async () => {
    const table = new Map([['by', 1]]);
    const until = async (state: Rdd<number>, iteration: number): Promise<boolean> => {
      if (iteration === 12) globalThis.changeTable?.();
      return (await state.count()) === 0;
    };
    globalThis.changeTable = () => table.set('by', 2);
    await session(async (first) => {
      await run(first, stepBy(table), { ...OPTIONS, until });
      // The one before the change stays; the one after belongs to no loop.
      expect(bench.iterations(first)).toEqual([10, 20]);
      expect(bench.checkpoints(first).map(({ name }) => name)).toEqual([
        expect.stringMatching(/^ranks [0-9a-f]{16} after 10$/),
        'ranks after 20',
      ]);
    });
    expect(bench.warnings).toEqual([
      expect.stringMatching(/^ranks goes on, but later runs will not: since it began, captured 'table' changed at /),
    ]);
    globalThis.changeTable = undefined;
    const same = await session((second) => run(second, stepBy(new Map([['by', 1]])), { ...OPTIONS, until }));
    expect(same).toMatchObject({ resumedAt: 10, lowest: 20 });
    const other = await session((third) => run(third, stepBy(new Map([['by', 2]])), { ...OPTIONS, until }));
    expect(other).toMatchObject({ resumedAt: undefined, lowest: 40 });
  });

  it('are found by the values of broadcasts', async () => {
    const runBy = (by: number) =>
      session(async (opened) => {
        const shared = opened.broadcast(new Map([['by', by]]));
        return await run(opened, (state) => state.map((n) => n + (shared.value.get('by') ?? 0)));
      });
    expect(await runBy(1)).toMatchObject({ resumedAt: undefined, lowest: 20 });
    expect(await runBy(1)).toMatchObject({ resumedAt: 20, lowest: 20 });
    expect(await runBy(2)).toMatchObject({ resumedAt: undefined, lowest: 40 });
    expect(bench.decisions.at(-1)?.reasons).toEqual([expect.stringMatching(/^captured 'shared' changed at /)]);
    expect(bench.warnings).toEqual([]);
  });

  it('warn once of a loop that cannot be found again, and store it all the same', async () => {
    const seen: number[] = [];
    const step: LoopStep<number> = (state, iteration) => {
      seen.push(iteration);
      return state.map((n) => n + 1);
    };
    for (const resumedAt of [undefined, undefined]) {
      expect(await session((opened) => run(opened, step))).toMatchObject({ resumedAt, lowest: 20 });
    }
    expect(bench.warnings).toHaveLength(2);
    expect(bench.warnings[0]).toMatch(/^ranks cannot be found again by a later run: .* captures 'seen' and only puts/);
    expect(bench.decisions.map(({ decision }) => decision)).toEqual(['volatile', 'volatile']);
    expect(await session((opened) => run(opened, step, { ...OPTIONS, version: '1' }))).toMatchObject({
      resumedAt: undefined,
    });
    expect(await session((opened) => run(opened, step, { ...OPTIONS, version: '1' }))).toMatchObject({
      resumedAt: 20,
      lowest: 20,
    });
    expect(bench.warnings).toHaveLength(2);
  });

  it('are left out where the disk is full; the loop goes on', async () => {
    const full = new FullDisk();
    await using opened = await bench.open({ fileSystem: full });
    const until = (_: unknown, iteration: number): boolean => {
      full.isFull = iteration > 7 && iteration < 12;
      return false;
    };
    const { state } = await opened.iterate(opened.range(0, 10, 1, 2), stepBy(new Map([['by', 1]])), {
      ...OPTIONS,
      iterations: 17,
      until,
    });
    expect(await state.min()).toBe(17);
    expect(bench.iterations(opened)).toEqual([15]);
    expect(bench.warnings.join('\n')).toMatch(/the state after iteration 10 of ranks was not checkpointed/);
  });

  it('fail the loop where a record cannot be stored', async () => {
    await using opened = await bench.open();
    const step: LoopStep<unknown> = (state) => state.map(() => new WeakMap());
    const failing = opened.iterate<unknown>(opened.range(0, 2, 1, 1), step, { ...OPTIONS, persist: 'NONE' } as never);
    await expect(failing).rejects.toThrow(/VALUE_NOT_SERIALIZABLE|JOB_FAILED/);
  });
});

declare global {
  /** What a run does in the middle that others do not, outside of what its functions capture. */
  var changeTable: (() => void) | undefined;
}

function numberOf(path: string): number {
  return Number(/(\d+)$/.exec(path)?.[1]);
}

/** Has no room for parts of checkpoints while it is full. */
class FullDisk extends WrappedFileSystem {
  isFull = false;

  constructor() {
    super(nodeFileSystem);
  }

  protected override around<T>(call: FileCall, perform: () => T): T {
    if (this.isFull && call.kind === 'write' && call.path.includes('-checkpoints')) {
      throw new CairnError('DISK_FULL', { path: call.path, neededBytes: 1, freeBytes: 0 });
    }
    return perform();
  }
}

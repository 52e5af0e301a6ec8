import { afterAll, describe, expect, it } from 'vitest';
import type { IterateOptions, LoopResult, LoopStep } from '../../../lib/api/iterate.ts';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { engineOf, type Session } from '../../../lib/api/session.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { LoopBench } from './support/loop-bench.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;
const newBench = (): LoopBench => new LoopBench(home.join(`loops-${count++}`), SPEC_MASTER);

const KILLED = 'killed here';
type Counted = [key: number, value: number];

/** A step with a shuffle, made anew by each session as by each run of a program; stops at an iteration. */
const makeStep =
  (rate = 3, killedAt = Number.POSITIVE_INFINITY): LoopStep<Counted> =>
  (state, iteration) => {
    if (globalThis.loopIsKilled && iteration === killedAt) throw new Error(KILLED);
    return state
      .flatMap(([key, value]): Counted[] => [
        [key, value],
        [(key + iteration) % 7, (value * rate) % 1000],
      ])
      .reduceByKey((a, b) => (a + b) % 1000);
  };

declare global {
  /** Whether `makeStep` stops: beside its text and what it captures, as power is. */
  var loopIsKilled: boolean;
}
globalThis.loopIsKilled = false;

const start = (session: Session): Rdd<Counted> =>
  session.parallelize<Counted>(
    Array.from({ length: 7 }, (_, key) => [key, key + 1]),
    2,
  );

const sorted = async (rdd: Rdd<Counted>): Promise<Counted[]> => (await rdd.collect()).sort((a, b) => a[0] - b[0]);

/** The same without the engine's loop. */
async function plain(session: Session, iterations: number, rate = 3): Promise<Counted[]> {
  let state = start(session);
  for (let i = 1; i <= iterations; i++) {
    state = (await makeStep(rate)(state, i)).localCheckpoint();
    await state.count();
  }
  return await sorted(state);
}

/** Runs the loop and stops it in that iteration. */
async function killAt(
  bench: LoopBench,
  at: number,
  options: IterateOptions<Counted> = { iterations: 30, checkpointEvery: 5 },
): Promise<void> {
  await using session = await bench.open();
  globalThis.loopIsKilled = true;
  try {
    await expect(bench.iterate(session, start(session), makeStep(3, at), options)).rejects.toThrow(KILLED);
  } finally {
    globalThis.loopIsKilled = false;
  }
}

async function again(
  bench: LoopBench,
  at: number,
  options: IterateOptions<Counted> = { iterations: 30, checkpointEvery: 5 },
): Promise<LoopResult<Counted> & { readonly records: Counted[]; readonly plain: Counted[] }> {
  await using session = await bench.open();
  const result = await bench.iterate(session, start(session), makeStep(3, at), options);
  return { ...result, records: await sorted(result.state), plain: await plain(session, result.iterations) };
}

describe('iterate', () => {
  it('computes what a plain loop computes', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const { state, ...rest } = await session.iterate(start(session), makeStep(), { iterations: 23 });
    expect(rest).toEqual({ iterations: 23, converged: false, resumedAt: undefined });
    expect(await sorted(state)).toEqual(await plain(session, 23));
    expect(state.getStorageLevel()).toBe('MEMORY_AND_DISK');
  });

  it('gives the dataset that it was given where there is nothing to do', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const initial = start(session);
    const result = await session.iterate(initial, makeStep(), { iterations: 0 });
    expect(result).toMatchObject({ state: initial, iterations: 0 });
    expect(initial.getStorageLevel()).toBe('NONE');
  });

  it('asks after each iteration whether that was the last one', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const asked: number[] = [];
    const result = await session.iterate(start(session), makeStep(), {
      iterations: 20,
      until: async (state, iteration) => {
        asked.push(iteration);
        return (await state.count()) === 7 && iteration >= 4;
      },
    });
    expect(result).toMatchObject({ iterations: 4, converged: true });
    expect(asked).toEqual([1, 2, 3, 4]);
  });

  it('lets steps wait and run actions', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const { state } = await session.iterate(
      session.range(0, 10, 1, 2),
      async (numbers) => {
        const highest = await numbers.max();
        return numbers.map((n) => n + highest);
      },
      { iterations: 12, checkpointEvery: 5 },
    );
    expect(await state.max()).toBe(9 * 2 ** 12);
  });

  it('goes on from its newest checkpoint after its process was killed', async () => {
    const bench = newBench();
    await killAt(bench, 13);
    const { records, ...rest } = await again(bench, 13);
    expect(rest).toMatchObject({ iterations: 30, resumedAt: 10 });
    expect(records).toEqual(rest.plain);
    expect(bench.decisions.map(({ decision, iteration }) => [decision, iteration])).toEqual([
      ['new', undefined],
      ['reused', 10],
    ]);
    expect(bench.warnings).toEqual([]);
  });

  it('goes on from no later iteration than there shall be', async () => {
    const bench = newBench();
    await killAt(bench, 13, { iterations: 30, checkpointEvery: 5, keep: 2 });
    const { resumedAt, records, plain: expected } = await again(bench, 13, { iterations: 8, checkpointEvery: 5 });
    expect([resumedAt, records]).toEqual([5, expected]);
  });

  it('asks again of the state that it goes on from', async () => {
    const bench = newBench();
    const until = (_: unknown, iteration: number): boolean => iteration === 10 && !globalThis.loopIsKilled;
    await killAt(bench, 13, { until, checkpointEvery: 5 });
    expect(await again(bench, 13, { until, checkpointEvery: 5 })).toMatchObject({
      iterations: 10,
      resumedAt: 10,
      converged: true,
    });
  });

  it('does not go on from what another question would have ended before', async () => {
    const bench = newBench();
    const endsAt = (end: number) => (_: unknown, iteration: number) => iteration >= end;
    await killAt(bench, 13, { until: endsAt(20), checkpointEvery: 5 });
    expect(await again(bench, 13, { until: endsAt(3), checkpointEvery: 5 })).toMatchObject({
      iterations: 3,
      resumedAt: undefined,
    });
    expect(bench.decisions.at(-1)?.reasons).toEqual([expect.stringMatching(/^captured 'end' changed at /)]);
  });

  it('makes use of an earlier call in the session, whose result stays readable', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const step = makeStep();
    const first = await bench.iterate(session, start(session), step, { iterations: 10, checkpointEvery: 5 });
    const more = await bench.iterate(session, start(session), step, { iterations: 20, checkpointEvery: 5 });
    expect(more.resumedAt).toBe(10);
    expect(await sorted(more.state)).toEqual(await plain(session, 20));
    first.state.unpersist();
    expect(await sorted(first.state)).toEqual(await plain(session, 10));
  });

  it('begins anew where its states are not stored, or the same loop is running', async () => {
    const bench = newBench();
    await killAt(bench, 13, { iterations: 30, checkpointEvery: 'never' });
    expect(bench.directories()).toEqual([]);
    await using session = await bench.open();
    const step = makeStep();
    const run = () => bench.iterate(session, start(session), step, { iterations: 8, checkpointEvery: 5 });
    const [one, two] = await Promise.all([run(), run()]);
    expect(await sorted(two.state)).toEqual(await sorted(one.state));
    expect(bench.decisions).toContainEqual(
      expect.objectContaining({ decision: 'volatile', reasons: ['the same loop is running in this session'] }),
    );
  });

  it('keeps the newest checkpoints, as many as it is told', async () => {
    for (const keep of [1, 3]) {
      const bench = newBench();
      await using session = await bench.open();
      const seen: string[] = [];
      const until = (_: unknown, iteration: number): boolean => {
        if (iteration % 5 === 1) seen.push(bench.iterations(session).join());
        return iteration === 26;
      };
      await session.iterate(start(session), makeStep(), { until, checkpointEvery: 5, keep });
      expect(seen).toEqual(
        keep === 1 ? ['', '5', '10', '15', '20', '25'] : ['', '5', '5,10', '5,10,15', '10,15,20', '15,20,25'],
      );
      expect(bench.directories()).toHaveLength(keep);
    }
  });

  it('removes what an earlier run left beyond that, once there is a newer one', async () => {
    const bench = newBench();
    await killAt(bench, 23, { iterations: 30, checkpointEvery: 5, keep: 4 });
    await using session = await bench.open();
    const step = makeStep(3, 23);
    expect(bench.iterations(session)).toEqual([5, 10, 15, 20]);
    const options = { iterations: 24, checkpointEvery: 5 };
    expect(await bench.iterate(session, start(session), step, options)).toMatchObject({ resumedAt: 20 });
    expect(bench.iterations(session)).toEqual([5, 10, 15, 20]);
    await bench.iterate(session, start(session), step, { ...options, iterations: 26 });
    expect(bench.iterations(session)).toEqual([25]);
  });

  it('leaves a state readable until the one after it was asked about', async () => {
    const bench = newBench();
    await using session = await bench.open();
    let previous = session.range(0, 4, 1, 2);
    const compared: number[] = [];
    // Nothing is between a state and the checkpoint before it that could be read instead.
    await session.iterate(previous, (numbers) => numbers.map((n) => n + 1), {
      persist: 'NONE',
      checkpointEvery: 2,
      until: async (state, iteration) => {
        compared.push((await state.sum()) - (await previous.sum()));
        previous = state;
        return iteration === 7;
      },
    });
    expect(compared).toEqual([4, 4, 4, 4, 4, 4, 4]);
  });

  it('persists one state when it is done, and none when it fails', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const states: Rdd<Counted>[] = [];
    const persisted = () => states.filter((each) => each.getStorageLevel() !== 'NONE').length;
    const step = makeStep();
    const noting: LoopStep<Counted> = async (state, iteration) => {
      const next = await step(state, iteration);
      states.push(next);
      if (iteration === 13) throw new Error('no more');
      return next;
    };
    const options = { iterations: 12, checkpointEvery: 5 };
    const { state } = await session.iterate(start(session), noting, options);
    expect(persisted()).toBe(1);
    state.unpersist();
    states.splice(0);
    await expect(session.iterate(start(session), noting, { ...options, iterations: 20 })).rejects.toThrow('no more');
    expect(persisted()).toBe(0);
  });

  it('removes the map outputs of its iterations and no others', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const { tracker } = engineOf(session).scheduler;
    // Not persisted: its map outputs are what makes it cheap.
    const grouped = session.range(0, 20, 1, 2).groupBy((n) => n % 5);
    await grouped.count();
    const before = engineOf(session).nextShuffleId();
    await session.iterate(grouped, (state) => state.mapValues((all) => all).reduceByKey((a) => a, 3), {
      iterations: 10,
      checkpointEvery: 5,
    });
    const after = engineOf(session).nextShuffleId();
    const there = Array.from({ length: after }, (_, id) => id).filter((id) => tracker.findOutputs(id as never));
    expect(there.length).toBeGreaterThan(0);
    expect(there.every((id) => id < before)).toBe(true);
  });

  it('stays flat over two hundred iterations', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const nodes: WeakRef<LineageNode>[] = [];
    const { state } = await session.iterate(
      session.range(0, 10, 1, 2),
      (numbers) => {
        const next = numbers.map((n) => n + 1);
        nodes.push(new WeakRef(nodeOf(next)));
        return next;
      },
      { iterations: 200 },
    );
    expect(await state.min()).toBe(200);
    let depth = 0;
    for (let at: LineageNode | undefined = nodeOf(state); at !== undefined; at = at.dependencies[0]?.parent) depth++;
    expect(depth).toBe(1);
    expect(nodes.filter((each) => each.deref()?.isPersisted)).toEqual([]);
  });

  it('keeps to the levels that steps give', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const own = session.range(0, 10, 1, 2).persist('DISK_ONLY');
    const { state } = await session.iterate(own, () => own, { iterations: 6, checkpointEvery: 5 });
    expect(state).toBe(own);
    expect(own.getStorageLevel()).toBe('DISK_ONLY');
    expect(own.isCheckpointed).toBe(false);
    const kept = await session.iterate(own, (n) => n.map((x) => x).persist('DISK_ONLY'), { iterations: 6 });
    expect(kept.state.getStorageLevel()).toBe('DISK_ONLY');
  });

  it('takes states that are checkpointed by the user, in whatever way', async () => {
    const bench = newBench();
    await using session = await bench.open();
    for (const mark of [
      (rdd: Rdd<number>) => rdd.checkpoint(),
      (rdd: Rdd<number>) => rdd.localCheckpoint(),
      (rdd: Rdd<number>) => rdd.checkpoint({ eager: true }),
      (rdd: Rdd<number>) => rdd.localCheckpoint({ eager: true }),
    ]) {
      const { state } = await session.iterate(session.range(0, 10, 1, 2), (n) => mark(n.map((x) => x + 1)), {
        iterations: 7,
        checkpointEvery: 2,
      });
      expect(await state.min()).toBe(7);
    }
    expect(bench.warnings).toEqual([]);
  });

  it('goes with its signal', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const controller = new AbortController();
    const options = { iterations: 10, signal: controller.signal };
    const step: LoopStep<Counted> = (state, iteration) => {
      if (iteration === 3) controller.abort('enough');
      return makeStep()(state, iteration);
    };
    await expect(session.iterate(start(session), step, { ...options, persist: 'NONE' })).rejects.toThrow(
      /^LOOP_CANCELLED: iterate was cancelled after iteration 3: enough/,
    );
    await expect(
      session.withJobs({ signal: AbortSignal.abort('all') }, () =>
        session.iterate(start(session), step, {
          iterations: 2,
        }),
      ),
    ).rejects.toThrow(/LOOP_CANCELLED: .* after iteration 0: all/);
    const running = new AbortController();
    const failing = session.iterate(
      start(session),
      async (state) => {
        const counting = state.count();
        running.abort('now');
        await counting;
        return state;
      },
      { iterations: 2, signal: running.signal },
    );
    await expect(failing).rejects.toThrow(/JOB_CANCELLED/);
  });

  it('needs a checkpoint directory only where it stores states', async () => {
    const bench = newBench();
    const { Session: Opened } = await import('../../../lib/api/session.ts');
    await using session = await Opened.open({ dir: `${bench.directory}-bare`, master: SPEC_MASTER, progress: 'off' });
    await expect(session.iterate(start(session), makeStep(), { iterations: 3 })).rejects.toThrow(
      'CHECKPOINT_DIR_NOT_SET',
    );
    for (const checkpointEvery of ['never', 0] as const) {
      const { state } = await session.iterate(start(session), makeStep(), { iterations: 3, checkpointEvery });
      expect(await sorted(state)).toEqual(await plain(session, 3));
    }
  });

  it('gives the error of a step as it is, and stacks of its own errors begin at the user', async () => {
    const bench = newBench();
    await using session = await bench.open();
    const error = new TypeError('mine');
    const throwing = () => {
      throw error;
    };
    await expect(session.iterate(start(session), throwing, { iterations: 1 })).rejects.toBe(error);
    const failing = (state: Rdd<number>) =>
      state.map((n): number => {
        throw new RangeError(`no ${n}`);
      });
    const failed = session.iterate(session.range(3), failing, { iterations: 10 });
    await expect(failed).rejects.toThrow(/JOB_FAILED/);
    await expect(failed).rejects.toMatchObject({ stack: expect.stringMatching(/iterate\.spec\.ts/) });
  });

  it.each([
    ['no end', start, {}, /iterate: options must be an object with iterations, until or both/],
    ['a fraction', start, { iterations: 1.5 }, /iterate: iterations must be an integer/],
    ['fewer than no iterations', start, { iterations: -1 }, /iterate: iterations must be/],
    ['no checkpoint kept', start, { iterations: 1, keep: 0 }, /iterate: keep must be an integer from 1/],
    ['an unknown option', start, { iterations: 1, often: 2 }, /found an option "often"/],
    ['an unknown level', start, { iterations: 1, persist: 'HEAP' }, /iterate: persist must be one of NONE/],
    ['a question that is none', start, { until: true }, /iterate: until must be a function/],
    [
      'an interval that is none',
      start,
      { iterations: 1, checkpointEvery: 'daily' },
      /iterate: checkpointEvery must be/,
    ],
    ['no name', start, { iterations: 1, name: '' }, /iterate: name must be a text/],
    ['a version that is a number', start, { iterations: 1, version: 3 }, /iterate: version must be a text/],
    ['a signal that is none', start, { iterations: 1, signal: {} }, /iterate: signal must be an AbortSignal/],
    ['no dataset', () => [1], { iterations: 1 }, /iterate: initial must be a dataset/],
  ])('refuses %s', async (_, initial, options, message) => {
    const bench = newBench();
    await using session = await bench.open();
    const bad = session.iterate(initial(session) as Rdd<Counted>, makeStep(), options as IterateOptions<Counted>);
    await expect(bad).rejects.toThrow(message);
  });

  it('refuses steps and questions that give something else', async () => {
    const bench = newBench();
    await using session = await bench.open();
    await using other = await newBench().open();
    const run = (step: unknown, until?: unknown) =>
      session.iterate(start(session), step as LoopStep<Counted>, { iterations: 2, until } as IterateOptions<Counted>);
    await expect(run('text')).rejects.toThrow(/iterate: step must be a function, found/);
    await expect(run(() => [1])).rejects.toThrow(/iterate: step must be a function that gives a dataset/);
    await expect(run(() => start(other))).rejects.toThrow(/OTHER_SESSION: iterate: step belongs to another session/);
    await expect(run(makeStep(), () => 1)).rejects.toThrow(/iterate: what until gave must be true or false/);
    await expect(session.iterate(start(other), makeStep(), { iterations: 1 })).rejects.toThrow(
      /OTHER_SESSION: iterate: initial/,
    );
  });
});

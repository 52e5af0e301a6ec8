import { describe, expect, it } from 'vitest';
import { taskContext } from '../../../lib/api/task-context.ts';
import type { EngineEvent } from '../../../lib/events/engine-event.ts';
import { useSession } from '../../support/use-session.ts';

/** Keeps the events of a kind while `work` runs. */
function eventsOf<K extends EngineEvent['kind']>(of: ReturnType<typeof useSession>, kind: K) {
  const seen: (EngineEvent & { readonly kind: K })[] = [];
  const subscription = of.session.onEvent((event) => {
    if (event.kind === kind) seen.push(event as EngineEvent & { readonly kind: K });
  });
  return { seen, stop: () => subscription[Symbol.dispose]() };
}

describe('a task that hangs', () => {
  const of = useSession({
    master: 'local[2]',
    speculation: { enabled: true, quantile: 0.5, multiplier: 1, interval: 10, minTaskRuntime: 50 },
  });

  it('of an action is copied to the other worker, and what it adds counts once', async () => {
    const { seen, stop } = eventsOf(of, 'task-started');
    const added = of.session.longAccumulator('tasks');
    const numbers = await of.session
      .range(0, 6, 1, 6)
      .map((n) => {
        added.add(1);
        if (n === 0 && taskContext()?.attempt === 0) for (;;);
        return n * 10;
      })
      .collect();
    stop();
    expect(numbers).toEqual([0, 10, 20, 30, 40, 50]);
    expect(added.value).toBe(6);
    const copies = seen.filter(({ speculative }) => speculative);
    expect(copies.map(({ partition, attempt }) => [partition, attempt])).toContainEqual([0, 1]);
    for (const { partition, executor } of copies) {
      const original = seen.find((each) => each.partition === partition && !each.speculative);
      expect(executor).not.toBe(original?.executor);
    }
  });

  it('of a shuffle is copied too', async () => {
    const sums = await of.session
      .range(0, 6, 1, 6)
      .map((n) => {
        if (n === 0 && taskContext()?.attempt === 0) for (;;);
        return [n % 2, n] as const;
      })
      .reduceByKey((a, b) => a + b)
      .collect();
    expect(sums.toSorted(([a], [b]) => a - b)).toEqual([
      [0, 6],
      [1, 9],
    ]);
  });
});

describe('tasks over blocks', () => {
  const of = useSession({ master: 'local[2]', locality: { wait: '1 min' } });

  it('run on the worker that holds them', async () => {
    const kept = of.session
      .range(0, 8, 1, 8)
      .map((n) => n + 1)
      .persist();
    const first = eventsOf(of, 'task-started');
    await kept.count();
    first.stop();
    const second = eventsOf(of, 'task-started');
    expect(await kept.collect()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    second.stop();
    const places = ({ seen }: typeof first) => new Map(seen.map(({ partition, executor }) => [partition, executor]));
    expect(places(second)).toEqual(places(first));
  });

  it('run on the worker that holds what they are computed from, where their own dataset is kept and not there yet', async () => {
    const computed = of.session.longAccumulator('computed');
    const first = of.session
      .range(0, 8, 1, 8)
      .map((n) => {
        computed.add(1);
        return n;
      })
      .persist();
    await first.count();
    let dataset = first;
    for (let i = 0; i < 3; i++) {
      dataset = dataset.map((n) => n + 1).persist();
      await dataset.count();
    }
    expect(await dataset.collect()).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(computed.value).toBe(8);
  });
});

describe('tasks over the blocks of a local checkpoint', () => {
  const of = useSession({ master: 'local[2]', locality: { wait: 0 } });

  it('get them wherever they run, also through datasets that are kept', async () => {
    const checkpoint = of.session.range(0, 12, 1, 12).map((n) => n + 1);
    await checkpoint.localCheckpoint({ eager: true });
    for (let i = 0; i < 3; i++) {
      const kept = checkpoint.map((n) => n * 2).persist();
      expect(await kept.map((n) => n + i).count()).toBe(12);
    }
  });
});

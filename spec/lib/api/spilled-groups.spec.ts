/** Groups that have no room in memory, in whole sessions: wherever they are read, and wherever they are kept. */
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../lib/api/session.ts';
import { useSession } from '../../support/use-session.ts';

const RECORDS = 60_000;
/** A third of the records have one key. */
const keyOf = (n: number): number => (n % 3 === 0 ? -1 : n % 500);
const LARGE = Array.from({ length: RECORDS / 3 }, (_, i) => ({ id: 3 * i, text: `value ${3 * i}` }));
const last = LARGE.length - 1;

const groupsOf = (session: Session) =>
  session
    .range(0, RECORDS, 1, 2)
    .map((n): [number, { readonly id: number; readonly text: string }] => [
      n % 3 === 0 ? -1 : n % 500,
      { id: n, text: `value ${n}` },
    ])
    .groupByKey(1);

type Value = { readonly id: number; readonly text: string };
const largeOf = (groups: readonly (readonly [number, readonly Value[]])[]) => groups.find(([key]) => key === -1)?.[1];
const sizes = (groups: readonly (readonly [number, { readonly length: number }])[]) =>
  groups.map(([key, { length }]) => [key, length]);

describe.each([
  ['in the thread of the caller', 'local'],
  ['on workers', 'local[2]'],
])('groups without room, %s', (_, master) => {
  const spec = useSession({ master, memory: '8 MiB' });

  it('are written out and read back by whatever reads arrays', async () => {
    const { result, metrics } = await spec.session.measure(() =>
      groupsOf(spec.session)
        .filter(([key]) => key === -1)
        .map(([, values]) => {
          let forOf = 0;
          for (const { id } of values) forOf += id;
          const [first, , third] = values;
          return {
            // biome-ignore lint/suspicious/useIsArray: both are asked by programs
            isArray: Array.isArray(values) && values instanceof Array,
            length: values.length,
            spread: [...values].length,
            forOf,
            reduced: values.reduce((sum, { id }) => sum + id, 0),
            ends: [first, third, values[values.length - 1], values.at(-1)],
            json: JSON.stringify(values.slice(0, 3)),
          };
        })
        .collect(),
    );
    const sum = LARGE.reduce((all, { id }) => all + id, 0);
    expect(result).toEqual([
      {
        isArray: true,
        length: LARGE.length,
        spread: LARGE.length,
        forOf: sum,
        reduced: sum,
        ends: [LARGE[0], LARGE[2], LARGE[last], LARGE[last]],
        json: JSON.stringify(LARGE.slice(0, 3)),
      },
    ]);
    expect(metrics.spilledBytes).toBeGreaterThan(0);
  });

  it('are whole when they leave their task: collected, taken, reduced, folded', async () => {
    const groups = groupsOf(spec.session);
    const collected = await groups.collect();
    expect(largeOf(collected)).toEqual(LARGE);
    expect(Object.isFrozen(largeOf(collected))).toBe(false);
    (largeOf(collected) as Value[]).push({ id: 0, text: '' });
    expect(sizes(await groups.take(3))).toEqual(
      sizes(collected.slice(0, 3).map(([k, v]) => [k, v.slice(0, LARGE.length)])),
    );
    const longest = await groups.reduce((a, b) => (b[1].length > a[1].length ? b : a));
    expect([longest[0], longest[1]]).toEqual([-1, LARGE]);
    const kept = await groups.aggregate(
      [] as (readonly Value[])[],
      (all, [, values]) => (values.length > 1000 ? [...all, values] : all),
      (a, b) => [...a, ...b],
    );
    expect(kept).toEqual([LARGE]);
  });

  it('are whole in blocks and for the jobs after', async () => {
    for (const level of ['MEMORY_ONLY', 'MEMORY_AND_DISK', 'DISK_ONLY'] as const) {
      const cached = groupsOf(spec.session).persist(level);
      expect(await cached.count()).toBe(1 + new Set(Array.from({ length: RECORDS }, (_, n) => keyOf(n))).size - 1);
      expect(largeOf(await cached.collect())).toEqual(LARGE);
      cached.unpersist();
    }
  });

  it('are shuffled again, mapped and flattened', async () => {
    const groups = groupsOf(spec.session);
    const lengths = await groups
      .mapValues((values) => values.length)
      .sortByKey()
      .take(2);
    expect(lengths[0]).toEqual([-1, LARGE.length]);
    const again = await groups
      .map(([key, values]): [number, readonly Value[]] => [key + 1, values])
      .partitionBy(2)
      .collect();
    expect(again.find(([key]) => key === 0)?.[1]).toEqual(LARGE);
    const flat = await groups
      .flatMapValues((values) => values)
      .filter(([key]) => key === -1)
      .values()
      .collect();
    expect(flat).toEqual(LARGE);
  });

  it('are joined value by value, both sides too large, in order', async () => {
    const { session } = spec;
    const side = (count: number, name: string) =>
      session.range(0, count, 1, 2).map((n): [string, string] => [n % 2 === 0 ? 'even' : 'odd', `${name} ${n}`]);
    const { result, metrics } = await session.measure(() =>
      side(60_000, 'left')
        .filter(([, text]) => text.endsWith('00') || text.endsWith('01') || text.endsWith('999'))
        .leftOuterJoin(side(150_000, 'right'), 1)
        .filter(([, [left, right]]) => left.endsWith('9999') || right === 'right 39998')
        .map(([key, [left, right]]) => `${key} ${left} ${right}`)
        .take(700),
    );
    const even = Array.from({ length: 599 }, (_, i) => `even left ${100 * (i + 1)} right 39998`);
    const odd = Array.from({ length: 101 }, (_, i) => `odd left 9999 right ${2 * i + 1}`);
    expect(result).toEqual([...even, ...odd]);
    expect(metrics.spilledBytes).toBeGreaterThan(0);
  });

  it('are copied into accumulators', async () => {
    const groups = spec.session.collectionAccumulator<{ readonly of: readonly Value[] }>('groups');
    await groupsOf(spec.session).foreach(([key, values]) => {
      if (key === -1) groups.add({ of: values });
    });
    expect(groups.value).toEqual([{ of: LARGE }]);
  });

  it('say that they are gone to who kept one after its task, in the same thread', async () => {
    if (master !== 'local') return;
    const kept: (readonly Value[])[] = [];
    await groupsOf(spec.session).foreach(([key, values]) => {
      if (key === -1) kept.push(values);
    });
    expect(() => kept[0]?.[0]).toThrow(/SPILLED_GROUP_CLOSED/);
  });
});

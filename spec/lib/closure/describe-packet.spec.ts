import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { describePacket } from '../../../lib/closure/describe-packet.ts';
import { perWorker } from '../../../lib/closure/per-worker.ts';
import { portable } from '../../../lib/closure/portable.ts';
import { helperFactor } from './support/describe-packet-module.ts';

const describeAll = async (...functions: unknown[]) => describePacket(await capture(functions));
const scaled = portable(
  'spec/described-scale',
  (factor: number, f: (x: number) => number) => (x: number) => f(x) * factor,
);

const two =
  (first: unknown, second: unknown): (() => unknown) =>
  () => [first, second];

describe('describePacket', () => {
  it('names functions and what they capture, without what that holds', async () => {
    const lookup = new Map([['key', 'pa55word']]);
    const named = (key: string): unknown => lookup.get(key);
    const described = await describeAll(named);
    expect(described.functions).toEqual([
      {
        name: 'named',
        location: expect.stringMatching(/describe-packet\.spec\.ts:\d+$/),
        text: expect.stringMatching(/^[0-9a-f]{64}$/),
        captures: [{ name: 'lookup', digest: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      },
    ]);
    expect(JSON.stringify(described)).not.toContain('pa55word');
  });

  it.each<[string, unknown, unknown]>([
    ['numbers', 1, 2],
    ['texts', 'a', 'b'],
    ['objects with other keys', { a: 1 }, { b: 1 }],
    ['arrays with more elements', [{ a: 1 }], [{ a: 1 }, { a: 2 }]],
    ['instances', new Map([[{ a: 1 }, 1]]), new Map([[{ a: 2 }, 1]])],
    ['bytes', new Uint8Array(1000), new Uint8Array(1000).fill(1)],
    ['objects that are shared', ((o) => [o, o])({}), [{}, {}]],
    ['symbols', Symbol.for('a'), Symbol.for('b')],
  ])('shows a change in %s at its variable alone', async (_what, before, after) => {
    const rest = [{ z: [1, { a: 'x' }] }, new Map([[{ q: 1 }, new Set([1])]]), new Uint8Array(3)];
    const [old] = (await describeAll(two(before, rest))).functions;
    const [current] = (await describeAll(two(after, rest))).functions;
    expect(current?.text).toBe(old?.text);
    expect(current?.captures.map(({ digest }, i) => digest === old?.captures[i]?.digest)).toEqual([false, true]);
  });

  it('describes each function by itself: those that are captured change nothing in those that capture them', async () => {
    const chain = (factor: number) => {
      const inner = (x: number): number => x * factor;
      const outer = (x: number): number => inner(x) + 1;
      return outer;
    };
    const [before, after] = [await describeAll(chain(1)), await describeAll(chain(2))];
    expect(after.functions[0]).toEqual(before.functions[0]);
    expect(after.functions[1]?.captures).not.toEqual(before.functions[1]?.captures);
    expect(after.values).toBe(before.values);
  });

  it('takes functions that capture each other, and objects in circles', async () => {
    const even = (n: number): boolean => n === 0 || odd(n - 1);
    const odd = (n: number): boolean => n !== 0 && even(n - 1);
    const circle: { self?: unknown; even: unknown } = { even };
    circle.self = circle;
    const { functions } = await describeAll(even, () => circle);
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['even', 'odd']));
  });

  it("tells what the engine's own functions are given from what they call", async () => {
    const [a, b] = [await describeAll(scaled(2, (x) => x)), await describeAll(scaled(3, (x) => x))];
    expect(a.values).not.toBe(b.values);
    expect(a.functions.map(({ text }) => text)).toEqual(b.functions.map(({ text }) => text));
  });

  it('names what is used of a module, whatever the runner calls the module', async () => {
    const [used] = (await describeAll((x: number) => x * helperFactor)).functions;
    expect(used?.captures.map(({ name }) => name)).toEqual(['helperFactor']);
  });

  it('shows what was put on a function, and on a class', async () => {
    const make = (unit: string) => Object.assign((x: number) => x, { unit });
    const [a] = (await describeAll(make('s'))).functions;
    const [b] = (await describeAll(make('ms'))).functions;
    expect(b?.text).toBe(a?.text);
    expect(a?.captures.map(({ name }) => name)).toEqual(['[members]']);
    expect(b?.captures).not.toEqual(a?.captures);
  });

  it('tells what builds values in workers, with all it captures', async () => {
    const make = (value: number) => {
      const inner = () => value;
      return perWorker(() => inner());
    };
    const [one, two] = [make(1), make(2)];
    const { builds } = await describeAll(
      () => one(),
      () => two(),
    );
    expect(builds).toHaveLength(2);
    expect(builds[0]?.digest).not.toBe(builds[1]?.digest);
    const again = make(1);
    expect((await describeAll(() => again())).builds[0]?.digest).toBe(builds[0]?.digest);
    expect(new Set(builds.map(({ token }) => token)).size).toBe(2);
  });

  it('finds functions that load modules', async () => {
    const lazy = async () => await import('node:os');
    expect((await describeAll(lazy)).loads).toEqual([expect.stringMatching(/describe-packet\.spec\.ts:\d+$/)]);
    expect((await describeAll((x: number) => x)).loads).toEqual([]);
  });

  it('takes large values, node by node', async () => {
    const rows = new Map(Array.from({ length: 20_000 }, (_, i) => [i, { id: i, name: `n${i}`, deep: [i, [i]] }]));
    const make = (value: unknown) => () => value;
    const [a] = (await describeAll(make(rows))).functions;
    rows.set(10_000, { id: 10_000, name: 'other', deep: [1, [2]] });
    const [b] = (await describeAll(make(rows))).functions;
    expect(b?.captures).not.toEqual(a?.captures);
  });
});

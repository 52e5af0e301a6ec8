import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { ValueReader } from '../../../formats/record/value-reader.ts';
import { ValueWriter } from '../../../formats/record/value-writer.ts';
import { FrameEncoder } from '../../../lib/shuffle/run-frames.ts';
import { RunScope } from '../../../lib/shuffle/run-scope.ts';
import { spilledGroup } from '../../../lib/shuffle/spilled-group.ts';
import { SpilledList } from '../../../lib/shuffle/spilled-list.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

/** `values` as a group on disk, in segments of `chunk` values. */
function spilled(values: readonly unknown[], chunk = 3) {
  const task = gatheringTask(1024);
  const { spills, spilledGroups } = task;
  const scope = new RunScope(spills, () => {});
  using encoder = new FrameEncoder('none');
  const writer = scope.open();
  for (let from = 0; from < values.length; from += chunk) {
    encoder.records(values.slice(from, from + chunk));
    encoder.appendTo(writer);
  }
  const run = scope.finish(writer);
  const group = spilledGroup(new SpilledList(spills, spilledGroups, run, run.segments));
  return { task, group: group as unknown[] };
}

type Read = (array: unknown[]) => unknown;

const odd = (value: unknown, i: number): boolean => (typeof value === 'number' ? value % 2 === 1 : i % 2 === 0);

const READS: Readonly<Record<string, Read>> = {
  length: (a) => a.length,
  // biome-ignore lint/suspicious/useIsArray: both are asked by programs
  isArray: (a) => [Array.isArray(a), a instanceof Array, Object.prototype.toString.call(a), typeof a],
  index: (a) => [a[0], a[a.length - 1], a[a.length], a[-1], a[1.5], (a as unknown as Record<string, unknown>)['01']],
  backwards: (a) => a.map((_, i) => a[a.length - 1 - i]),
  spread: (a) => [...a],
  'for of': (a) => {
    const seen: unknown[] = [];
    for (const value of a) seen.push(value);
    return seen;
  },
  'for in': (a) => {
    const seen: string[] = [];
    for (const key in a) seen.push(key);
    return seen;
  },
  destructuring: ([first, , third, ...rest]) => [first, third, rest],
  has: (a) => [0 in a, a.length in a, 'length' in a, Object.hasOwn(a, 0), Object.hasOwn(a, 'map'), 'map' in a],
  keys: (a) => [Object.keys(a), Object.getOwnPropertyNames(a), [...a.keys()]],
  entries: (a) => [Object.entries(a), [...a.entries()], [...a.values()]],
  descriptor: (a) => [
    Object.getOwnPropertyDescriptor(a, 0),
    Object.getOwnPropertyDescriptor(a, 'length'),
    Object.getOwnPropertyDescriptor(a, a.length),
  ],
  from: (a) => [Array.from(a), Array.from(a, (x) => [x]), new Set(a).size],
  at: (a) => [a.at(0), a.at(-1), a.at(-2), a.at(1000), a.at(-1000)],
  map: (a) => a.map((value, i) => [value, i]),
  filter: (a) => a.filter(odd),
  'map with this': (a) =>
    a.map(
      function (this: { readonly n: number }, _, i) {
        return this.n + i;
      },
      { n: 7 },
    ),
  'the array of callbacks': (a) => a.every((_, __, array) => array === a) && a.map((_, __, array) => array === a),
  reduce: (a) => [a.reduce((m: unknown, x, i) => [m, x, i]), a.reduce((n: number, _, i) => n + i, 0)],
  'reduce from undefined': (a) => a.reduce((m: unknown, x) => [m, x], undefined),
  reduceRight: (a) => a.reduceRight((m: unknown, x, i) => [m, x, i], 'end'),
  forEach: (a) => {
    const seen: unknown[] = [];
    const nothing = a.forEach((...visited) => {
      seen.push(visited.slice(0, 2));
    });
    return [nothing, seen];
  },
  some: (a) => [a.some(odd), a.some(() => false), a.some(() => true)],
  every: (a) => [a.every(odd), a.every(() => true)],
  find: (a) => [a.find(odd), a.find(() => false), a.findIndex(odd), a.findIndex(() => false)],
  findLast: (a) => [a.findLast(odd), a.findLastIndex(odd)],
  indexOf: (a) => [a.indexOf(7), a.lastIndexOf(1), a.includes(Number.NaN), a.includes('nowhere'), a.indexOf(1, -2)],
  slice: (a) => [a.slice(), a.slice(1), a.slice(-2), a.slice(1, -1), a.slice(2, 1), a.slice(0, 99), a.slice(1.7, 3.2)],
  concat: (a) => [a.concat([1]), [1].concat(a as number[]), ([] as unknown[]).concat(a, a)],
  join: (a) => [a.map((x) => typeof x).join('-'), a.filter((x) => typeof x === 'number').join()],
  flat: (a) => [a.flat(), a.flatMap((x) => [x, x])],
  copies: (a) => [a.toReversed(), a.toSpliced(1, 1, 'new'), a.with(0, 'new'), a.toSorted(() => 0)],
  apply: (a) => Reflect.apply((...all: unknown[]) => all, undefined, a),
  json: (a) => JSON.stringify(a.map((x) => (typeof x === 'bigint' ? 'big' : x))),
  'assign to another': (a) => [Object.assign([], a), { ...a }],
  columns: (a) => materializeRows(buildColumns([[0, a]]) ?? { kind: 'columns', rowCount: 0, root: 'none' as never }),
  record: (a) => {
    using out = new ByteWriter();
    new ValueWriter(out).write({ key: 1, values: a });
    return new ValueReader(new ByteReader(out.take())).read();
  },
};

const value = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.double(),
  fc.string(),
  fc.constantFrom(null, undefined, Number.NaN, -0),
  fc.record({ id: fc.integer() }, { noNullPrototype: true }),
  fc.array(fc.integer(), { maxLength: 3 }),
);

describe('spilledGroup', () => {
  const { columns, json, ...rest } = READS;

  it.each(Object.entries(rest))('reads as an array does: %s', (_, read) => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(value, { minLength: 3, maxLength: 20 }), fc.array(fc.integer(), { minLength: 3 })),
        fc.integer({ min: 1, max: 8 }),
        (values, chunk) => {
          expect(read(spilled(values, chunk).group)).toStrictEqual(read([...values]));
        },
      ),
      { seed: 6, numRuns: 25 },
    );
  });

  it('becomes columns and JSON as an array does', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i / 2);
    const { group } = spilled(numbers, 7);
    expect(columns?.(group)).toStrictEqual([[0, numbers]]);
    expect(JSON.stringify({ group })).toBe(JSON.stringify({ group: numbers }));
    expect(json?.(group)).toBe(JSON.stringify(numbers));
  });

  it('cannot be changed, and says so', () => {
    const { group } = spilled([1, 2, 3, 4]);
    const changes: ((a: unknown[]) => unknown)[] = [
      (a) => {
        a[0] = 1;
      },
      (a) => {
        a.length = 0;
      },
      (a) => a.push(1),
      (a) => a.pop(),
      (a) => a.shift(),
      (a) => a.unshift(0),
      (a) => a.sort(),
      (a) => a.reverse(),
      (a) => a.splice(0, 1),
      (a) => a.fill(0),
      (a) => a.copyWithin(0, 1),
      (a) => Object.freeze(a),
      (a) => Reflect.deleteProperty(a, 0),
      (a) => Object.defineProperty(a, 'name', { value: 1 }),
      (a) => Object.setPrototypeOf(a, null),
    ];
    for (const change of changes) expect(() => change(group)).toThrow(/SPILLED_GROUP_READ_ONLY/);
    expect([...group]).toEqual([1, 2, 3, 4]);
  });

  it('shows its first values when it is printed', () => {
    expect(inspect(spilled([1, 2, 3]).group)).toBe('[ 1, 2, 3 ]');
    const long = inspect(spilled(Array.from({ length: 1000 }, (_, i) => i)).group);
    expect(long).toContain('99');
    expect(long).toContain('900 more on disk');
  });

  it('ends with its task', () => {
    const { task, group } = spilled([1, 2, 3, 4]);
    expect(group[0]).toBe(1);
    const values = group[Symbol.iterator]();
    values.next();
    task.spilledGroups[Symbol.dispose]();
    expect(() => group[0]).toThrow(/SPILLED_GROUP_CLOSED/);
    expect(() => [...group]).toThrow(/SPILLED_GROUP_CLOSED/);
    expect(() => [...values]).toThrow(/SPILLED_GROUP_CLOSED/);
    expect(group.length).toBe(4);
  });

  it('holds no file open, and reads a chunk once while it is read on', () => {
    const { task, group } = spilled(
      Array.from({ length: 30 }, (_, i) => i),
      10,
    );
    const before = task.runs().length;
    for (let i = 0; i < group.length; i++) expect(group[i]).toBe(i);
    expect(task.runs()).toHaveLength(before);
  });
});

/**
 * Values of random programs, and the model's own notion of which are equal. It shares no code with the engine's, so
 * that a mistake in one shows in the other.
 */
import fc from 'fast-check';

/** Any value the engine keeps: edge cases of numbers and strings more often than chance would give them. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 0.5, 2 ** 31, -(2 ** 31), 2 ** 53),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', 'a', 'b', 'aa', '1', '\u0000', '\u0000[1,d1', '\ud800', 'é', '__proto__'),
  },
  { weight: 2, arbitrary: fc.constantFrom(null, undefined, true, false, 0n, 1n, -(2n ** 70n)) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, Number.NaN).map((ms) => new Date(ms)) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(1, 'a', null, undefined, -0), { maxLength: 3 }) },
  { weight: 2, arbitrary: fc.record({ id: fc.integer({ min: 0, max: 3 }), name: fc.constantFrom('x', 'y') }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>({ b: 1, a: 2 }, { a: 2, b: 1 }, {}, JSON.parse('{"__proto__": 1}')),
  },
);

/**
 * A text that is the same for equal values and differs for others. As keys (`'key'`), 0 equals -0 and the order of an
 * object's names does not matter; exactly (`'exact'`), both do.
 */
export function show(value: unknown, mode: 'key' | 'exact'): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Object.is(value, -0) && mode === 'exact' ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[${value.map((item) => show(item, mode)).join()}]`;
  const names = mode === 'key' ? Object.keys(value).sort() : Object.keys(value);
  const of = value as Record<string, unknown>;
  return `{${names.map((name) => `${JSON.stringify(name)}:${show(of[name], mode)}`).join()}}`;
}

export const keyText = (value: unknown): string => show(value, 'key');

export const byKeyText = (a: unknown, b: unknown): number => {
  const [left, right] = [keyText(a), keyText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Rows grouped by key: `[key as first seen, values in order]`. */
export function groupRows(pairs: readonly unknown[]): [unknown, unknown[]][] {
  const groups = new Map<string, [unknown, unknown[]]>();
  for (const [key, value] of pairs as [unknown, unknown][]) {
    const text = keyText(key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [key, [value]]);
    else group[1].push(value);
  }
  return [...groups.values()];
}

/** Sorted stably. In boxes, since `Array.sort` puts undefined last whatever the order says. */
export function sortRows<T>(rows: readonly T[], compare: (a: T, b: T) => number): T[] {
  return rows
    .map((row) => ({ row }))
    .sort((a, b) => compare(a.row, b.row))
    .map(({ row }) => row);
}

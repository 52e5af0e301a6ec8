import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buffersOf, receiveValue, shipValue, sizeOfShipped } from '../../../lib/exec/ship-value.ts';

const travel = (value: unknown): unknown => {
  const shipped = shipValue(value, 'value');
  return receiveValue(structuredClone(shipped, { transfer: buffersOf(shipped) }));
};

describe('a value on its way to the driver', () => {
  it.each([undefined, null, true, 0, -0, Number.NaN, 7.5, 5n, '', 'text', '\ud800'])(
    'is itself when primitive: %o',
    (value) => {
      expect(shipValue(value, 'value').kind).toBe('primitive');
      expect(travel(value)).toBe(value);
    },
  );

  it.each<[string, unknown]>([
    ['nothing', []],
    ['holes', Object.assign(new Array<number>(3), { 1: 5 })],
    ['undefined', [undefined, null]],
    ['keys like __proto__', JSON.parse('{"__proto__": 1, "a": {"constructor": 2}}')],
    ['bytes', { bytes: Buffer.from('abc'), view: new Float32Array([1.5]) }],
    ['a wrapped value', { value: undefined }],
    ['a cause', { errors: [new TypeError('x')] }],
  ])('keeps %s', (_, value) => {
    expect(travel(value)).toStrictEqual(value);
  });

  it('keeps a name that was given to a short array', () => {
    const match = Object.assign([1, 2], { index: 3 });
    expect(travel(match)).toStrictEqual(match);
  });

  it('keeps long arrays as rows, of numbers, of objects, of anything', () => {
    const makers: readonly ((i: number) => unknown)[] = [
      (i) => i,
      (i) => (i % 7 === 0 ? -0 : i / 3),
      (i) => [i, [i]],
      (i) => ({ id: i, name: `n${i % 5}`, tags: [i] }),
      (i) => (i % 2 === 0 ? { odd: i } : `s${i}`),
      () => undefined,
    ];
    for (const make of makers) {
      const rows = Array.from({ length: 20_000 }, (_, i) => make(i));
      expect(shipValue(rows, 'value').kind).toBe('rows');
      expect(travel(rows)).toStrictEqual(rows);
    }
  });

  it('keeps long arrays that have holes', () => {
    const sparse = Array.from({ length: 3000 }, (_, i) => i) as unknown[];
    delete sparse[5];
    sparse.length = 4000;
    expect(travel(sparse)).toStrictEqual(sparse);
  });

  it('gives buffers that are whole, and tells their size', () => {
    const shipped = shipValue(
      Array.from({ length: 20_000 }, (_, i) => ({ i })),
      'value',
    );
    const total = buffersOf(shipped).reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(sizeOfShipped(shipped)).toBe(total);
  });

  it('keeps any value as structured clone does', () => {
    const any = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true });
    const many = fc
      .tuple(fc.anything({ maxDepth: 1, maxKeys: 2 }), fc.integer())
      .map((some) => Array(600).fill(some).flat());
    for (const [values, numRuns] of [
      [any, 200],
      [many, 20],
    ] as const) {
      fc.assert(
        fc.property(values, (value) => {
          expect(travel(value)).toEqual(structuredClone(value));
        }),
        { numRuns, seed: 7 },
      );
    }
  });
});

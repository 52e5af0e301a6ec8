import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { readColumn } from '../../../formats/record/column-reader.ts';
import { writeColumn } from '../../../formats/record/column-writer.ts';
import { rowAt } from '../../../formats/record/row-at.ts';
import type { Column } from '../../../formats/schema/batch.ts';
import { expectSame } from './same-value.ts';

const marks = Uint8Array.of(0, 1, 2);
const columns: readonly Column[] = [
  { kind: 'int', values: Int8Array.of(-1, 0, 1), nulls: undefined },
  { kind: 'int', values: Uint8Array.of(255, 0, 0), nulls: marks },
  { kind: 'int', values: Int16Array.of(-300, 0, 1), nulls: undefined },
  { kind: 'int', values: Uint16Array.of(60_000, 0, 1), nulls: undefined },
  { kind: 'int', values: Int32Array.of(-(2 ** 31), 0, 1), nulls: undefined },
  { kind: 'double', values: Float64Array.of(-0, Number.NaN, 1.5), nulls: undefined },
  { kind: 'boolean', values: Uint8Array.of(1, 0, 1), nulls: marks },
  { kind: 'dictionary', codes: Uint8Array.of(1, 0, 0), dictionary: ['x', 'é'], nulls: undefined },
  { kind: 'dictionary', codes: Uint16Array.of(0, 0, 0), dictionary: [], nulls: Uint8Array.of(1, 2, 1) },
  { kind: 'string', values: ['', 'a\ud800', 'é'], nulls: undefined },
  { kind: 'string', values: ['a', '', ''], nulls: marks },
  { kind: 'date', values: Float64Array.of(0, Number.NaN, 1), nulls: marks },
  { kind: 'bigint', values: BigInt64Array.of(-1n, 0n, 2n ** 63n - 1n), nulls: undefined },
  { kind: 'object', names: [], fields: [], nulls: marks },
  { kind: 'object', names: [], fields: [], nulls: undefined },
  { kind: 'tuple', items: [], nulls: undefined },
  {
    kind: 'object',
    names: ['constructor', 'b'],
    fields: [
      { kind: 'boolean', values: Uint8Array.of(1, 0, 1), nulls: undefined },
      { kind: 'tuple', items: [{ kind: 'string', values: ['p', 'q', 'r'], nulls: undefined }], nulls: marks },
    ],
    nulls: undefined,
  },
  {
    kind: 'list',
    offsets: Int32Array.of(0, 2, 2, 3),
    item: { kind: 'double', values: Float64Array.of(1, 2, 3.5), nulls: undefined },
    nulls: marks,
  },
  { kind: 'value', values: [new Map([[1, 2]]), null, [undefined]], nulls: undefined },
];

function written(column: Column, count = 3): Uint8Array {
  const out = new ByteWriter();
  writeColumn(out, column, count, 0);
  return out.take();
}

describe('the column writer', () => {
  it.each(columns.map((column) => [column.kind, column] as const))(
    'writes what the reader gives back: %s',
    (_, column) => {
      const source = new ByteReader(written(column));
      const read = readColumn(source, 3);
      source.end();
      expect(read.kind).toBe(column.kind);
      expectSame(read.nulls, column.nulls);
      expectSame(
        [0, 1, 2].map((i) => rowAt(read, i)),
        [0, 1, 2].map((i) => rowAt(column, i)),
      );
    },
  );

  it('spends a byte on every entry of empty objects and tuples', () => {
    expect(written({ kind: 'object', names: [], fields: [], nulls: undefined }, 1000).length).toBeGreaterThan(1000);
    expect(written({ kind: 'tuple', items: [], nulls: undefined }, 1000).length).toBeGreaterThan(1000);
  });

  it('writes numbers once that are an item of a tuple twice in a row, and reads them as one column', () => {
    const numbers = Float64Array.from({ length: 16 }, (_, i) => i / 2);
    const double = (values: Float64Array): Column => ({ kind: 'double', values, nulls: undefined });
    const tuple = (...items: Column[]): Column => ({ kind: 'tuple', items, nulls: undefined });
    const once = written(tuple(double(numbers)), 16).length;
    const root = readColumn(
      new ByteReader(written(tuple(double(numbers), double(numbers.slice()), double(numbers)), 16)),
      16,
    );
    expect(written(tuple(double(numbers), double(numbers.slice())), 16)).toHaveLength(once + 1);
    expect(root.kind === 'tuple' && root.items[1] === root.items[0] && root.items[2] === root.items[0]).toBe(true);
    const other = numbers.slice();
    other[0] = -0;
    expect(written(tuple(double(numbers), double(other)), 16).length).toBeGreaterThan(2 * 16 * 8);
    const few = numbers.slice(0, 15);
    expect(written(tuple(double(few), double(few)), 15).length).toBeGreaterThan(2 * 15 * 8);
  });

  it('refuses columns of another length than their batch: such a frame could not be read', () => {
    for (const column of columns) {
      if (column.kind === 'object' || column.kind === 'tuple') continue;
      expect(() => written(column, 2)).toThrow('INTERNAL');
    }
    const short: Column = { kind: 'object', names: ['a'], fields: [columns[0] as Column], nulls: Uint8Array.of(0, 0) };
    expect(() => written(short, 3)).toThrow('INTERNAL');
  });

  it('names the path of what cannot be stored', () => {
    const bad: Column = { kind: 'value', values: [1, Symbol('s')], nulls: undefined };
    const column: Column = {
      kind: 'tuple',
      items: [{ kind: 'object', names: ['a b'], fields: [bad], nulls: undefined }],
      nulls: undefined,
    };
    expect(() => written(column, 2)).toThrow('record[0]["a b"] is a symbol');
  });
});

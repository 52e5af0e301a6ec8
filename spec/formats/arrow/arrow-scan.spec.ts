import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArrow } from '../../../formats/arrow/arrow-file.ts';
import { ArrowScan, type ArrowScanOptions } from '../../../formats/arrow/arrow-scan.ts';
import { bindPredicate, findField } from '../../../formats/scan/bind-predicate.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { SAMPLE_VALUES, sampleBytes } from '../../support/arrow-samples.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { readArrow } from '../../support/read-arrow.ts';
import { vectorValues } from '../../support/vector-values.ts';
import { writeArrowRows } from '../../support/write-arrow.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const STRING: DataType = { kind: 'string' };
const STRUCT: DataType = { kind: 'struct', fields: [field('a', INT), field('b', STRING)] };
const FIELDS = [field('id', INT), field('name', STRING), field('s', STRUCT)];

const rowsFrom = (from: number) =>
  Array.from({ length: 100 }, (_, i) => ({ id: from + i, name: `name ${from + i}`, s: { a: i, b: 'x'.repeat(50) } }));
const BYTES = writeArrowRows({ fields: FIELDS }, [rowsFrom(0), rowsFrom(100), rowsFrom(200)]);

function scan(bytes: Uint8Array, options: Partial<ArrowScanOptions> & { where?: Condition } = {}) {
  const source = new ByteArraySource(bytes, 'a.arrow');
  const file = openArrow(source);
  const { where, ...rest } = options;
  const predicate =
    where &&
    bindPredicate(
      where.predicate,
      (column) => {
        const found = findField(file.schema, column);
        return { kind: 'column', path: found?.path ?? [], type: found?.field.type ?? STRING };
      },
      'a.arrow',
    );
  source.reads.length = 0;
  const batches = [
    ...new ArrowScan(file, { columns: file.schema.fields, batchRows: 64, predicate, ...rest }).batches(),
  ];
  const columns = (batches[0]?.fields ?? []).map((_, c) =>
    batches.flatMap(({ vectors }) => vectors.slice(c, c + 1).flatMap(vectorValues)),
  );
  return { batches, columns, bytesRead: source.reads.reduce((sum, { length }) => sum + length, 0) };
}

describe('ArrowScan', () => {
  it('reads what another writer wrote: 200,000 flights, as JSON has them', () => {
    const data = join(import.meta.dirname, '../../../node_modules/vega-datasets/data');
    const found = readArrow(readFileSync(join(data, 'flights-200k.arrow')));
    const expected = JSON.parse(readFileSync(join(data, 'flights-200k.json'), 'utf8')) as Record<string, number>[];
    expect(expected).toHaveLength(200_000);
    for (const name of ['delay', 'distance']) expect(found.get(name)?.values).toEqual(expected.map((row) => row[name]));
    expect(found.get('time')?.values).toEqual(expected.map(({ time }) => Math.fround(time as number)));
  });

  it.each(['file', 'stream'] as const)('reads all types of columns of a %s', (format) => {
    const found = readArrow(sampleBytes(format));
    expect(Object.fromEntries([...found].map(([name, { values }]) => [name, values]))).toEqual(SAMPLE_VALUES);
  });

  it('gives batches of at most so many rows', () => {
    expect(scan(BYTES).batches.map(({ rowCount }) => rowCount)).toEqual([64, 36, 64, 36, 64, 36]);
    expect(scan(BYTES).columns[0]).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('reads no column, and no part of a struct, that nobody asks for', () => {
    const all = scan(BYTES).bytesRead;
    const ids = scan(BYTES, { columns: [{ name: 'id' }] });
    expect(ids.columns).toEqual([Array.from({ length: 300 }, (_, i) => i)]);
    expect(ids.bytesRead).toBeLessThan(all / 5);
    const part: DataType = { kind: 'struct', fields: [field('a', INT)] };
    const ofStruct = scan(BYTES, { columns: [{ name: 's', type: part }] });
    expect(ofStruct.columns[0]?.[7]).toEqual([['a', 7]]);
    expect(ofStruct.bytesRead).toBeLessThan(all / 3);
  });

  it('keeps the rows that match, and reads no other columns of batches without any', () => {
    const some = scan(BYTES, { where: col('id').between(150, 152) });
    expect(some.columns.slice(0, 2)).toEqual([
      [150, 151, 152],
      ['name 150', 'name 151', 'name 152'],
    ]);
    expect(some.bytesRead).toBeLessThan(scan(BYTES).bytesRead / 2);
    const nested = scan(BYTES, { columns: [{ name: 'id' }], where: col('s.a').eq(5) });
    expect(nested.columns).toEqual([[5, 105, 205]]);
    expect(scan(BYTES, { where: col('id').gt(1000) }).batches).toEqual([]);
    const none = scan(BYTES, { where: col('id').in() });
    expect([none.batches, none.bytesRead]).toEqual([[], 0]);
  });

  it('keeps rows of dictionaries', () => {
    const where = col('code').eq('code 1');
    for (const format of ['file', 'stream'] as const) {
      const { columns } = scan(sampleBytes(format), { columns: [{ name: 'code' }, { name: 'n' }], where });
      expect(columns).toEqual([
        ['code 1', 'code 1'],
        [3, 5],
      ]);
    }
  });

  it('reads every batch in one part, wherever a file is cut', () => {
    for (const length of [100, 1000, 7777, BYTES.length]) {
      const found: unknown[] = [];
      for (let start = 0; start < BYTES.length; start += length) {
        found.push(...(scan(BYTES, { columns: [{ name: 'id' }], part: { start, length } }).columns[0] ?? []));
      }
      expect(found).toEqual(Array.from({ length: 300 }, (_, i) => i));
    }
  });
});

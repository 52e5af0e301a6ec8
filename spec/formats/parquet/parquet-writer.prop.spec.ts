import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type DataType, type Field, field, type Schema } from '../../../formats/schema/data-type.ts';
import { queryDuckDbJson } from '../../support/duckdb.ts';
import { readColumnsOf, writeRows } from '../../support/write-parquet.ts';

const directory = mkdtempSync(join(tmpdir(), 'cairn-parquet-'));
afterAll(() => rmSync(directory, { recursive: true }));

const leafType: fc.Arbitrary<DataType> = fc.constantFrom<DataType[]>(
  { kind: 'boolean' },
  { kind: 'int', bits: 32, signed: true },
  { kind: 'int', bits: 64, signed: true },
  { kind: 'float', bits: 64 },
  { kind: 'string' },
);

const { type: anyType } = fc.letrec<{ type: DataType; field: Field }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
    leafType,
    tie('field').map((element): DataType => ({ kind: 'list', element: { ...element, name: 'element' } })),
    fc
      .array(tie('field'), { minLength: 1, maxLength: 3 })
      .map((fields): DataType => ({ kind: 'struct', fields: fields.map((each, i) => ({ ...each, name: `f${i}` })) })),
    tie('field').map(
      (value): DataType => ({
        kind: 'map',
        key: field('key', { kind: 'string' }, false),
        value: { ...value, name: 'value' },
      }),
    ),
  ),
  field: fc.record({ name: fc.constant('x'), type: tie('type'), nullable: fc.boolean() }),
}));

/** Few values, or many: for runs, for dictionaries and for what has none. */
function anyValue(each: Pick<Field, 'type' | 'nullable'>): fc.Arbitrary<unknown> {
  const present = presentValue(each.type);
  return each.nullable
    ? fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: present })
    : present;
}

function presentValue(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean();
    case 'int':
      if (type.bits === 64) return fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constant(7n));
      return fc.oneof(fc.integer(), fc.integer({ min: 0, max: 3 }));
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'string':
      return fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', 'a', 'b'));
    case 'list':
      return fc.array(anyValue(type.element), { maxLength: 4 });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), anyValue(type.value)), {
          maxLength: 3,
          selector: ([k]) => k,
        })
        .map((entries) => new Map(entries));
    case 'struct':
      return fc.record(Object.fromEntries(type.fields.map((each) => [each.name, anyValue(each)])));
    default:
      return fc.constant(null);
  }
}

/** A value as `vectorValue` has it. */
function plain(type: DataType, value: unknown): unknown {
  if (value === null) return null;
  if (type.kind === 'list') return (value as unknown[]).map((each) => plain(type.element.type, each));
  if (type.kind === 'map') return [...(value as Map<string, unknown>)].map(([k, v]) => [k, plain(type.value.type, v)]);
  if (type.kind !== 'struct') return value;
  return type.fields.map((each) => [each.name, plain(each.type, (value as Record<string, unknown>)[each.name])]);
}

/** A value as DuckDB has it in JSON. */
function json(type: DataType, value: unknown): unknown {
  if (value === null) return null;
  if (typeof value === 'bigint') return String(value);
  if (type.kind === 'list') return (value as unknown[]).map((each) => json(type.element.type, each));
  if (type.kind === 'map') {
    return [...(value as Map<string, unknown>)].map(([key, v]) => ({ key, value: json(type.value.type, v) }));
  }
  if (type.kind !== 'struct') return value;
  return Object.fromEntries(
    type.fields.map((each) => [each.name, json(each.type, (value as Record<string, unknown>)[each.name])]),
  );
}

const table = fc
  .array(fc.record({ name: fc.constant('x'), type: anyType, nullable: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .chain((columns) => {
    const fields = columns.map((each, i) => ({ ...each, name: `c${i}` }));
    const row = fc.record(Object.fromEntries(fields.map((each) => [each.name, anyValue(each)])));
    return fc.record({ schema: fc.constant<Schema>({ fields }), rows: fc.array(row, { maxLength: 60 }) });
  });

const options = fc.record({
  codec: fc.constantFrom('none' as const, 'snappy' as const, 'lz4_raw' as const, 'gzip' as const),
  rowGroupRows: fc.integer({ min: 1, max: 40 }),
  pageRows: fc.integer({ min: 1, max: 20 }),
  pageBytes: fc.constantFrom(16, 100, 1_000_000),
  dictionaryBytes: fc.constantFrom(0, 20, 1_000_000),
  byteStreamSplit: fc.boolean(),
});

describe('any table', () => {
  it('reads back as it was written, by us and by DuckDB', async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(table, options, async ({ schema, rows }, some) => {
        const bytes = writeRows(schema, rows, some);
        const columns = schema.fields.map((each) => rows.map((row) => plain(each.type, row[each.name])));
        expect(readColumnsOf(bytes)).toEqual(columns);
        const path = join(directory, `${files++}.parquet`);
        writeFileSync(path, bytes);
        const found = await queryDuckDbJson(`select * from '${path}'`);
        expect(found).toEqual(rows.map((row) => schema.fields.map((each) => json(each.type, row[each.name]))));
      }),
      { numRuns: 150, seed: 5 },
    );
  });
});

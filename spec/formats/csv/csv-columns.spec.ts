import { describe, expect, it } from 'vitest';
import type { ScalarType } from '../../../formats/text/text-type.ts';
import { batchesOfCsv, type CsvReading } from '../../support/read-csv.ts';

/** The column that a text of one column gives. */
function columnOf(type: ScalarType, values: readonly string[], reading: CsvReading = {}): unknown {
  const text = `a\n${values.map((value) => `${value}\n`).join('')}`;
  const [batch] = batchesOfCsv(text, { schema: [['a', type]], ...reading });
  return batch?.kind === 'columns' && batch.root.kind === 'object' ? batch.root.fields[0] : undefined;
}

const nulls = (...marks: number[]): Uint8Array => Uint8Array.from(marks);

describe('makeColumnParser', () => {
  it('makes columns of each type, with marks where something is missing', () => {
    expect(columnOf('int32', ['-1', '', 'x', '3000000000'])).toEqual({
      kind: 'int',
      values: Int8Array.from([-1, 0, 0, 0]),
      nulls: nulls(0, 1, 1, 1),
    });
    expect(columnOf('int64', ['3000000000', '1'])).toEqual({
      kind: 'double',
      values: Float64Array.from([3e9, 1]),
      nulls: undefined,
    });
    expect(columnOf('bigint', ['-9223372036854775808', '9223372036854775808'])).toEqual({
      kind: 'bigint',
      values: BigInt64Array.from([-(2n ** 63n), 0n]),
      nulls: nulls(0, 1),
    });
    expect(columnOf('double', ['1', '""', '1"'])).toEqual({
      kind: 'double',
      values: Float64Array.from([1, 0, 0]),
      nulls: nulls(0, 1, 1),
    });
    expect(columnOf('boolean', ['true', 'no'])).toEqual({
      kind: 'boolean',
      values: nulls(1, 0),
      nulls: nulls(0, 1),
    });
    expect(columnOf('date', ['1970-01-02', '1970-01-02 00:00'])).toEqual({
      kind: 'date',
      values: Float64Array.from([86_400_000, 0]),
      nulls: nulls(0, 1),
    });
    expect(columnOf('timestamp', ['1970-01-01T00:00:01+00:00'])).toEqual({
      kind: 'date',
      values: Float64Array.from([1000]),
      nulls: undefined,
    });
  });

  it('takes quoted numbers, and null values quoted or not', () => {
    expect(columnOf('int32', ['"5"', '"NA"'], { nullValues: ['NA'], mode: 'FAILFAST' })).toEqual({
      kind: 'int',
      values: nulls(5, 0),
      nulls: nulls(0, 1),
    });
  });

  it('keeps marks once there were some, so that batches have one form', () => {
    const text = 'a\n\n1\n2\n';
    const found = batchesOfCsv(text, { schema: [['a', 'int32']], maxRows: 1 });
    const marks = found.map((batch) =>
      batch.kind === 'columns' && batch.root.kind === 'object' ? batch.root.fields[0]?.nulls : undefined,
    );
    expect(marks).toEqual([nulls(1), nulls(0), nulls(0)]);
  });
});

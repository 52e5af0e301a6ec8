import { describe, expect, it } from 'vitest';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { parquetScanOptions, READ_PARQUET_OPTIONS } from '../../../lib/api/read-parquet-options.ts';

describe('parquetScanOptions', () => {
  it('has what is safe where nothing is said', () => {
    const defaults = { int64: 'auto', timestamp: 'date', decimal: 'string' };
    const open = { columns: undefined, where: undefined, partitionTypes: undefined };
    expect(parquetScanOptions({})).toEqual({ ...open, ...defaults });
    expect(READ_PARQUET_OPTIONS).toContain('where');
  });

  it('takes conditions apart into plain data', () => {
    const where = col('a')
      .gt(1)
      .and(col(['b', 'c']).startsWith('x').or(col('d').in(1n, 2), col('e').isNull()).not());
    const made = parquetScanOptions({ columns: ['a', ['b', 'c']], where, int64: 'bigint' });
    expect(structuredClone(made)).toEqual(made);
    expect(parquetScanOptions({ partitionTypes: { zip: 'string' } }).partitionTypes).toEqual([
      { name: 'zip', type: { kind: 'string' }, nullable: true },
    ]);
    expect(made.where).toEqual(where.predicate);
  });

  it('raises INVALID_ARGUMENT for anything else', () => {
    const parse = (options: object) => () => parquetScanOptions(options as never);
    expect(parse({ int64: 'exact' })).toThrow(/INVALID_ARGUMENT.*'auto', 'bigint', 'number'/s);
    expect(parse({ columns: 'a' })).toThrow(/INVALID_ARGUMENT/);
    expect(parse({ partitionTypes: 'text' })).toThrow(
      /INVALID_ARGUMENT: parquet: partitionTypes must be types by column/,
    );
    for (const type of ['boolean', 'int8', 'uint32', 'float', 'decimal(9,2)', 'list<string>']) {
      expect(parse({ partitionTypes: { a: type } }), type).toThrow(/INVALID_ARGUMENT.*string, int32, int64, double/);
    }
    expect(parse({ partitionTypes: { a: 'text' } })).toThrow(/TYPE_UNKNOWN/);
    expect(parse({ columns: [1] })).toThrow(/INVALID_ARGUMENT/);
    expect(parse({ where: { a: 1 } })).toThrow(/INVALID_ARGUMENT.*col\('delay'\)/s);
    expect(parse({ where: col('a').eq(null as never) })).toThrow(/INVALID_ARGUMENT.*isNull\(\)/s);
    expect(parse({ where: col('a').in(1, undefined as never) })).toThrow(/INVALID_ARGUMENT/);
    expect(parse({ where: col('a').startsWith(5 as never) })).toThrow(/INVALID_ARGUMENT/);
    expect(parse({ where: col(5 as never).eq(5) })).toThrow(/INVALID_ARGUMENT.*names of columns/s);
    let deep: Condition = col('a').eq(1);
    for (let i = 0; i < 1000; i++) deep = deep.or(col('a').eq(i));
    expect(parse({ where: deep })).toThrow(/INVALID_ARGUMENT.*500 deep/s);
  });
});

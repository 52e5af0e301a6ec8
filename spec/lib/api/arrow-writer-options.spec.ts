import { describe, expect, it } from 'vitest';
import { field } from '../../../formats/schema/data-type.ts';
import { arrowChoices, arrowOptions } from '../../../lib/api/arrow-writer-options.ts';

describe('options of write.arrow', () => {
  it('are what is best where nothing is said', () => {
    expect(arrowChoices({})).toEqual({ codec: 'none', batchRows: 16_384, partitionBy: [], schema: undefined });
    expect(arrowChoices({ schema: { a: 'string not null' }, partitionBy: 'a', codec: 'zstd' })).toMatchObject({
      codec: 'zstd',
      partitionBy: ['a'],
      schema: { fields: [field('a', { kind: 'string' }, false)] },
    });
  });

  it('raise errors for others', () => {
    const choose = (options: object) => () => arrowChoices(options);
    expect(choose({ codec: 'snappy' })).toThrow(/INVALID_ARGUMENT.*arrow.*none, zstd/s);
    expect(choose({ batchRows: 0 })).toThrow(/INVALID_ARGUMENT/);
    expect(choose({ rowGroupRows: 5 })).toThrow(/INVALID_ARGUMENT/);
    expect(choose({ partitionBy: ['a', 'a'] })).toThrow(/INVALID_ARGUMENT.*arrow/s);
    expect(choose({ schema: { a: 'strin' } })).toThrow(/TYPE_UNKNOWN/);
  });

  it('know the columns of directories', () => {
    const schema = { fields: [field('a', { kind: 'string' })] };
    expect(arrowOptions(arrowChoices({ partitionBy: 'a' }), schema, 'out')).toMatchObject({
      schema,
      partitionBy: ['a'],
    });
    expect(() => arrowOptions(arrowChoices({ partitionBy: 'b' }), schema, 'out')).toThrow(/COLUMN_NOT_FOUND.*'b'/s);
  });
});

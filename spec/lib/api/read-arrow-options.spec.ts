import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { arrowScanOptions, READ_ARROW_OPTIONS } from '../../../lib/api/read-arrow-options.ts';

describe('arrowScanOptions', () => {
  it('has what is safe where nothing is said', () => {
    const defaults = { int64: 'bigint', timestamp: 'date', decimal: 'string' };
    const open = { columns: undefined, where: undefined, partitionTypes: undefined };
    expect(arrowScanOptions({})).toEqual({ ...open, ...defaults });
    expect(READ_ARROW_OPTIONS).toContain('columns');
  });

  it('takes conditions apart into plain data', () => {
    const made = arrowScanOptions({ columns: ['a', ['b', 'c']], where: col('a').gt(1), int64: 'number' });
    expect(structuredClone(made)).toEqual(made);
  });

  it('raises INVALID_ARGUMENT for anything else', () => {
    const parse = (options: object) => () => arrowScanOptions(options as never);
    expect(parse({ int64: 'auto' })).toThrow(/INVALID_ARGUMENT.*arrow.*'bigint', 'number'/s);
    expect(parse({ partitionTypes: { a: 'boolean' } })).toThrow(/INVALID_ARGUMENT.*arrow: partitionTypes/s);
    expect(parse({ columns: 'a' })).toThrow(/INVALID_ARGUMENT.*arrow/s);
    expect(parse({ where: { a: 1 } })).toThrow(/INVALID_ARGUMENT.*arrow.*col\('delay'\)/s);
  });
});

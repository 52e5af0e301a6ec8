import { describe, expect, it } from 'vitest';
import { ALWAYS, NEVER } from '../../../formats/scan/bind-predicate.ts';
import { orderedValue, selectRows } from '../../../formats/scan/select-rows.ts';
import { pointSet } from '../../../formats/scan/value-set.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';
import { booleanVector, dictionaryVector, int64Vector, numberVector, wideVector } from '../../support/vectors.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const ULONG: DataType = { kind: 'int', bits: 64, signed: false };

describe('selectRows', () => {
  it('takes everything, or nothing, without looking', () => {
    expect([...selectRows(ALWAYS, [], 3)]).toEqual([0, 1, 2]);
    expect([...selectRows(NEVER, [], 3)]).toEqual([]);
  });

  it('answers for columns of nothing but missing values', () => {
    const vector = { layout: 'null', type: { kind: 'null' }, length: 2, validity: undefined, nullCount: 2 } as const;
    expect([...selectRows({ kind: 'null', column: 0 }, [vector], 2)]).toEqual([0, 1]);
    expect([...selectRows({ kind: 'present', column: 0 }, [vector], 2)]).toEqual([]);
  });

  it('searches where there are many values to be equal to', () => {
    const set = pointSet('integer', [2n, 4n, 6n, 8n, 10n, 12n]);
    const test = { kind: 'values', column: 0, set } as const;
    const values = Array.from({ length: 14 }, (_, i) => i);
    expect([...selectRows(test, [numberVector(INT, values)], 14)]).toEqual([2, 4, 6, 8, 10, 12]);
    expect([...selectRows(test, [int64Vector(ULONG, values.map(BigInt))], 14)]).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it('gives single values as sets order them', () => {
    const decimal: DataType = { kind: 'decimal', precision: 30, scale: 2 };
    expect(orderedValue(wideVector(decimal, [-(10n ** 25n)]), 0)).toBe(-(10n ** 25n));
    expect(orderedValue(int64Vector(ULONG, [2n ** 64n - 1n]), 0)).toBe(2n ** 64n - 1n);
    expect(orderedValue(booleanVector([true]), 0)).toBe(1n);
    expect(orderedValue(dictionaryVector({ kind: 'string' }, ['a', 'b']), 1)).toEqual(Uint8Array.of(98));
    expect(orderedValue(numberVector(INT, [7]), 0)).toBe(7n);
  });
});

import { describe, expect, it } from 'vitest';
import { nothingInferred, widenByRecord } from '../../../lib/api/infer-functions.ts';
import { travelAll } from '../../support/travel.ts';

describe('functions that tell a schema', () => {
  it('take in a record after the other, and name the format in errors', () => {
    const widen = widenByRecord('Parquet');
    expect(widen(nothingInferred(), { a: true })).toEqual({
      kind: 'struct',
      names: ['a'],
      fields: [{ kind: 'boolean' }],
    });
    expect(() => widen(nothingInferred(), { a: () => 1 })).toThrow(/written as Parquet/);
  });

  it('travel by name', async () => {
    const [widen, nothing] = await travelAll([widenByRecord('Parquet'), nothingInferred]);
    expect(widen(nothing(), { a: 1 })).toEqual(widenByRecord('Parquet')(nothingInferred(), { a: 1 }));
  });
});

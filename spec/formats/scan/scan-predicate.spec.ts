import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import {
  columnsOfPredicate,
  conjunctsOf,
  formatPredicate,
  formatValue,
  predicateIdentity,
} from '../../../formats/scan/scan-predicate.ts';

const condition = col('delay')
  .gt(15)
  .and(col(['to', 'state']).in('CA', 'NV').or(col('tag').startsWith('a'), col('tag').isNull()))
  .and(col('on').ne(true).not());

describe('ScanPredicate', () => {
  it('prints as Spark prints pushed filters', () => {
    expect(conjunctsOf(condition.predicate).map(formatPredicate)).toEqual([
      'GreaterThan(delay,15)',
      'Or(Or(In(to.state, [CA,NV]),StringStartsWith(tag,a)),IsNull(tag))',
      'Not(Not(EqualTo(on,true)))',
    ]);
    expect(formatPredicate({ kind: 'or', of: [] })).toBe('AlwaysFalse()');
  });

  it('names its columns', () => {
    expect(columnsOfPredicate(condition.predicate)).toEqual(['delay', ['to', 'state'], 'tag', 'tag', 'on']);
  });

  it('is plain data that can be cloned', () => {
    expect(structuredClone(condition.predicate)).toEqual(condition.predicate);
  });

  it('has an identity that tells types and negative zero apart', () => {
    const of = (value: number | bigint | string | Date) =>
      JSON.stringify(predicateIdentity(col('x').eq(value).predicate));
    const distinct = [of(0), of(-0), of(0n), of('0'), of(new Date(0)), of('1970-01-01T00:00:00.000Z')];
    expect(new Set(distinct).size).toBe(distinct.length);
    expect(JSON.stringify(predicateIdentity(condition.predicate))).toContain('startsWith');
    expect(formatValue(Uint8Array.of(1, 255))).toBe("X'01ff'");
    expect(formatValue(new Date(Number.NaN))).toBe('Invalid Date');
  });
});

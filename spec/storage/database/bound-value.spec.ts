import { describe, expect, it } from 'vitest';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { endLimit, lowLimit, pointLimit } from '../../../storage/database/bound-value.ts';
import { tableColumn } from '../../support/databases.ts';

const integers = tableColumn('i', parseType('int64'), { order: 'integer' });
const floats = tableColumn('f', parseType('double'), { order: 'float' });
const texts = tableColumn('t', parseType('string'), { order: 'text' });
const times = tableColumn('at', parseType('timestamp(micros, zone)'), { order: 'timestamp' });

describe('limits of ranges', () => {
  it('of integers are said within what the column holds', () => {
    expect(lowLimit('sqlite', integers, 5n)).toEqual({ operator: '>=', value: 5n });
    expect(lowLimit('sqlite', integers, -(2n ** 63n))).toBe('all');
    expect(lowLimit('sqlite', integers, 2n ** 63n)).toBe('none');
    expect(endLimit('sqlite', integers, 2n ** 63n)).toBe('all');
    expect(endLimit('sqlite', integers, -(2n ** 63n))).toBe('none');
    expect(pointLimit('sqlite', integers, 2n ** 63n)).toBe('none');
    expect(lowLimit('mysql', tableColumn('u', parseType('uint64')), 0n)).toBeUndefined();
  });

  it('of floats know which databases have a NaN', () => {
    expect(lowLimit('postgres', floats, Number.NaN)).toEqual({ operator: '>=', value: Number.NaN });
    expect(lowLimit('sqlite', floats, Number.NaN)).toBe('none');
    expect(endLimit('sqlite', floats, Number.NaN)).toBe('all');
    expect(endLimit('mysql', floats, Number.POSITIVE_INFINITY)).toBe('all');
    expect(lowLimit('mysql', floats, Number.NEGATIVE_INFINITY)).toBe('all');
    expect(endLimit('mysql', floats, Number.NEGATIVE_INFINITY)).toBe('none');
    expect(pointLimit('mysql', floats, Number.POSITIVE_INFINITY)).toBe('none');
  });

  it('of decimals have all their digits', () => {
    const decimals = tableColumn('d', parseType('decimal(4,2)'), { order: 'decimal' });
    expect(lowLimit('postgres', decimals, -1250n)).toEqual({ operator: '>=', value: '-12.50' });
    expect(endLimit('postgres', decimals, 10_000n)).toBe('all');
  });

  it('of texts end where the next text begins', () => {
    expect(lowLimit('sqlite', texts, Buffer.from('b\0'))).toEqual({ operator: '>', value: 'b' });
    expect(endLimit('sqlite', texts, Buffer.from('b\0'))).toEqual({ operator: '<=', value: 'b' });
    expect(endLimit('sqlite', texts, Buffer.from('b'))).toEqual({ operator: '<', value: 'b' });
    expect(endLimit('sqlite', texts, Buffer.from([0xc3, 0xff]))).toBeUndefined();
    expect(endLimit('mysql', texts, Buffer.from([0xc3, 0xff]))).toMatchObject({ operator: '<' });
    expect(pointLimit('postgres', texts, Buffer.from('a\0b'))).toBe('none');
    expect(lowLimit('postgres', texts, Buffer.from('a\0b'))).toBeUndefined();
    expect(pointLimit('sqlite', texts, Buffer.from('\ufffd'))).toBeUndefined();
    expect(lowLimit('sqlite', { ...texts, order: 'equality' }, Buffer.from('b'))).toBeUndefined();
  });

  it('of times are texts in UTC, in years that all write alike', () => {
    expect(pointLimit('postgres', times, 1_500_001n)).toEqual({
      operator: '=',
      value: '1970-01-01 00:00:01.500001+00',
    });
    expect(lowLimit('postgres', times, -1n)).toEqual({ operator: '>=', value: '1969-12-31 23:59:59.999999+00' });
    expect(lowLimit('postgres', times, 2n ** 62n)).toBeUndefined();
    const days = tableColumn('d', parseType('date'), { order: 'date' });
    expect(endLimit('mysql', days, 2_932_896n)).toEqual({ operator: '<', value: '9999-12-31' });
    expect(endLimit('mysql', days, 2_932_897n)).toBeUndefined();
  });

  it('of UUIDs are UUIDs', () => {
    const uuids = tableColumn('u', parseType('uuid'), { order: 'uuid' });
    const bytes = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const value = '00112233-4455-6677-8899-aabbccddeeff';
    expect(pointLimit('postgres', uuids, bytes)).toEqual({ operator: '=', value });
    expect(endLimit('postgres', uuids, Buffer.concat([bytes, Buffer.from([0])]))).toEqual({ operator: '<=', value });
    expect(lowLimit('postgres', uuids, Buffer.from([1]))).toBeUndefined();
  });
});

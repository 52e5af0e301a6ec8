import { describe, expect, it } from 'vitest';
import { comparableWith, domainOf, placeLiteral } from '../../../formats/scan/bind-literal.ts';
import type { DataType } from '../../../formats/schema/data-type.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const DOUBLE: DataType = { kind: 'float', bits: 64 };
const MONEY: DataType = { kind: 'decimal', precision: 9, scale: 2 };
const DATE: DataType = { kind: 'date' };
const MICROS: DataType = { kind: 'timestamp', unit: 'micros', withZone: true };
const TIME: DataType = { kind: 'time', unit: 'millis' };

describe('placeLiteral', () => {
  it('places numbers among integers exactly', () => {
    expect(placeLiteral(INT, 3)).toEqual({ from: 3n, to: 4n });
    expect(placeLiteral(INT, 2.5)).toEqual({ from: 3n, to: 3n });
    expect(placeLiteral(INT, -2.5)).toEqual({ from: -2n, to: -2n });
    expect(placeLiteral(INT, -0)).toEqual({ from: 0n, to: 1n });
    expect(placeLiteral(INT, 2n ** 70n)).toEqual({ from: 2n ** 70n, to: 2n ** 70n + 1n });
    expect(placeLiteral(INT, Number.NaN)).toEqual(placeLiteral(INT, Number.POSITIVE_INFINITY));
  });

  it('places bigints among doubles exactly', () => {
    expect(placeLiteral(DOUBLE, 2n ** 53n)).toEqual({ from: 2 ** 53, to: 2 ** 53 + 2 });
    expect(placeLiteral(DOUBLE, 2n ** 53n + 1n)).toEqual({ from: 2 ** 53 + 2, to: 2 ** 53 + 2 });
    expect(placeLiteral(DOUBLE, 2n ** 53n + 3n)).toEqual({ from: 2 ** 53 + 4, to: 2 ** 53 + 4 });
    expect(placeLiteral(DOUBLE, 10n ** 400n)).toEqual({ from: Infinity, to: Infinity });
    expect(placeLiteral(DOUBLE, -(10n ** 400n))).toEqual({ from: -Number.MAX_VALUE, to: -Number.MAX_VALUE });
    expect(placeLiteral(DOUBLE, Number.NaN)).toEqual({ from: Number.NaN, to: undefined });
  });

  it('places decimals by their digits', () => {
    expect(placeLiteral(MONEY, '12.5')).toEqual({ from: 1250n, to: 1251n });
    expect(placeLiteral(MONEY, 0.07)).toEqual({ from: 7n, to: 8n });
    expect(placeLiteral(MONEY, '-0.001')).toEqual({ from: 0n, to: 0n });
    expect(placeLiteral(MONEY, '1e3')).toEqual({ from: 100_000n, to: 100_001n });
    expect(placeLiteral(MONEY, 1.5e-7)).toEqual({ from: 1n, to: 1n });
    expect(placeLiteral(MONEY, 4n)).toEqual({ from: 400n, to: 401n });
    for (const wrong of ['', '.', '1e9999', '1,5', true]) expect(placeLiteral(MONEY, wrong)).toBeUndefined();
  });

  it('places instants among days and timestamps', () => {
    expect(placeLiteral(DATE, '1970-01-02')).toEqual({ from: 1n, to: 2n });
    expect(placeLiteral(DATE, new Date('1969-12-31T12:00:00Z'))).toEqual({ from: 0n, to: 0n });
    expect(placeLiteral(DATE, '0001-01-01')).toEqual({ from: -719_162n, to: -719_161n });
    expect(placeLiteral(MICROS, '1970-01-01T00:00:00.000001Z')).toEqual({ from: 1n, to: 2n });
    expect(placeLiteral(MICROS, '1970-01-01 00:00:00.0000001')).toEqual({ from: 1n, to: 1n });
    expect(placeLiteral(MICROS, new Date(-1))).toEqual({ from: -1000n, to: -999n });
    expect(placeLiteral(TIME, '00:00:01.5')).toEqual({ from: 1500n, to: 1501n });
    expect(placeLiteral(TIME, 1500)).toEqual({ from: 1500n, to: 1501n });
    expect(placeLiteral(MICROS, 7n)).toEqual({ from: 7n, to: 8n });
    expect(placeLiteral(MICROS, '1970-01-01T02:00:00.000001+02:00')).toEqual({ from: 1n, to: 2n });
    expect(placeLiteral(MICROS, '1969-12-31 18:30-05:30')).toEqual({ from: 0n, to: 1n });
    expect(placeLiteral(DATE, '1970-01-02T01:00+02:00')).toEqual({ from: 1n, to: 1n });
    for (const wrong of ['+18:01', '+02:60', '+2:00', '+0200', '+02', 'z', ' +02:00', 'Z+02:00']) {
      expect(placeLiteral(MICROS, `1970-01-01T02:00:00${wrong}`), wrong).toBeUndefined();
    }
    expect(placeLiteral(DATE, '1970-01-01+02:00')).toBeUndefined();
    for (const wrong of ['2001-02-29', '2001-13-01', '2001-01-01T25:00:00Z', 'yesterday', new Date(Number.NaN), 5]) {
      expect(placeLiteral(MICROS, wrong)).toBeUndefined();
    }
    expect(placeLiteral(TIME, '24:00:00')).toBeUndefined();
  });

  it('places text, bytes, UUIDs and booleans', () => {
    expect(placeLiteral({ kind: 'string' }, 'é')).toEqual({ from: Buffer.from('é'), to: Uint8Array.of(0xc3, 0xa9, 0) });
    expect(placeLiteral({ kind: 'string' }, '\ud800')).toBeUndefined();
    expect(placeLiteral({ kind: 'binary', byteLength: undefined }, 'text')).toBeUndefined();
    expect(placeLiteral({ kind: 'uuid' }, '123E4567-e89b-12d3-a456-426614174000')?.from).toEqual(
      Buffer.from('123e4567e89b12d3a456426614174000', 'hex'),
    );
    expect(placeLiteral({ kind: 'boolean' }, true)).toEqual({ from: 1n, to: 2n });
    expect(placeLiteral({ kind: 'boolean' }, 1)).toBeUndefined();
  });

  it('knows which types are compared at all', () => {
    expect(domainOf({ kind: 'struct', fields: [] })).toBeUndefined();
    expect(placeLiteral({ kind: 'struct', fields: [] }, 1)).toBeUndefined();
    expect(comparableWith({ kind: 'struct', fields: [] })).toBe('isNull() and isNotNull() alone');
  });
});

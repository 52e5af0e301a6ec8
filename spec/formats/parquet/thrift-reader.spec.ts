import { describe, expect, it } from 'vitest';
import { ThriftReader } from '../../../formats/parquet/thrift-reader.ts';
import { binary, bool, double, int, list, long, struct, type ThriftValue, varint } from '../../support/thrift-bytes.ts';

const reader = (value: ThriftValue | readonly number[], origin = 0) =>
  new ThriftReader(
    Uint8Array.from('bytes' in value ? value.bytes : value),
    { path: 'a.parquet', place: 'the footer' },
    origin,
  );

/** Reads the first field of a struct. */
function first<T>(value: ThriftValue, read: (r: ThriftReader) => T): T {
  const r = reader(struct({ 1: value }));
  r.beginStruct();
  expect(r.nextField()).toBe(1);
  const found = read(r);
  expect(r.nextField()).toBe(0);
  return found;
}

const corrupt = (offset?: number) =>
  expect.objectContaining({
    code: 'PARQUET_CORRUPT',
    ...(offset === undefined ? {} : { params: expect.objectContaining({ offset, path: 'a.parquet' }) }),
  });

describe('the reader of Thrift', () => {
  it('reads what each type of field holds', () => {
    for (const value of [0, 1, -1, 63, 64, -65, 2 ** 31 - 1, -(2 ** 31)])
      expect(first(int(value), (r) => r.int())).toBe(value);
    for (const value of [2 ** 52, -(2 ** 52), 123_456_789_012]) expect(first(long(value), (r) => r.int())).toBe(value);
    expect(first({ type: 3, bytes: [200] }, (r) => r.int())).toBe(-56);
    expect(first(bool(true), (r) => r.boolean())).toBe(true);
    expect(first(bool(false), (r) => r.boolean())).toBe(false);
    expect(first(binary('héé'), (r) => r.string())).toBe('héé');
    expect([...first(binary(Uint8Array.of(1, 2)), (r) => r.binary())]).toEqual([1, 2]);
    expect(first(list([int(3), int(4)]), (r) => r.list(() => r.int()))).toEqual([3, 4]);
    expect(first(list(Array.from({ length: 20 }, (_, i) => int(i))), (r) => r.list(() => r.int()))).toHaveLength(20);
    expect(first(list([bool(true), bool(false)]), (r) => r.booleans())).toEqual([true, false]);
    expect(first({ type: 9, bytes: [0x21, 1, 0] }, (r) => r.booleans())).toEqual([true, false]);
  });

  it('finds ids after gaps, also those too far for a short header', () => {
    const r = reader(struct({ 1: int(1), 17: int(2), 40: int(3) }));
    r.beginStruct();
    const found: number[] = [];
    for (let id = r.nextField(); id !== 0; id = r.nextField()) found.push(id, r.int());
    expect(found).toEqual([1, 1, 17, 2, 40, 3]);
  });

  it('passes over anything', () => {
    const inner = struct({ 1: list([struct({ 1: bool(true), 2: binary('x') })]), 2: double(1.5), 3: bool(false) });
    const map = { type: 11, bytes: [2, 0x85, 1, 65, 4, 1, 66, 6] };
    const set = { type: 10, bytes: list([int(1)]).bytes };
    const values = [int(1), long(2n ** 62n), bool(true), double(1), binary('abc'), list([bool(true)]), inner, map, set];
    const emptyMap = { type: 11, bytes: [0] };
    const r = reader(
      struct({
        ...[int(0), ...values, emptyMap, { type: 3, bytes: [7] }].map((value, i) => (i === 0 ? undefined : value)),
        99: int(5),
      }),
    );
    r.beginStruct();
    let id = r.nextField();
    for (; id !== 99; id = r.nextField()) r.skip();
    expect(r.int()).toBe(5);
  });

  it('says where the file is damaged', () => {
    const r = reader(struct({ 1: binary('abcdef') }), 1000);
    r.beginStruct();
    r.nextField();
    expect(() => r.int()).toThrow(corrupt(1001));
  });

  it('refuses what is cut off, at every byte', () => {
    const whole = struct({ 1: binary('abc'), 2: list([struct({ 1: int(300), 2: double(1) })]), 3: bool(true) }).bytes;
    for (let length = 0; length < whole.length; length++) {
      const r = reader(whole.slice(0, length));
      expect(() => {
        r.beginStruct();
        while (r.nextField() !== 0) r.skip();
      }, `${length}`).toThrow(corrupt());
    }
  });

  it('refuses lengths over what remains before it makes room for them', () => {
    const huge = varint(2 ** 31);
    expect(() => first({ type: 8, bytes: huge }, (r) => r.binary())).toThrow(corrupt());
    expect(() => first({ type: 9, bytes: [0xf5, ...huge] }, (r) => r.list(() => r.int()))).toThrow(corrupt());
    expect(() => first({ type: 9, bytes: [0xf1, ...huge] }, (r) => r.skip())).toThrow(corrupt());
    expect(() => first({ type: 11, bytes: [...huge, 0x55] }, (r) => r.skip())).toThrow(corrupt());
  });

  it('refuses numbers that are too long, or beyond what a number holds exactly', () => {
    expect(() => first(long(2n ** 60n), (r) => r.int())).toThrow(corrupt());
    expect(() => first({ type: 6, bytes: Array(12).fill(255) }, (r) => r.int())).toThrow(corrupt());
    expect(() => first({ type: 6, bytes: Array(12).fill(255) }, (r) => r.skip())).toThrow(corrupt());
    expect(() => first(int(-1), (r) => r.count())).toThrow(corrupt());
  });

  it('refuses fields of other types, unknown types and ids that are none', () => {
    expect(() => first(int(1), (r) => r.string())).toThrow(corrupt());
    expect(() => first(int(1), (r) => r.binary())).toThrow(corrupt());
    expect(() => first(int(1), (r) => r.boolean())).toThrow(corrupt());
    expect(() => first(int(1), (r) => r.struct())).toThrow(corrupt());
    expect(() => first(int(1), (r) => r.list(() => 0))).toThrow(corrupt());
    expect(() => first(list([int(1)]), (r) => r.booleans())).toThrow(corrupt());
    expect(() => first({ type: 14, bytes: [] }, (r) => r.skip())).toThrow(corrupt());
    const r = reader([0x05, 0, 2]);
    r.beginStruct();
    expect(() => r.nextField()).toThrow(corrupt());
  });

  it('refuses structs, lists and maps nested without end', () => {
    const nestings = [
      [0x1c],
      [0x19, ...Array(300).fill(0x19)],
      [0x1b, ...Array.from({ length: 300 }, () => [1, 0xbb]).flat()],
    ];
    for (const bytes of nestings) {
      const deep = bytes.length === 1 ? Array(100_000).fill(0x1c) : bytes;
      const r = reader(deep);
      r.beginStruct();
      r.nextField();
      expect(() => r.skip()).toThrow(corrupt());
    }
  });
});

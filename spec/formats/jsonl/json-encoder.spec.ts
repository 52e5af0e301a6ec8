import { describe, expect, it } from 'vitest';
import { encodeJson } from '../../../formats/jsonl/json-encoder.ts';

describe('encodeJson', () => {
  it('writes what JSON.stringify writes, where that loses nothing', () => {
    const record = { a: 1.5, b: 'x\ud800"', c: null, d: undefined, e: [true, { f: new Date(0) }] };
    expect(encodeJson(record)).toBe(JSON.stringify(record));
    expect(encodeJson(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
    expect(encodeJson(Object.create(null))).toBe('{}');
  });

  it('keeps bigints, numbers without digits, and the sign of zero', () => {
    const record = {
      a: 2n ** 64n,
      b: [Number.NaN, -Infinity, -0, undefined],
      c: { d: new Date(0), e: undefined, f: null },
    };
    expect(encodeJson(record)).toBe(
      '{"a":18446744073709551616,"b":["NaN","-Infinity",-0,null],"c":{"d":"1970-01-01T00:00:00.000Z","f":null}}',
    );
  });

  it('refuses what would be lost', () => {
    class Money {}
    const fields = [
      () => 1,
      Symbol('x'),
      new Map(),
      new Uint8Array(1),
      new Date(Number.NaN),
      new Money(),
      new Proxy({}, {}),
    ];
    for (const field of fields) expect(() => encodeJson({ a: [field] })).toThrow(/ROW_NOT_WRITABLE/);
    for (const record of [1, 'x', null, [1], new Date()]) expect(() => encodeJson(record)).toThrow(/ROW_NOT_WRITABLE/);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => encodeJson(cycle)).toThrow(/ROW_NOT_WRITABLE.*deep/);
  });
});

import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';
import { ValueWriter } from '../../../formats/record/value-writer.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { expectSame } from './same-value.ts';

class Socket {}
class Sub extends Array<number> {}

function refusal(value: unknown): { readonly path: unknown; readonly found: unknown; readonly remedy: unknown } {
  try {
    encodeValue(value);
  } catch (error) {
    if (CairnError.is(error, 'VALUE_NOT_SERIALIZABLE')) return error.params;
    throw error;
  }
  return expect.unreachable('it was written');
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { next: value };
  return value;
}

describe('the value writer', () => {
  it.each<[string, unknown, string, string]>([
    ['a function', { user: { greet: () => 1 } }, 'record.user.greet', 'function greet'],
    ['a symbol', [1, Symbol('x')], 'record[1]', 'a symbol'],
    ['an instance', { user: { socket: new Socket() } }, 'record.user.socket', 'an instance of Socket'],
    ['an instance at the root', new Socket(), 'record', 'an instance of Socket'],
    ['an array of another class', { a: new Sub() }, 'record.a', 'an array of 0'],
    ['a promise', { rows: [Promise.resolve(1)] }, 'record.rows[0]', 'a Promise'],
    ['a map value', { m: new Map([[1, 2], [3, () => 1] as never]) }, 'record.m (value of entry 1)', 'function'],
    ['a map key', new Map([[Symbol('k'), 2]]), 'record (key of entry 0)', 'a symbol'],
    ['a set item', new Set([1, Symbol('k')]), 'record (item 1)', 'a symbol'],
    ['an odd key', { 'a b': { '__proto__ x': Symbol('k') } }, 'record["a b"]["__proto__ x"]', 'a symbol'],
    ['a boxed number', { n: Object(1) }, 'record.n', 'an instance of Number'],
    ['a weak map', [new WeakMap()], 'record[0]', 'an instance of WeakMap'],
    ['a proxy of a Map', [new Proxy(new Map(), {})], 'record[0]', 'a proxy'],
    ['a shared buffer', { b: new SharedArrayBuffer(8) }, 'record.b', 'an instance of SharedArrayBuffer'],
    ['a false Date', { d: Object.create(Date.prototype) }, 'record.d', 'an instance of Date'],
    ['a property of an array', [Object.assign([1], { fn: () => 1 })], 'record[0].fn', 'function fn'],
    ["an error's cause", { e: new Error('x', { cause: () => 1 }) }, 'record.e.cause', 'function'],
  ])('refuses %s and says where it is', (_, value, path, found) => {
    const params = refusal(value);
    expect(params.path).toBe(path);
    expect(params.found).toContain(found);
    expect(params.remedy).not.toBe('');
  });

  it('says what to do about promises and classes', () => {
    expect(refusal(Promise.resolve()).remedy).toBe('use mapAsync for async functions');
    expect(refusal(new Socket()).remedy).toContain('registerRecordClass');
  });

  it('finds cycles at once, however wide the objects in them are', () => {
    const node: Record<string, unknown> = { payload: new Array(100_000).fill('x'.repeat(10)) };
    node.children = [{ parent: node }];
    const params = refusal(node);
    expect(params.found).toBe('part of itself (a cycle)');
    expect(params.path).toMatch(/^record(\.children\[0\]\.parent)+/);
    const list: unknown[] = [];
    list.push(list);
    expect(refusal(list).found).toBe('part of itself (a cycle)');
    const map = new Map<unknown, unknown>();
    map.set('self', map);
    expect(refusal({ map }).found).toBe('part of itself (a cycle)');
  });

  it('writes 1,000 levels and refuses the next, with a short path', () => {
    expectSame(decodeValue(encodeValue(nested(1000))), nested(1000));
    const params = refusal(nested(1001));
    expect(params.found).toBe('nested deeper than 1000 levels');
    expect(String(params.path).length).toBeLessThan(300);
    expect(refusal(nested(100_000)).found).toBe('nested deeper than 1000 levels');
  });

  it('writes an object met twice two times', () => {
    const shared = { x: 1 };
    expectSame(decodeValue(encodeValue([shared, shared])), [{ x: 1 }, { x: 1 }]);
  });

  it('reads accessors, and leaves out symbol keys and what is not enumerable', () => {
    const value = {
      get twice() {
        return 4;
      },
      [Symbol('s')]: 1,
    };
    Object.defineProperty(value, 'hidden', { value: 1 });
    expectSame(decodeValue(encodeValue(value)), { twice: 4 });
    expectSame(decodeValue(encodeValue(Object.freeze({ a: 1 }))), { a: 1 });
  });

  it('writes the keys of objects of one shape once, also when shapes take turns', () => {
    const out = new ByteWriter();
    const writer = new ValueWriter(out);
    const shapes = Array.from({ length: 9 }, (_, i) => ({ [`some long key ${i}`]: 1 }));
    for (const shape of shapes) writer.write(shape);
    const first = out.length;
    for (const shape of shapes) writer.write(shape);
    expect(out.length - first).toBe(9 * 3);
  });

  it('writes objects with very many keys, and very many shapes', () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
    const many = Array.from({ length: 5000 }, (_, i) => ({ [`k${i}`]: i }));
    expectSame(decodeValue(encodeValue([wide, wide, Object.assign(Object.create(null), wide)])), [
      wide,
      wide,
      Object.assign(Object.create(null), wide),
    ]);
    expectSame(decodeValue(encodeValue([many, many])), [many, many]);
  });

  it('calls the value it writes what it is told to', () => {
    const writer = new ValueWriter(new ByteWriter(), 'record.user');
    expect(() => writer.write([Symbol('s')])).toThrow('record.user[0]');
  });
});

import { expect, it } from 'vitest';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { toJsonText, UnknownInstance } from '../../../lib/api/record-json.ts';

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

// biome-ignore lint/suspicious/noSparseArray: holes are the point
const sparse = [1, , 3];

it.each<[unknown, string]>([
  [1.5, '1.5'],
  ['a\n"\ud800', '"a\\n\\"\\ud800"'],
  [null, 'null'],
  [true, 'true'],
  [[1, [undefined]], '[1,[{"$undefined":true}]]'],
  [{ a: undefined, b: { c: [] } }, '{"a":{"$undefined":true},"b":{"c":[]}}'],
  [-0, '{"$number":"-0"}'],
  [Number.NaN, '{"$number":"NaN"}'],
  [Number.NEGATIVE_INFINITY, '{"$number":"-Infinity"}'],
  [-(2n ** 70n), '{"$bigint":"-1180591620717411303424"}'],
  [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
  [new Date(Number.NaN), '{"$date":null}'],
  [new Map([[{ k: 1 }, new Set(['x'])]]), '{"$map":[[{"k":1},{"$set":["x"]}]]}'],
  [new Uint8Array([1, 2, 255]).subarray(1), '{"$bytes":{"type":"Uint8Array","base64":"Av8="}}'],
  [Buffer.from([7]), '{"$bytes":{"type":"Buffer","base64":"Bw=="}}'],
  [new Uint8Array([9]).buffer, '{"$bytes":{"type":"ArrayBuffer","base64":"CQ=="}}'],
  [/a"\//gi, '{"$regexp":{"source":"a\\"\\\\/","flags":"gi"}}'],
  [new URL('https://example.org/?q="'), '{"$url":"https://example.org/?q=%22"}'],
  [sparse, '{"$sparse":{"length":3,"items":[[0,1],[2,3]]}}'],
  [Object.assign([1], { more: 2 }), '{"$with":{"value":[1],"properties":{"more":2}}}'],
  [
    Object.assign(new Date(0), { zone: 'x' }),
    '{"$with":{"value":{"$date":"1970-01-01T00:00:00.000Z"},"properties":{"zone":"x"}}}',
  ],
  [JSON.parse('{"__proto__":{"toJSON":1}}'), '{"__proto__":{"toJSON":1}}'],
  [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  [{ $bigint: '1' }, '{"$object":{"$bigint":"1"}}'],
  [{ $object: { $date: null } }, '{"$object":{"$object":{"$object":{"$date":null}}}}'],
  [{ $a: 1, $b: 2 }, '{"$a":1,"$b":2}'],
  [
    new UnknownInstance('Money', 2, { cents: 3n }),
    '{"$class":{"name":"Money","version":2,"data":{"cents":{"$bigint":"3"}}}}',
  ],
])('writes a value of any kind, and JSON that can be read: case %#', (value, text) => {
  expect(toJsonText(value)).toBe(text);
  expect(() => JSON.parse(text)).not.toThrow();
});

it('writes the holes of an array as its length', () => {
  expect(toJsonText(new Array(2 ** 32 - 1))).toBe('{"$sparse":{"length":4294967295,"items":[]}}');
});

it('writes errors with their cause and properties', () => {
  const error = Object.assign(new RangeError('far', { cause: 1n }), { stack: 'at', code: 'E' });
  expect(toJsonText(error)).toBe(
    '{"$error":{"name":"RangeError","message":"far","stack":"at","cause":{"$bigint":"1"},"properties":{"code":"E"}}}',
  );
});

it('writes instances of registered classes as what their class makes of them, and refuses all others', () => {
  expect(() => toJsonText(new Money(5))).toThrow(/^INTERNAL/);
  registerRecordClass({
    name: 'Money',
    version: 4,
    constructor: Money,
    toRecord: ({ cents }) => [cents],
    fromRecord: () => new Money(0),
  });
  try {
    expect(toJsonText([new Money(5)])).toBe('[{"$class":{"name":"Money","version":4,"data":[5]}}]');
  } finally {
    unregisterRecordClass('Money');
  }
  expect(() => toJsonText(() => 1)).toThrow(/^INTERNAL/);
  expect(() => toJsonText(new Proxy({}, {}))).toThrow(/^INTERNAL/);
});

import { describe, expect, it } from 'vitest';
import { type DataType, equalTypes, field, formatField, formatType } from '../../../formats/schema/data-type.ts';

const TYPES: readonly (readonly [DataType, string])[] = [
  [{ kind: 'null' }, 'null'],
  [{ kind: 'boolean' }, 'boolean'],
  [{ kind: 'int', bits: 8, signed: true }, 'int8'],
  [{ kind: 'int', bits: 64, signed: false }, 'uint64'],
  [{ kind: 'float', bits: 32 }, 'float32'],
  [{ kind: 'decimal', precision: 9, scale: 2 }, 'decimal(9,2)'],
  [{ kind: 'string' }, 'string'],
  [{ kind: 'binary', byteLength: undefined }, 'binary'],
  [{ kind: 'binary', byteLength: 4 }, 'binary(4)'],
  [{ kind: 'uuid' }, 'uuid'],
  [{ kind: 'date' }, 'date'],
  [{ kind: 'time', unit: 'micros' }, 'time(micros)'],
  [{ kind: 'timestamp', unit: 'millis', withZone: true }, 'timestamp(millis, zone)'],
  [{ kind: 'timestamp', unit: 'millis', withZone: false }, 'timestamp(millis)'],
  [{ kind: 'list', element: field('element', { kind: 'date' }, false) }, 'list<date not null>'],
  [{ kind: 'list', element: field('element', { kind: 'date' }) }, 'list<date>'],
  [
    { kind: 'map', key: field('key', { kind: 'string' }, false), value: field('value', { kind: 'date' }) },
    'map<string, date>',
  ],
  [
    { kind: 'struct', fields: [field('a', { kind: 'date' }), field('__proto__', { kind: 'null' }, false)] },
    'struct<a: date, __proto__: null not null>',
  ],
];

describe('a type', () => {
  it.each(TYPES)('%# is written as text', (type, text) => {
    expect(formatType(type)).toBe(text);
  });

  it('equals itself, another one of the same form, and none of the others', () => {
    for (const [a] of TYPES) {
      for (const [b] of TYPES)
        expect(equalTypes(a, structuredClone(b)), `${formatType(a)}, ${formatType(b)}`).toBe(a === b);
    }
  });

  it('is written with the name of its field', () => {
    expect(formatField(field('a b', { kind: 'uuid' }, false))).toBe('a b: uuid not null');
  });
});

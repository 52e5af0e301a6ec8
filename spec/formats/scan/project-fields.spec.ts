import { describe, expect, it } from 'vitest';
import { projectFields } from '../../../formats/scan/project-fields.ts';
import { type DataType, field, formatField, type Schema } from '../../../formats/schema/data-type.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const struct = (...names: string[]): DataType => ({ kind: 'struct', fields: names.map((name) => field(name, INT)) });
const SCHEMA: Schema = {
  fields: [
    field('id', INT),
    field('a.b', INT),
    field('s', struct('x', 'y', '__proto__')),
    field('l', { kind: 'list', element: field('element', struct('p', 'q')) }),
    field('m', { kind: 'map', key: field('key', INT, false), value: field('value', struct('v', 'w')) }),
  ],
};
const project = (...columns: (string | string[])[]) => projectFields(SCHEMA, columns, 't').map(formatField);

describe('projectFields', () => {
  it('takes columns in the order asked for, each once', () => {
    expect(project('s', 'id', 's.x')).toEqual(['s: struct<x: int32, y: int32, __proto__: int32>', 'id: int32']);
    expect(project('a.b')).toEqual(['a.b: int32']);
  });

  it('takes parts of what is nested, in the order of the file', () => {
    expect(project('s.y', 's.x', 'l.element.q', 'm.value.w')).toEqual([
      's: struct<x: int32, y: int32>',
      'l: list<struct<q: int32>>',
      'm: map<int32, struct<w: int32>>',
    ]);
    expect(project('m.key')).toEqual(['m: map<int32, struct<v: int32, w: int32>>']);
    expect(project(['s', '__proto__'])).toEqual(['s: struct<__proto__: int32>']);
  });

  it('raises COLUMN_NOT_FOUND for what leads nowhere', () => {
    for (const wrong of ['z', 's.z', 'id.x', 'l.q', 'l.element.z', 'm.value.z', '__proto__', 'constructor']) {
      expect(() => project(wrong)).toThrow(/COLUMN_NOT_FOUND/);
    }
  });
});

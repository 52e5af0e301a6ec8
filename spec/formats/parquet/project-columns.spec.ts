import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { type ColumnPath, projectColumns } from '../../../formats/parquet/project-columns.ts';
import { fieldOf } from '../../../formats/parquet/schema-tree.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, parquetBytes } from '../../support/parquet-bytes.ts';

const leaf = (name: string): ElementSpec => ({ name, type: 'INT32', repetition: 'REQUIRED' });
const pair = (name: string, a: string, b: string): ElementSpec => ({
  name,
  repetition: 'REQUIRED',
  children: [leaf(a), leaf(b)],
});
const ELEMENTS: readonly ElementSpec[] = [
  leaf('a'),
  leaf('a.b'),
  pair('s', 'x', '__proto__'),
  {
    name: 'l',
    repetition: 'REQUIRED',
    converted: 'LIST',
    children: [{ name: 'list', repetition: 'REPEATED', children: [pair('element', 'x', 'y')] }],
  },
  {
    ...{ name: 'm', repetition: 'REQUIRED', converted: 'MAP' },
    children: [{ name: 'key_value', repetition: 'REPEATED', children: [leaf('key'), pair('value', 'x', 'y')] }],
  },
];
const { tree } = openParquet(new ByteArraySource(parquetBytes(ELEMENTS, [])));
const project = (...paths: readonly ColumnPath[]) =>
  projectColumns(tree, paths, 'a.parquet').map((node) => formatField(fieldOf(node)).replaceAll(' not null', ''));

describe('a projection', () => {
  it('takes columns in the order they are asked for, each once', () => {
    expect(project('s', 'a', 's')).toEqual(['s: struct<x: int32, __proto__: int32>', 'a: int32']);
    expect(project()).toEqual([]);
  });

  it('takes fields of structs, also where a name has a dot', () => {
    expect(project('a.b')).toEqual(['a.b: int32']);
    expect(project('s.__proto__')).toEqual(['s: struct<__proto__: int32>']);
    expect(project(['s', 'x'])).toEqual(['s: struct<x: int32>']);
    expect(project('s.__proto__', 's.x')).toEqual(['s: struct<x: int32, __proto__: int32>']);
    expect(project('s.x', 's')).toEqual(['s: struct<x: int32, __proto__: int32>']);
  });

  it('goes through lists and maps, whose keys stay', () => {
    expect(project('l.element.y')).toEqual(['l: list<struct<y: int32>>']);
    expect(project('m.value.x')).toEqual(['m: map<int32, struct<x: int32>>']);
    expect(project('m.key')).toEqual(['m: map<int32, struct<x: int32, y: int32>>']);
  });

  it.each<[ColumnPath, RegExp]>([
    ['A', /did you mean 'a'/],
    ['constructor', /its columns are a, a\.b, s, l, m/],
    ['s.z', /no column 's\.z'|no column 'z'/],
    ['a.b.c', /no column/],
    [['l', 'x'], /no column/],
  ])('refuses %s', (path, message) => {
    expect(() => project(path)).toThrow(
      expect.objectContaining({ code: 'COLUMN_NOT_FOUND', message: expect.stringMatching(message) }),
    );
  });
});

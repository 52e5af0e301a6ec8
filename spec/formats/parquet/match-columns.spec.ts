import { describe, expect, it } from 'vitest';
import { matchColumns } from '../../../formats/parquet/match-columns.ts';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { fieldOf } from '../../../formats/parquet/schema-tree.ts';
import { projectFields } from '../../../formats/scan/project-fields.ts';
import { type DataType, type Field, field, formatField } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, parquetBytes } from '../../support/parquet-bytes.ts';

const leaf = (name: string): ElementSpec => ({ name, type: 'INT32', repetition: 'OPTIONAL' });
const listOf = (name: string, element: ElementSpec): ElementSpec => ({
  ...{ name, repetition: 'OPTIONAL', converted: 'LIST' },
  children: [{ name: 'list', repetition: 'REPEATED', children: [{ ...element, name: 'element' }] }],
});
const group = (name: string, ...children: ElementSpec[]): ElementSpec => ({ name, repetition: 'OPTIONAL', children });

const elements = [leaf('id'), group('s', leaf('a'), leaf('b')), listOf('l', group('e', leaf('c'), leaf('d')))];
const { columns } = openParquet(new ByteArraySource(parquetBytes(elements, []))).tree;
const schema = { fields: columns.map(fieldOf) };
const INT: DataType = { kind: 'int', bits: 32, signed: true };

const matched = (...fields: Field[]) =>
  matchColumns(columns, fields).map((node) => (node === undefined ? undefined : formatField(fieldOf(node))));

describe('matchColumns', () => {
  it('gives the very nodes of the file where all of them is wanted', () => {
    expect(matchColumns(columns, schema.fields)).toEqual(columns);
    expect(matchColumns(columns, schema.fields).every((node, i) => node === columns[i])).toBe(true);
  });

  it('gives the parts that are wanted, and knows what is not there', () => {
    const wanted = projectFields(schema, ['l.element.d', 's.b'], 't');
    expect(matched(...wanted, field('new', INT))).toEqual([
      'l: list<struct<d: int32>>',
      's: struct<b: int32>',
      undefined,
    ]);
  });

  it('reads a struct of which it has no field that is wanted: it says what is missing', () => {
    expect(matched(field('s', { kind: 'struct', fields: [field('z', INT)] }))).toEqual([
      's: struct<a: int32, b: int32>',
    ]);
  });
});

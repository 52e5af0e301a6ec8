import { describe, expect, it } from 'vitest';
import { buildSchemaTree, type LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { LeafColumn } from '../../../formats/parquet/write-leaf.ts';
import { schemaElements } from '../../../formats/parquet/write-schema.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import type { Vector } from '../../../formats/schema/vector.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';

function setUp(text: string, values: readonly unknown[]): { readonly column: LeafColumn; readonly vector: Vector } {
  const field = parseField('a', text);
  const tree = buildSchemaTree({ schema: schemaElements({ fields: [field] }, 'a') }, 'a');
  const builder = vectorBuilder(field.type, 'a', 'Parquet');
  for (const value of values) builder.add(value);
  return { column: new LeafColumn(tree.leaves[0] as LeafNode, 'a', { dictionaryBytes: 0 }), vector: builder.take() };
}

describe('LeafColumn', () => {
  it('keeps a level an entry, and the values that are there', () => {
    const { column, vector } = setUp('int32', [1, null, 3, 4]);
    column.appendRows(vector, 1, 4);
    column.appendRows(vector, 0, 1);
    expect([column.entryCount, column.nullCount]).toEqual([4, 1]);
    expect([...column.definitions.subarray(0, 4)]).toEqual([0, 1, 1, 1]);
    expect(column.store.kind === 'fixed' && [...column.store.values.subarray(0, 3)]).toEqual([3, 4, 1]);
    column.clear();
    expect([column.entryCount, column.nullCount, column.sizeBytes]).toEqual([0, 0, 0]);
  });

  it('takes rows of nothing but nulls, in either form', () => {
    const { column, vector } = setUp('boolean', [null, null]);
    column.appendRows(vector, 0, 2);
    column.appendRows({ layout: 'null', type: { kind: 'null' }, length: 3, validity: undefined, nullCount: 3 }, 0, 3);
    expect([column.entryCount, column.nullCount, column.store.count]).toEqual([5, 5, 0]);
  });

  it('refuses a missing value where none may be, and looks at the rows it is given alone', () => {
    const { column, vector } = setUp('string not null', ['a', null, 'b']);
    column.appendRows(vector, 0, 1);
    column.appendRows(vector, 2, 3);
    expect(() => column.appendRows(vector, 0, 3)).toThrow(/NULL_NOT_ALLOWED.*'a'/);
    expect(column.store.count).toBe(2);
  });
});

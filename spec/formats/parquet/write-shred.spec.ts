import { describe, expect, it } from 'vitest';
import { buildSchemaTree } from '../../../formats/parquet/schema-tree.ts';
import { LeafColumn } from '../../../formats/parquet/write-leaf.ts';
import { schemaElements } from '../../../formats/parquet/write-schema.ts';
import { appendColumn } from '../../../formats/parquet/write-shred.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';

/** `repetition/definition` of each entry of each leaf, and the leaf's values. */
function shredded(text: string, values: readonly unknown[], from = 0, to = values.length) {
  const field = parseField('a', text);
  const tree = buildSchemaTree({ schema: schemaElements({ fields: [field] }, 'a') }, 'a');
  const leaves = tree.leaves.map((leaf) => new LeafColumn(leaf, 'a', { dictionaryBytes: 0 }));
  const builder = vectorBuilder(field.type, 'a', 'Parquet');
  for (const value of values) builder.add(value);
  for (const node of tree.columns) appendColumn(node, builder.take(), from, to, leaves);
  return leaves.map((column) => {
    const levels = Array.from({ length: column.entryCount }, (_, i) =>
      [
        column.leaf.repetition > 0 ? column.repetitions[i] : 0,
        column.leaf.definedAt > 0 ? column.definitions[i] : 0,
      ].join('/'),
    );
    const { store } = column;
    return [levels.join(' '), store.kind === 'fixed' ? [...store.values.subarray(0, store.count)] : store.count];
  });
}

describe('taking columns apart', () => {
  it('gives lists an entry an element, or one that says why there is none', () => {
    expect(shredded('list<int32>', [[1, 2], [], null, [null, 3]])).toEqual([['0/3 1/3 0/1 0/0 0/2 1/3', [1, 2, 3]]]);
    expect(shredded('list<int32 not null> not null', [[1, 2], [], [3]])).toEqual([['0/1 1/1 0/0 0/1', [1, 2, 3]]]);
  });

  it('repeats at the list that goes on', () => {
    expect(shredded('list<list<int32>>', [[[1, 2], [3]], [[], null], []])).toEqual([
      ['0/5 2/5 1/5 0/3 1/2 0/1', [1, 2, 3]],
    ]);
  });

  it('gives structs an entry in each of their leaves', () => {
    expect(shredded('struct<x: int32, y: int32 not null>', [{ x: 1, y: 2 }, { y: 3 }, null])).toEqual([
      ['0/2 0/1 0/0', [1]],
      ['0/1 0/1 0/0', [2, 3]],
    ]);
  });

  it('gives maps entries of keys and values that go together', () => {
    expect(
      shredded('map<int32, int32>', [
        new Map([
          [1, 10],
          [2, null],
        ]),
        new Map(),
        null,
      ]),
    ).toEqual([
      ['0/2 1/2 0/1 0/0', [1, 2]],
      ['0/3 1/2 0/1 0/0', [10]],
    ]);
  });

  it('takes the rows it is told, of lists that begin anywhere', () => {
    expect(shredded('list<int32>', [[1, 2], [3], [4, 5], [6]], 1, 3)).toEqual([['0/3 0/3 1/3', [3, 4, 5]]]);
  });
});

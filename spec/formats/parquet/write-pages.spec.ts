import { describe, expect, it } from 'vitest';
import { buildSchemaTree } from '../../../formats/parquet/schema-tree.ts';
import { LeafColumn } from '../../../formats/parquet/write-leaf.ts';
import { cutPages } from '../../../formats/parquet/write-pages.ts';
import { schemaElements } from '../../../formats/parquet/write-schema.ts';
import { appendColumn } from '../../../formats/parquet/write-shred.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { TableBuilder } from '../../../formats/schema/table-builder.ts';

function columnOf(type: string, values: readonly unknown[], dictionaryBytes = 0): LeafColumn {
  const schema = { fields: [parseField('a', type)] };
  const tree = buildSchemaTree({ schema: schemaElements(schema, 'a') }, 'a');
  const leaves = tree.leaves.map((leaf) => new LeafColumn(leaf, 'a', { dictionaryBytes }));
  const builder = new TableBuilder(schema, 'Parquet');
  builder.add(values.map((a) => ({ a })));
  const [vector] = builder.take().vectors;
  const [node] = tree.columns;
  if (vector === undefined || node === undefined) expect.unreachable();
  appendColumn(node, vector, 0, values.length, leaves);
  return leaves[0] as LeafColumn;
}

const cuts = (column: LeafColumn, pageRows: number, pageBytes = 1 << 20) =>
  cutPages(column, { pageRows, pageBytes }).map(({ entryFrom, entryTo, valueFrom, valueTo, firstRow }) => [
    ...[entryFrom, entryTo, valueFrom, valueTo, firstRow],
  ]);

describe('pages', () => {
  it('are of so many rows, or so many bytes', () => {
    const ints = columnOf('int32', [1, 2, 3, 4, 5]);
    expect(cuts(ints, 2)).toEqual([
      [0, 2, 0, 2, 0],
      [2, 4, 2, 4, 2],
      [4, 5, 4, 5, 4],
    ]);
    expect(cuts(ints, 100, 12)).toEqual([
      [0, 3, 0, 3, 0],
      [3, 5, 3, 5, 3],
    ]);
    expect(cuts(ints, 100, 1)).toHaveLength(5);
    expect(cuts(columnOf('int32', []), 10)).toEqual([]);
  });

  it('count the values of entries that are there', () => {
    expect(cuts(columnOf('int32', [1, null, null, 4, 5]), 2)).toEqual([
      [0, 2, 0, 1, 0],
      [2, 4, 1, 2, 2],
      [4, 5, 2, 3, 4],
    ]);
  });

  it('end with the row that passes the size of bytes', () => {
    expect(cuts(columnOf('string', ['x'.repeat(50), 'y', 'z', 'x'.repeat(30)]), 100, 20)).toEqual([
      [0, 1, 0, 1, 0],
      [1, 4, 1, 4, 1],
    ]);
  });

  it('are cut between rows, never within a list', () => {
    expect(cuts(columnOf('list<int32>', [[1, 2, 3], [], null, [4], [5, null]]), 2)).toEqual([
      [0, 4, 0, 3, 0],
      [4, 6, 3, 4, 2],
      [6, 8, 4, 5, 4],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { columnSignature, countColumns, emitReader, generateReader } from '../../../formats/record/generate-reader.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';
import { expectGolden } from '../../support/golden.ts';
import { expectSame } from './same-value.ts';

const rows = Array.from({ length: 8 }, (_, i) => ({
  id: i,
  s: i === 3 ? null : 'xy'[i % 2],
  t: `text ${i}`,
  ok: i % 2 === 0,
  at: new Date(i),
  pair: [i / 2, i === 1 ? undefined : 1n],
  l: i === 2 ? null : [{ q: i }, { q: null }].slice(i % 3),
  'odd "name"': {},
}));
const { root } = buildColumns(rows) as ColumnBatch;

describe('generated readers', () => {
  it('have the source of the golden', () => {
    expectGolden('formats/record/reader.js.txt', emitReader(root).toString());
  });

  it('make the records, or a part of them', () => {
    const read = generateReader(root, 'spec');
    expectSame(read(root, 0, 8), rows);
    expectSame(read(root, 3, 5), rows.slice(3, 5));
    expectSame(read(root, 4, 4), []);
  });

  it('go by kinds, names and marks', () => {
    expect(columnSignature(root)).toMatch(
      /^\{"id":int,"s":dictionary\?,"t":string,"ok":boolean,"at":date,"pair":\(double,bigint\?\),"l":\[\{"q":int\?\}\]\?/,
    );
    expect(countColumns(root)).toBe(13);
  });
});

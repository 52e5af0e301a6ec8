import { describe, expect, test } from 'vitest';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { PieceCutter } from '../../../lib/exec/piece-cutter.ts';
import { rowsOf } from '../../../lib/lineage/records.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import type { PendingBatch, TaskBatch } from '../../../lib/lineage/task-context.ts';

type Batch = Exclude<TaskBatch, PendingBatch>;

const plain: Step[] = [{ kind: 'map', f: (x) => x }];
const fanning: Step[] = [{ kind: 'flat-map', f: (x) => [x, x] }];
const numbers = Array.from({ length: 1000 }, (_, i) => i);
const forms: [string, Batch][] = [
  ['rows', rowBatch([-1, ...numbers, -1], 1, 1001)],
  ['columns', buildColumns(numbers, 0, 1000) as Batch],
  ['a range', { kind: 'range', start: 0, step: 1, count: 1000 }],
];

/** The lengths of the pieces, when each record becomes `perRecord`, and all records of all pieces. */
function cut(cutter: PieceCutter, batch: Batch, perRecord: number): [lengths: number[], records: unknown[]] {
  const lengths: number[] = [];
  const records: unknown[] = [];
  for (const piece of cutter.cut(batch)) {
    const { rows, from, to } = rowsOf(piece);
    records.push(...rows.slice(from, to));
    lengths.push(to - from);
    cutter.made(to - from, (to - from) * perRecord);
  }
  return [lengths, records];
}

describe('PieceCutter', () => {
  test.each(forms)('gives a chain that fans out as many of %s as its output allows', (_, batch) => {
    const cutter = new PieceCutter(fanning, 256);
    const [lengths, records] = cut(cutter, batch, 1000);
    expect(records).toEqual(numbers);
    // 64 at first; then 16 batches of 256 records are four inputs.
    expect(lengths.slice(0, 3)).toEqual([64, 4, 4]);
    expect(Math.max(...lengths.slice(1))).toBe(4);
    expect(cut(cutter, batch, 100_000)[0].slice(0, 2)).toEqual([4, 1]);
    expect(cut(cutter, batch, 0)[0].at(1)).toBe(256);
    expect(cut(cutter, batch, 0)[1]).toEqual(numbers);
  });

  test('leaves batches whole for a chain that does not, and cuts ranges to ordinary batches', () => {
    const cutter = new PieceCutter(plain, 256);
    const [rows, columns, range] = forms.map(([, batch]) => [...cutter.cut(batch)]);
    expect(rows).toEqual([forms[0]?.[1]]);
    expect(columns?.[0]).toBe(forms[1]?.[1]);
    expect(range?.map((piece) => (piece.kind === 'range' ? piece.count : 0))).toEqual([256, 256, 256, 232]);
    cutter.made(10, 1_000_000);
    expect([...cutter.cut(forms[0]?.[1] as Batch)]).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { rowsOf } from '../../../lib/shuffle/numbered-pairs.ts';
import { PartitionedRun, type PieceKind } from '../../../lib/shuffle/partitioned-run.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function append(run: PartitionedRun, partition: number, kind: PieceKind, ...rows: unknown[]): void {
  using out = new ByteWriter();
  encodeFrame(rowBatch(rows), out, { codec: 'none' });
  run.append(partition, kind, out.bytes(), rows.length);
  run.flush();
}
const read = (run: PartitionedRun, partition: number) =>
  [...run.read(partition)].map(({ kind, batch }) => [kind, rowsOf(batch)]);

describe('PartitionedRun', () => {
  it('gives each partition what was written for it, in order, older pieces first', () => {
    const task = gatheringTask(1);
    const run = new PartitionedRun(task.spills, 3);
    append(run, 2, 'values', 'a');
    append(run, 0, 'values', 'b', 'c');
    run.beginOlder();
    append(run, 0, 'combiners', 'd');
    append(run, 0, 'combiners', 'e');
    run.endOlder();
    append(run, 0, 'values', 'f');
    run.beginOlder();
    append(run, 0, 'combiners', 'g');
    run.endOlder();
    append(run, 2, 'combiners', 'h');
    run.finish();
    expect(read(run, 0)).toEqual([
      ['combiners', ['g']],
      ['combiners', ['d']],
      ['combiners', ['e']],
      ['values', ['b', 'c']],
      ['values', ['f']],
    ]);
    expect([read(run, 1), read(run, 2)]).toEqual([
      [],
      [
        ['values', ['a']],
        ['combiners', ['h']],
      ],
    ]);
    expect([run.numPartitions, run.rowCount(0), run.rowCount(1), run.rowCount(2)]).toEqual([3, 6, 0, 2]);
    const [left, right] = [run.read(0), run.read(2)];
    expect([left.next().value?.kind, right.next().value?.kind, left.next().value?.kind]).toEqual([
      'combiners',
      'values',
      'combiners',
    ]);
    expect(task.runs().length).toBe(1);
    run.remove();
    run.remove();
    expect(task.runs()).toEqual([]);
  });

  it('is removed unfinished, and makes no file of nothing', () => {
    const task = gatheringTask(1);
    const run = new PartitionedRun(task.spills, 1);
    append(run, 0, 'values', 1);
    run.remove();
    const empty = new PartitionedRun(task.spills, 1);
    empty.finish();
    expect([read(empty, 0), task.runs()]).toEqual([[], []]);
    empty.remove();
  });
});

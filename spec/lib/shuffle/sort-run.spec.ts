import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { SortRunWriter } from '../../../lib/shuffle/sort-run.ts';
import { gatheringTask } from '../../support/gathering-task.ts';

function writing(segmentBytes: number, check: () => void = () => {}) {
  const { spills, runs } = gatheringTask(1000);
  return { spills, runs, writer: new SortRunWriter({ spills, segmentBytes, check }) };
}

describe('SortRunWriter', () => {
  it('cuts numbers into segments of the size that was asked for, and says that values are keys', () => {
    const { spills, writer } = writing(800);
    const keys = Float64Array.from({ length: 250 }, (_, i) => i);
    writer.appendNumbers({ keys, values: keys }, 0, 250);
    const run = writer.finish();
    expect([run.isNumbers, run.isSame]).toEqual([true, true]);
    expect(run.file.segments.map(({ rowCount }) => rowCount)).toEqual([100, 100, 50]);
    using reader = spills.read(run.file);
    expect([...recordsOf(reader.batches())]).toEqual(Array.from(keys, (key) => [key, key]));
  });

  it('cuts records into segments of about that size, however long they grow', () => {
    const { spills, writer } = writing(4096);
    const rows = Array.from({ length: 600 }, (_, i) => [i, 'x'.repeat(i < 500 ? 10 : 3000)]);
    writer.appendRows(rows, 0, 600);
    const run = writer.finish();
    expect([run.isNumbers, run.isSame]).toEqual([false, false]);
    const sizes = run.file.segments.map(({ sizeBytes }) => sizeBytes);
    expect(sizes.filter((size) => size > 8192).length).toBeLessThan(2);
    expect(sizes.length).toBeLessThan(160);
    using reader = spills.read(run.file);
    expect([...recordsOf(reader.batches())]).toEqual(rows);
  });

  it('is asked before each segment whether it should go on, and leaves nothing when not', () => {
    let segments = 0;
    const { runs, writer } = writing(80, () => {
      if (++segments > 3) throw new RangeError('stopped');
    });
    using _ = writer;
    const keys = new Float64Array(1000);
    expect(() => writer.appendNumbers({ keys, values: keys }, 0, 1000)).toThrow(new RangeError('stopped'));
    writer[Symbol.dispose]();
    expect(runs()).toEqual([]);
  });
});

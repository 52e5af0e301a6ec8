import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { CheckpointTees, type WrittenPart } from '../../../lib/exec/checkpoint-tees.ts';
import { MetricsCounter } from '../../../lib/exec/metrics-counter.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import type { BatchIterator } from '../../../lib/lineage/task-context.ts';
import { CheckpointPartReader } from '../../../storage/checkpoint/part-reader.ts';
import { BatchesNode } from '../../support/batches-node.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin, recordsOfBatches, ScanTask } from '../../support/scan-task.ts';

const place = { directory: '/c', owner: 'spec', partitionCount: 2 };

function setting(rows: readonly (readonly unknown[])[] = [[1, 2], [3]]) {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory(place.directory);
  const node: LineageNode = new BatchesNode([rows.map((each) => rowBatch(each)), []], {
    origin: { ...origin(), id: nodeId(5) },
  });
  node.checkpointTarget = { place, codec: 'none' };
  const batches = () => new ScanTask(fileSystem).iterate(node, 0);
  return { fileSystem, node, batches };
}

const partOf = (tees: CheckpointTees) => (tees.written[0] as WrittenPart).part;
const all = (batches: BatchIterator) => [...recordsOfBatches(batches)];

describe('CheckpointTees', () => {
  it('writes what passes, and gives it on as it is', () => {
    const { fileSystem, node, batches } = setting();
    const metrics = new MetricsCounter();
    const tees = new CheckpointTees(fileSystem, taskId(3), metrics);
    const passing = tees.copy(node, 0, batches());
    expect(tees.written).toEqual([]);
    expect(all(passing)).toEqual([1, 2, 3]);
    expect(tees.written).toMatchObject([{ node: 5, part: { partition: 0, rows: 3 } }]);
    expect(metrics).toMatchObject({ rowsWritten: 3, bytesWritten: partOf(tees).bytes });
    using reader = CheckpointPartReader.open(fileSystem, place, partOf(tees));
    expect(all(reader.batches() as BatchIterator)).toEqual([1, 2, 3]);
  });

  it('writes records before whoever gets them changes them', () => {
    const { fileSystem, node, batches } = setting([[{ n: 1 }]]);
    const tees = new CheckpointTees(fileSystem, taskId(3), new MetricsCounter());
    for (const batch of tees.copy(node, 0, batches())) {
      if (batch.kind === 'rows') (batch.rows[0] as { n: number }).n = 9;
    }
    using reader = CheckpointPartReader.open(fileSystem, place, partOf(tees));
    expect(all(reader.batches() as BatchIterator)).toEqual([{ n: 1 }]);
  });

  it('writes nothing of a partition that is not read to its end', () => {
    const { fileSystem, node, batches } = setting();
    const tees = new CheckpointTees(fileSystem, taskId(3), new MetricsCounter());
    for (const _ of tees.copy(node, 0, batches())) break;
    expect(tees.written).toEqual([]);
    expect(fileSystem.list(place.directory)).toEqual([]);
  });

  it('writes a partition once in an attempt, and not again what another attempt has written', () => {
    const { fileSystem, node, batches } = setting();
    const first = new CheckpointTees(fileSystem, taskId(3), new MetricsCounter());
    const [one, two] = [first.copy(node, 0, batches()), first.copy(node, 0, batches())];
    expect([all(one), all(two)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(first.written).toHaveLength(1);
    const second = new CheckpointTees(fileSystem, taskId(4), new MetricsCounter());
    expect(all(second.copy(node, 0, batches()))).toEqual([1, 2, 3]);
    expect(second.written).toEqual([]);
    const third = new CheckpointTees(fileSystem, taskId(5), new MetricsCounter());
    expect([third.claim(node, 1), third.claim(node, 1)]).toEqual([true, false]);
  });

  it('passes datasets by that nobody marked', () => {
    const { fileSystem, node, batches } = setting();
    node.checkpointTarget = undefined;
    const given = batches();
    expect(new CheckpointTees(fileSystem, taskId(3), new MetricsCounter()).copy(node, 0, given)).toBe(given);
  });

  it('never fails the task: neither for records, nor for the disk, whichever call fails', () => {
    const strange = setting([[1], [Symbol('s')], [2]]);
    const tees = new CheckpointTees(strange.fileSystem, taskId(3), new MetricsCounter());
    expect(all(tees.copy(strange.node, 0, strange.batches()))).toHaveLength(3);
    expect([tees.written, strange.fileSystem.list(place.directory)]).toEqual([[], []]);
    let failures = 0;
    for (let call = 1; call < 40; call++) {
      const { fileSystem, node, batches } = setting();
      const faulty = new FaultyFileSystem(fileSystem, { at: call, errno: 'EIO' });
      const given = batches();
      const own = new CheckpointTees(faulty, taskId(3), new MetricsCounter());
      expect(all(own.copy(node, 0, given))).toEqual([1, 2, 3]);
      if (own.written.length === 0) failures++;
    }
    expect(failures).toBeGreaterThan(3);
    expect(failures).toBeLessThan(35);
  });
});

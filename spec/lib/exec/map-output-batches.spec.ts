import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { mapOutputBatches, mapOutputRows } from '../../../lib/exec/map-output-batches.ts';
import { MetricsCounter } from '../../../lib/exec/metrics-counter.ts';
import { recordsOf } from '../../../lib/lineage/records.ts';
import { MapOutputReader } from '../../../storage/shuffle/map-output-reader.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const directory = '/shuffle';
const id = shuffleId(3);

describe('map outputs', () => {
  const fileSystem = new MemoryFileSystem();
  const reader = new MapOutputReader({ fileSystem, directory });
  const outputs = [0, 1].map((mapIndex) => {
    using writer = MapOutputWriter.open({
      fileSystem,
      directory,
      shuffleId: id,
      mapIndex,
      taskId: taskId(mapIndex),
      partitionCount: 2,
    });
    using out = new ByteWriter();
    encodeFrame(rowBatch([[mapIndex, 'a'], 7]), out, { codec: 'none' });
    writer.appendFrames(1, out.bytes(), 2);
    return writer.commit();
  });

  it('give the records of a partition by map partition, and count them', () => {
    const metrics = new MetricsCounter();
    const batches = mapOutputBatches(reader, new Map([[id, outputs]]), id, 1, metrics);
    expect([...recordsOf(batches)]).toEqual([[0, 'a'], 7, [1, 'a'], 7]);
    expect([metrics.shuffleReadRecords, mapOutputRows(outputs, 1), mapOutputRows(outputs, 0)]).toEqual([4, 4, 0]);
    expect(metrics.shuffleReadBytes).toBeGreaterThan(0);
  });

  it('are lost where a task was given none', () => {
    const batches = mapOutputBatches(reader, new Map(), id, 0, new MetricsCounter());
    expect(() => [...batches]).toThrow(/SHUFFLE_OUTPUT_LOST/);
  });
});

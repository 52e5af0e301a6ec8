import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { TaskSpills } from '../../../storage/spill/task-spills.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

function taskSpills() {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/scratch');
  let next = 0;
  const spills = new TaskSpills({
    fileSystem,
    newScratchPath: (stem) => `/scratch/${stem}_${next++}`,
    codec: 'none',
  });
  return { fileSystem, spills };
}

function frame(records: readonly unknown[]): Uint8Array {
  using out = new ByteWriter();
  encodeFrame(rowBatch(records), out, { codec: 'none' });
  return out.bytes().slice();
}

describe('TaskSpills', () => {
  it('gives each run a file of its own, and reads it back', () => {
    const { fileSystem, spills } = taskSpills();
    const runs = ['temp_local', 'temp_shuffle'].map((stem, i) => {
      using writer = spills.openRun(stem as 'temp_local');
      writer.append(0, frame([i, 'x']), 2);
      return writer.finish();
    });
    expect(
      fileSystem
        .list('/scratch')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['temp_local_0', 'temp_shuffle_1']);
    using reader = spills.read(runs[1] as (typeof runs)[0]);
    expect(rowsOf(reader.batches())).toEqual([1, 'x']);
  });

  it('removes a run when it is told to, and the rest at its end', () => {
    const { fileSystem, spills } = taskSpills();
    const write = () => {
      using writer = spills.openRun();
      writer.append(0, frame([1]), 1);
      return writer.finish();
    };
    const first = write();
    write();
    const open = spills.openRun();
    open.append(0, frame([1]), 1);
    open.flush();
    spills.remove(first);
    spills.remove(first);
    expect(fileSystem.list('/scratch')).toHaveLength(2);
    spills[Symbol.dispose]();
    expect(fileSystem.list('/scratch')).toEqual([]);
  });
});

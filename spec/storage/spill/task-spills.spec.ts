import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { newSpillCounts, SpillQuota } from '../../../storage/spill/spill-quota.ts';
import { TaskSpills } from '../../../storage/spill/task-spills.ts';
import { FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

function taskSpills(maxBytes?: number, wrap: (inner: FileSystem) => FileSystem = (inner) => inner) {
  const fileSystem = new MemoryFileSystem();
  fileSystem.makeDirectory('/scratch');
  let next = 0;
  const quota = new SpillQuota({ maxBytes, counts: newSpillCounts(1), slot: 0 });
  const spills = new TaskSpills({
    fileSystem: wrap(fileSystem),
    quota,
    describeSpilled: () => 'sort 3 B',
    newScratchPath: (stem) => `/scratch/${stem}_${next++}`,
    codec: 'none',
  });
  return { fileSystem, spills, quota };
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

  it('counts what is in runs, finished or not, until they are removed', () => {
    const { spills, quota } = taskSpills();
    const bytes = frame([1]).length;
    const first = spills.openRun();
    first.append(0, frame([1]), 1);
    const run = first.finish();
    const second = spills.openRun();
    second.append(0, frame([1]), 1);
    expect(quota.usedBytes).toBe(2 * bytes);
    spills.remove(run);
    spills.remove(run);
    expect(quota.usedBytes).toBe(bytes);
    second.abort();
    spills[Symbol.dispose]();
    spills[Symbol.dispose]();
    expect(quota.usedBytes).toBe(0);
  });

  it('refuses what would pass the limit, and says what was spilled', () => {
    const { spills, quota, fileSystem } = taskSpills(2 * frame([1]).length);
    const writer = spills.openRun();
    writer.append(0, frame([1]), 1);
    writer.append(0, frame([2]), 1);
    expect(() => writer.append(0, frame([3]), 1)).toThrow(/SPILL_LIMIT: .* has written out sort 3 B/);
    expect(writer.finish().rowCount).toBe(2);
    spills[Symbol.dispose]();
    expect([quota.usedBytes, fileSystem.list('/scratch')]).toEqual([0, []]);
  });

  it('tries at its end again to remove what could not be removed', () => {
    const disks: FaultyFileSystem[] = [];
    const { spills, quota, fileSystem } = taskSpills(undefined, (inner) => {
      disks.push(new FaultyFileSystem(inner, { at: 1, calls: ['removeFile'], errno: 'EIO' }));
      return disks[0] as FaultyFileSystem;
    });
    const writer = spills.openRun();
    writer.append(0, frame([1]), 1);
    const run = writer.finish();
    expect(() => spills.remove(run)).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
    expect(quota.usedBytes).toBe(frame([1]).length);
    spills[Symbol.dispose]();
    expect([quota.usedBytes, fileSystem.list('/scratch')]).toEqual([0, []]);
  });
});

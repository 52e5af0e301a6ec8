import { describe, expect, it } from 'vitest';
import { localCheckpointLevel } from '../../../lib/lineage/local-checkpoint-level.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';

describe('localCheckpointLevel', () => {
  const table: readonly (readonly [StorageLevelName, StorageLevelName])[] = [
    ['NONE', 'MEMORY_AND_DISK'],
    ['MEMORY_ONLY', 'MEMORY_AND_DISK'],
    ['MEMORY_ONLY_SER', 'MEMORY_AND_DISK_SER'],
    ['MEMORY_ONLY_2', 'MEMORY_AND_DISK_2'],
    ['MEMORY_ONLY_SER_2', 'MEMORY_AND_DISK_SER_2'],
    ['DISK_ONLY', 'DISK_ONLY'],
    ['DISK_ONLY_2', 'DISK_ONLY_2'],
    ['DISK_ONLY_3', 'DISK_ONLY_3'],
    ['MEMORY_AND_DISK', 'MEMORY_AND_DISK'],
    ['MEMORY_AND_DISK_2', 'MEMORY_AND_DISK_2'],
    ['MEMORY_AND_DISK_SER', 'MEMORY_AND_DISK_SER'],
    ['MEMORY_AND_DISK_SER_2', 'MEMORY_AND_DISK_SER_2'],
    ['OFF_HEAP', 'MEMORY_AND_DISK_SER'],
  ];

  it.each(table)("makes %s %s, as Spark's table has it", (given, used) => {
    expect(localCheckpointLevel(STORAGE_LEVELS[given])).toEqual(STORAGE_LEVELS[used]);
    expect(localCheckpointLevel(STORAGE_LEVELS[used])).toEqual(STORAGE_LEVELS[used]);
  });

  it('has a line for every level', () => {
    expect(table.map(([given]) => given).sort()).toEqual(Object.keys(STORAGE_LEVELS).sort());
  });
});

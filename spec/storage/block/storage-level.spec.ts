import { describe, expect, test } from 'vitest';
import {
  describeLevel,
  isPersisted,
  STORAGE_LEVELS,
  type StorageLevelName,
  sameLevel,
  storageLevel,
} from '../../../storage/block/storage-level.ts';

describe('storage levels', () => {
  test('have the flags and descriptions of Spark', () => {
    const names = Object.keys(STORAGE_LEVELS) as StorageLevelName[];
    expect(Object.fromEntries(names.map((name) => [name, describeLevel(storageLevel(name))]))).toEqual({
      NONE: '',
      DISK_ONLY: 'Disk Serialized 1x Replicated',
      DISK_ONLY_2: 'Disk Serialized 2x Replicated',
      DISK_ONLY_3: 'Disk Serialized 3x Replicated',
      MEMORY_ONLY: 'Memory Deserialized 1x Replicated',
      MEMORY_ONLY_2: 'Memory Deserialized 2x Replicated',
      MEMORY_ONLY_SER: 'Memory Serialized 1x Replicated',
      MEMORY_ONLY_SER_2: 'Memory Serialized 2x Replicated',
      MEMORY_AND_DISK: 'Disk Memory Deserialized 1x Replicated',
      MEMORY_AND_DISK_2: 'Disk Memory Deserialized 2x Replicated',
      MEMORY_AND_DISK_SER: 'Disk Memory Serialized 1x Replicated',
      MEMORY_AND_DISK_SER_2: 'Disk Memory Serialized 2x Replicated',
      OFF_HEAP: 'Disk Memory (off heap) Serialized 1x Replicated',
    });
  });

  test('are persisted unless they name neither memory nor disk', () => {
    expect(isPersisted(STORAGE_LEVELS.NONE)).toBe(false);
    expect(isPersisted({ ...STORAGE_LEVELS.DISK_ONLY, replication: 0 })).toBe(false);
    expect(isPersisted(STORAGE_LEVELS.DISK_ONLY)).toBe(true);
  });

  test('are the same when all flags are', () => {
    expect(sameLevel(STORAGE_LEVELS.MEMORY_ONLY, { ...STORAGE_LEVELS.MEMORY_ONLY })).toBe(true);
    expect(sameLevel(STORAGE_LEVELS.MEMORY_ONLY, STORAGE_LEVELS.MEMORY_ONLY_2)).toBe(false);
    expect(sameLevel(STORAGE_LEVELS.MEMORY_AND_DISK_SER, STORAGE_LEVELS.OFF_HEAP)).toBe(false);
  });

  test.each(['memory_only', '', '__proto__', 'toString'])('are not named %j', (name) => {
    expect(() => storageLevel(name as StorageLevelName)).toThrow('INVALID_ARGUMENT');
  });
});

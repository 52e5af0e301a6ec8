import { CairnError, describeValue } from '../../lib/base/errors.ts';

/**
 * Where a persisted dataset is kept: Spark's flags, with the same meaning.
 *
 * `deserialized` blocks are held ready to run over (columns where the records have a shape, plain values otherwise);
 * serialized ones as encoded frames. `replication` is accepted for Spark's names and kept in descriptions: on one
 * machine there is one copy.
 */
export interface StorageLevel {
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
}

const level = (
  useDisk: boolean,
  useMemory: boolean,
  useOffHeap: boolean,
  deserialized: boolean,
  replication = 1,
): StorageLevel => Object.freeze({ useDisk, useMemory, useOffHeap, deserialized, replication });

/** Spark's named levels. `NONE` means not persisted. */
export const STORAGE_LEVELS = Object.freeze({
  NONE: level(false, false, false, false),
  DISK_ONLY: level(true, false, false, false),
  DISK_ONLY_2: level(true, false, false, false, 2),
  DISK_ONLY_3: level(true, false, false, false, 3),
  MEMORY_ONLY: level(false, true, false, true),
  MEMORY_ONLY_2: level(false, true, false, true, 2),
  MEMORY_ONLY_SER: level(false, true, false, false),
  MEMORY_ONLY_SER_2: level(false, true, false, false, 2),
  MEMORY_AND_DISK: level(true, true, false, true),
  MEMORY_AND_DISK_2: level(true, true, false, true, 2),
  MEMORY_AND_DISK_SER: level(true, true, false, false),
  MEMORY_AND_DISK_SER_2: level(true, true, false, false, 2),
  OFF_HEAP: level(true, true, true, false),
});

export type StorageLevelName = keyof typeof STORAGE_LEVELS;

/** The level of that name. Raises INVALID_ARGUMENT for any other name. */
export function storageLevel(name: StorageLevelName): StorageLevel {
  if (typeof name !== 'string' || !Object.hasOwn(STORAGE_LEVELS, name)) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: 'persist',
      argument: 'level',
      expected: `one of ${Object.keys(STORAGE_LEVELS).join(', ')}`,
      found: describeValue(name),
    });
  }
  return STORAGE_LEVELS[name];
}

/** Whether anything is kept at this level (Spark's `isValid`). */
export function isPersisted(of: StorageLevel): boolean {
  return (of.useMemory || of.useDisk) && of.replication > 0;
}

export function sameLevel(a: StorageLevel, b: StorageLevel): boolean {
  return (
    a.useDisk === b.useDisk &&
    a.useMemory === b.useMemory &&
    a.useOffHeap === b.useOffHeap &&
    a.deserialized === b.deserialized &&
    a.replication === b.replication
  );
}

/** Spark's `StorageLevel.description`, as `toDebugString` prints it; '' for NONE. */
export function describeLevel(of: StorageLevel): string {
  if (!isPersisted(of)) return '';
  const disk = of.useDisk ? 'Disk ' : '';
  const memory = of.useMemory ? (of.useOffHeap ? 'Memory (off heap) ' : 'Memory ') : '';
  return `${disk}${memory}${of.deserialized ? 'Deserialized' : 'Serialized'} ${of.replication}x Replicated`;
}

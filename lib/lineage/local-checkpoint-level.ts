import { isPersisted, STORAGE_LEVELS, type StorageLevel } from '../../storage/block/storage-level.ts';

/**
 * The level that a locally checkpointed dataset is kept at: as wished for, and on disk too, since its blocks cannot be
 * computed again. MEMORY_AND_DISK where none was wished for; off-heap memory is left out, as in Spark.
 */
export function localCheckpointLevel({ replication, useMemory, deserialized, ...level }: StorageLevel): StorageLevel {
  if (!isPersisted({ ...level, replication, useMemory, deserialized })) return STORAGE_LEVELS.MEMORY_AND_DISK;
  return { useDisk: true, useMemory, useOffHeap: false, deserialized, replication };
}

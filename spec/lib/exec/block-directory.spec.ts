import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../lib/base/ids.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import { blockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';

const node = nodeId(1);
const id = rddBlockId(node, 0);
const other = rddBlockId(node, 1);
const NOWHERE = { inMemory: [], onDisk: false };

function directoryAt(level: StorageLevelName): BlockDirectory {
  const directory = new BlockDirectory();
  directory.keepNode(node, STORAGE_LEVELS[level]);
  return directory;
}

describe('a block directory', () => {
  test('knows which threads hold a block, and whether it is on disk', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    expect(directory.isEmpty).toBe(true);
    expect(directory.holdersOf(id)).toEqual(NOWHERE);
    directory.apply('worker-1', { kind: 'stored', blockId: id, memoryBytes: 100, diskBytes: 0 });
    directory.apply('worker-2', { kind: 'stored', blockId: id, memoryBytes: 90, diskBytes: 0 });
    directory.apply('worker-2', { kind: 'stored', blockId: other, memoryBytes: 0, diskBytes: 40 });
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['worker-1', 'worker-2'], onDisk: false });
    expect(directory.holdersOf(other)).toEqual({ inMemory: [], onDisk: true });
    expect(directory.countBlocks(node)).toBe(2);
    expect(directory.nodeStatus(node)).toEqual({ cachedPartitions: 2, memoryBytes: 190, diskBytes: 40 });
    expect(directory.status(id)).toEqual({ memoryBytes: 190, diskBytes: 0 });
    expect(directory.isEmpty).toBe(false);
  });

  test('follows a block from memory to disk and back', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    const apply = (holder: string, kind: 'stored' | 'dropped-to-disk' | 'reloaded' | 'evicted', diskBytes: number) =>
      directory.apply(holder, { kind, blockId: id, memoryBytes: 100, diskBytes });
    apply('a', 'stored', 0);
    expect(apply('a', 'dropped-to-disk', 60)).toBe('noted');
    expect(directory.holdersOf(id)).toEqual({ inMemory: [], onDisk: true });
    expect(apply('b', 'reloaded', 60)).toBe('noted');
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['b'], onDisk: true });
    expect(directory.status(id)).toEqual({ memoryBytes: 100, diskBytes: 60 });
    expect(apply('b', 'evicted', 60)).toBe('noted');
    expect(apply('b', 'evicted', 60)).toBe('stale');
    expect(directory.status(id)).toEqual({ memoryBytes: 0, diskBytes: 60 });
  });

  test('loses a thread’s copy and the file with a block that is lost, and the copies of no other thread', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    for (const holder of ['a', 'b']) {
      directory.apply(holder, { kind: 'reloaded', blockId: id, memoryBytes: 100, diskBytes: 60 });
    }
    const lost = { kind: 'lost', blockId: id, path: '/b/14/rdd_1_0', reason: 'it is missing' } as const;
    expect(directory.apply('a', lost)).toBe('noted');
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['b'], onDisk: false });
    expect(directory.apply('a', lost)).toBe('stale');
    expect(directory.apply('b', { kind: 'removed', blockId: id, fromDisk: false })).toBe('noted');
    expect(directory.countBlocks(node)).toBe(0);
    expect(directory.isEmpty).toBe(true);
  });

  test('changes nothing for what was not stored or stays', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    directory.apply('a', { kind: 'stored', blockId: id, memoryBytes: 100, diskBytes: 0 });
    expect(directory.apply('a', { kind: 'drop-failed', blockId: id, reason: 'the disk is full' })).toBe('noted');
    expect(directory.apply('b', { kind: 'not-stored', blockId: other })).toBe('noted');
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['a'], onDisk: false });
    expect(directory.countBlocks(node)).toBe(1);
  });

  test('keeps what a dead thread wrote to disk, and nothing it held in memory', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    directory.apply('a', { kind: 'reloaded', blockId: id, memoryBytes: 100, diskBytes: 60 });
    directory.apply('a', { kind: 'stored', blockId: other, memoryBytes: 100, diskBytes: 0 });
    expect(directory.forgetHolder('b')).toEqual([]);
    expect(directory.forgetHolder('a')).toEqual([other]);
    expect(directory.holdersOf(id)).toEqual({ inMemory: [], onDisk: true });
    expect(directory.holdersOf(other)).toEqual(NOWHERE);
    expect(directory.countBlocks(node)).toBe(1);
  });

  test('wants nothing of a dataset that is given up, until it is kept again', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    const late = { kind: 'stored', blockId: other, memoryBytes: 100, diskBytes: 0 } as const;
    directory.apply('a', { kind: 'stored', blockId: id, memoryBytes: 100, diskBytes: 0 });
    expect(directory.forgetNode(node)).toEqual([id]);
    expect(directory.forgetNode(node)).toEqual([]);
    expect(directory.apply('b', late)).toBe('unwanted');
    expect(directory.countBlocks(node)).toBe(0);
    // What the thread does about it is news to nobody.
    expect(directory.apply('a', { kind: 'removed', blockId: id, fromDisk: false })).toBe('stale');
    expect(directory.apply('b', { kind: 'removed', blockId: other, fromDisk: false })).toBe('stale');
    directory.keepNode(node, STORAGE_LEVELS.MEMORY_ONLY);
    expect(directory.apply('b', late)).toBe('noted');
    directory.keepNode(node, STORAGE_LEVELS.NONE);
    expect(directory.apply('b', late)).toBe('unwanted');
  });

  test('wants no file where the level has no disk', () => {
    const directory = directoryAt('MEMORY_ONLY');
    expect(directory.apply('a', { kind: 'stored', blockId: id, memoryBytes: 0, diskBytes: 60 })).toBe('unwanted');
    expect(directory.isEmpty).toBe(true);
    const reloaded = { kind: 'reloaded', blockId: id, memoryBytes: 100, diskBytes: 60 } as const;
    expect(directory.apply('a', reloaded)).toBe('unwanted');
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['a'], onDisk: false });
  });

  test('takes a block that is in doubt for being nowhere until it is told of again', () => {
    const directory = directoryAt('MEMORY_AND_DISK');
    const reloaded = { kind: 'reloaded', blockId: id, memoryBytes: 100, diskBytes: 60 } as const;
    directory.apply('a', reloaded);
    directory.doubt(other);
    directory.doubt(id);
    expect(directory.holdersOf(id)).toEqual(NOWHERE);
    expect(directory.countBlocks(node)).toBe(0);
    directory.apply('b', reloaded);
    expect(directory.holdersOf(id)).toEqual({ inMemory: ['b'], onDisk: true });
  });

  test('passes over what is no dataset’s', () => {
    const directory = new BlockDirectory();
    const piece = blockId('broadcast_1');
    expect(directory.apply('a', { kind: 'stored', blockId: piece, memoryBytes: 100, diskBytes: 0 })).toBe('noted');
    expect(directory.apply('a', { kind: 'removed', blockId: piece, fromDisk: true })).toBe('stale');
    directory.doubt(piece);
    expect(directory.holdersOf(piece)).toEqual(NOWHERE);
    expect(directory.isEmpty).toBe(true);
  });
});

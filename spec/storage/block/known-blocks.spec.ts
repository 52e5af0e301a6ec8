import { describe, expect, it } from 'vitest';
import { nodeId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { rddBlockId, shuffleBlockId } from '../../../storage/block/block-id.ts';
import { KnownBlocks, nodeOf } from '../../../storage/block/known-blocks.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';

const { MEMORY_ONLY, DISK_ONLY } = STORAGE_LEVELS;
const first = rddBlockId(nodeId(1), 0);
const second = rddBlockId(nodeId(1), 1);
const other = rddBlockId(nodeId(11), 0);
const shuffled = shuffleBlockId(shuffleId(1), taskId(1), 0);

describe('KnownBlocks', () => {
  it('tells the blocks of a dataset from all others', () => {
    const known = new KnownBlocks();
    for (const id of [first, other, shuffled, second, first]) known.set(id, MEMORY_ONLY);
    known.set(first, DISK_ONLY);
    expect([...known.ofNode(nodeId(1))]).toEqual([first, second]);
    expect([...known.ofNode(nodeId(2))]).toEqual([]);
    expect([known.levelOf(first), known.levelOf(shuffled), known.has(other)]).toEqual([DISK_ONLY, MEMORY_ONLY, true]);
  });

  it('forgets blocks one by one, and all of them', () => {
    const known = new KnownBlocks();
    for (const id of [first, second, shuffled, other]) known.set(id, MEMORY_ONLY);
    for (const id of [first, first, shuffled]) known.delete(id);
    expect([...known.ofNode(nodeId(1))]).toEqual([second]);
    expect([known.has(first), known.levelOf(shuffled)]).toEqual([false, undefined]);
    known.delete(second);
    known.clear();
    expect([known.ofNode(nodeId(1)).size, known.ofNode(nodeId(11)).size, known.has(other)]).toEqual([0, 0, false]);
  });

  it('knows no dataset of blocks that are not of one', () => {
    expect([nodeOf(second), nodeOf(shuffled)]).toEqual([1, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { BlockJournal } from '../../../lib/api/block-journal.ts';
import { nodeId } from '../../../lib/base/ids.ts';

const stored = (block: string, memoryBytes: number, diskBytes = 0) =>
  ({ kind: 'block-stored', atMs: 1, block, memoryBytes, diskBytes }) as const;

describe('the journal of blocks', () => {
  it('gives each block that changed once, as it is now', () => {
    const journal = new BlockJournal();
    journal.setLevel(nodeId(3), 'level');
    journal.add(stored('rdd_3_0', 10));
    journal.add({ kind: 'block-evicted', atMs: 1, block: 'rdd_3_0', freedBytes: 10, diskBytes: 4 });
    journal.add(stored('rdd_3_1', 10));
    expect(journal.take()).toEqual([
      {
        block: 'rdd_3_0',
        node: 3,
        partition: 0,
        memoryBytes: 0,
        diskBytes: 4,
        storageLevel: 'level',
        state: 'present',
      },
      {
        block: 'rdd_3_1',
        node: 3,
        partition: 1,
        memoryBytes: 10,
        diskBytes: 0,
        storageLevel: 'level',
        state: 'present',
      },
    ]);
    expect(journal.take()).toEqual([]);
    journal.add({ kind: 'block-dropped', atMs: 1, block: 'rdd_3_0' });
    journal.add({ kind: 'block-lost', atMs: 1, block: 'rdd_3_1', reason: 'x' });
    expect(journal.take().map(({ state, diskBytes }) => [state, diskBytes])).toEqual([
      ['dropped', 0],
      ['lost', 0],
    ]);
    journal.add(stored('rdd_3_1', 12));
    expect(journal.take()).toMatchObject([{ memoryBytes: 12, state: 'present' }]);
  });

  it('leaves out what is no partition of a dataset, and what it never saw stored', () => {
    const journal = new BlockJournal();
    journal.add(stored('broadcast_1', 10));
    journal.add(stored('../rdd_1_1', 10));
    journal.add({ kind: 'block-lost', atMs: 1, block: 'rdd_3_0', reason: 'x' });
    journal.add({ kind: 'block-evicted', atMs: 1, block: 'rdd_3_0', freedBytes: 1, diskBytes: 1 });
    expect(journal.take()).toEqual([]);
  });

  it('forgets the blocks of a dataset that is given up, changed or not', () => {
    const journal = new BlockJournal();
    journal.add(stored('rdd_3_0', 10));
    journal.add(stored('rdd_4_0', 10));
    expect([journal.forgetNode(nodeId(3)), journal.forgetNode(nodeId(3))]).toEqual([true, false]);
    journal.add({ kind: 'block-dropped', atMs: 1, block: 'rdd_3_0' });
    expect(journal.take().map(({ block }) => block)).toEqual(['rdd_4_0']);
  });
});

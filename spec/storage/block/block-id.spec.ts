import { describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import {
  blockId,
  broadcastBlockId,
  findBlockId,
  parseBlockId,
  rddBlockId,
  shuffleBlockId,
  shuffleDataFile,
  shuffleIndexFile,
  taskResultBlockId,
  tempLocalBlockId,
  tempShuffleBlockId,
} from '../../../storage/block/block-id.ts';

describe('block ids', () => {
  test('are named as in Spark, and say what they were made of', () => {
    const cases = [
      [rddBlockId(nodeId(3), 7), 'rdd_3_7', { kind: 'rdd', nodeId: 3, partition: 7 }],
      [
        shuffleBlockId(shuffleId(0), taskId(12), 5),
        'shuffle_0_12_5',
        { kind: 'shuffle', shuffleId: 0, taskId: 12, partition: 5 },
      ],
      [
        shuffleDataFile(shuffleId(0), taskId(12)),
        'shuffle_0_12_0.data',
        { kind: 'shuffle-data', shuffleId: 0, taskId: 12 },
      ],
      [
        shuffleIndexFile(shuffleId(0), taskId(12)),
        'shuffle_0_12_0.index',
        { kind: 'shuffle-index', shuffleId: 0, taskId: 12 },
      ],
      [broadcastBlockId(1), 'broadcast_1', { kind: 'broadcast', broadcastId: 1, piece: undefined }],
      [broadcastBlockId(1, 0), 'broadcast_1_piece0', { kind: 'broadcast', broadcastId: 1, piece: 0 }],
      [taskResultBlockId(taskId(9)), 'taskresult_9', { kind: 'task-result', taskId: 9 }],
      [tempLocalBlockId('a-1'), 'temp_local_a-1', { kind: 'temp-local', name: 'a-1' }],
      [tempShuffleBlockId('7'), 'temp_shuffle_7', { kind: 'temp-shuffle', name: '7' }],
    ] as const;
    for (const [id, name, parsed] of cases) {
      expect(id).toBe(name);
      expect(parseBlockId(id)).toEqual(parsed);
      expect(blockId(name)).toBe(id);
    }
  });

  test.each([
    '',
    'rdd_1',
    'rdd_1_2 ',
    'xrdd_1_2',
    'rdd_1_2\n',
    'rdd_01_2',
    'rdd_-1_2',
    'rdd_1_1e3',
    'rdd_1_9999999999999999',
    'shuffle_0_1_0xdata',
    'shuffle_0_1_1.data',
    'shuffle_0_1_0.data.tmp',
    'temp_local_',
    'temp_local_../../etc/passwd',
    'temp_shuffle_a/b',
    'broadcast_1_piece',
    '__proto__',
    '../rdd_1_2',
    'rdd_1_2/..',
    'rdd_1_2\0',
  ])('refuse %j', (name) => {
    expect(findBlockId(name)).toBeUndefined();
    expect(() => blockId(name)).toThrow(CairnError);
    try {
      parseBlockId(name);
    } catch (error) {
      expect(CairnError.is(error, 'UNRECOGNIZED_BLOCK_ID')).toBe(true);
    }
  });

  test('cannot be made of what is no id', () => {
    expect(() => rddBlockId(nodeId(-1), 0)).toThrow('INTERNAL');
    expect(() => rddBlockId(nodeId(1.5), 0)).toThrow('INTERNAL');
    expect(() => rddBlockId(nodeId(0), 1e15)).toThrow('INTERNAL');
    expect(rddBlockId(nodeId(0), 1e15 - 1)).toBe('rdd_0_999999999999999');
  });
});

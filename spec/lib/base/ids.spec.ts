import { describe, expect, expectTypeOf, it } from 'vitest';
import { jobId, type NodeId, nodeId, runId, type StageId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';

describe('ids', () => {
  it('are plain values at run time', () => {
    expect([nodeId(1), shuffleId(2), jobId(3), stageId(4), taskId(5), runId('00ff00ff')]).toEqual([
      1,
      2,
      3,
      4,
      5,
      '00ff00ff',
    ]);
  });

  it('are kept apart by the compiler', () => {
    expectTypeOf<NodeId>().not.toExtend<StageId>();
    expectTypeOf<number>().not.toExtend<NodeId>();
    expectTypeOf<NodeId>().toExtend<number>();
  });
});

import { describe, expect, it } from 'vitest';
import { stageId } from '../../../lib/base/ids.ts';
import { describeNode } from '../../../lib/lineage/explain-lineage.ts';
import { type Stage, stageName, workOf } from '../../../lib/scheduler/stage.ts';
import { callSite, Lineage } from './support/lineages.ts';

describe('a stage', () => {
  const lineage = new Lineage();
  const node = lineage.collection(2);
  const shuffled = lineage.shuffled(node, 3);

  it('computes its node and hands the records to a shuffle or to the action of the job', () => {
    const shared = { id: stageId(0), name: 'x', parents: [] };
    const map: Stage = { ...shared, kind: 'shuffle-map', node, dependency: shuffled.shuffle, numPartitions: 2 };
    expect(workOf(map)).toEqual({ kind: 'shuffle-map', node, dependency: shuffled.shuffle });
    const result: Stage = { ...shared, kind: 'result', node: shuffled, action: { kind: 'count' }, partitions: [0] };
    expect(workOf(result)).toEqual({ kind: 'result', node: shuffled, action: { kind: 'count' } });
  });

  it('is named after a place in the program', () => {
    expect(stageName(callSite('count', 7))).toBe('count at job.ts:7');
  });

  it('describes a node as a listing does, its name first', () => {
    expect(describeNode(shuffled)).toBe('ShuffledRDD[1] at reduceByKey at job.ts:2');
    shuffled.name = 'totals';
    expect(describeNode(shuffled)).toBe('totals ShuffledRDD[1] at reduceByKey at job.ts:2');
  });
});

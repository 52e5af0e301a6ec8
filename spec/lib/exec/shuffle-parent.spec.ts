import { describe, expect, it } from 'vitest';
import { ShuffleParent } from '../../../lib/exec/shuffle-parent.ts';
import { describeNode } from '../../../lib/lineage/explain-lineage.ts';
import { origin } from '../../support/scan-task.ts';

describe('the dataset beyond a shuffle', () => {
  it('has a name for errors, and no partitions', () => {
    const parent = new ShuffleParent(origin('map'), 'MapPartitionsRDD', 'words');
    expect(describeNode(parent)).toBe(`words MapPartitionsRDD[${parent.id}] at map at job.ts:1`);
    expect(parent.mayPend).toBe(false);
    expect(() => parent.partitions).toThrow(/INTERNAL/);
  });
});

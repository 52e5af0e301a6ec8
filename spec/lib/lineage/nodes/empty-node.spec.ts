import { expect, it } from 'vitest';
import { EmptyNode } from '../../../../lib/lineage/nodes/empty-node.ts';
import { origin } from '../../../support/scan-task.ts';

it('has no partitions and no records', () => {
  const node = new EmptyNode(origin('emptyRdd'), []);
  expect(node.partitions).toEqual([]);
  expect([...node.compute()]).toEqual([]);
  expect(node.className).toBe('EmptyRDD');
});

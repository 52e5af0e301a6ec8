import { shuffleId } from '../../../../lib/base/ids.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import { ShuffledNode } from '../../../../lib/lineage/nodes/shuffled-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';
import { origin } from '../../../support/scan-task.ts';

/** A dataset shuffled by the hash of its keys, without an aggregator. */
export function shuffledBy(parent: LineageNode, numPartitions: number, id = 0) {
  const partitioner = new HashPartitioner(numPartitions);
  return { partitioner, node: new ShuffledNode(origin(), parent, partitioner, { shuffleId: shuffleId(id) }) };
}

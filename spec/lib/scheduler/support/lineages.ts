import { nodeId, shuffleId } from '../../../../lib/base/ids.ts';
import type { CallSite } from '../../../../lib/lineage/call-site.ts';
import type { LineageNode, NodeOrigin } from '../../../../lib/lineage/lineage-node.ts';
import { CoGroupNode } from '../../../../lib/lineage/nodes/co-group-node.ts';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { ShuffledNode } from '../../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../../lib/lineage/nodes/union-node.ts';
import { HashPartitioner } from '../../../../lib/lineage/partitioner.ts';

/** The place of an action or a node in a program that has one call a line. */
export function callSite(method: string, line: number): CallSite {
  return { method, location: `job.ts:${line}`, position: `/home/me/job.ts:${line}:1` };
}

/** Makes nodes as a session would: ids from 0, line numbers from 1. */
export class Lineage {
  #nodes = 0;
  #shuffles = 0;

  collection(slices: number): LineageNode {
    const records = Array.from({ length: slices }, (_, i) => i);
    return new CollectionNode(this.#origin('parallelize'), records, slices);
  }

  map(parent: LineageNode): LineageNode {
    return new StepNode(this.#origin('map'), parent, { kind: 'map', f: (x) => x });
  }

  shuffled(parent: LineageNode, partitions: number): ShuffledNode {
    const origin = this.#origin('reduceByKey');
    return new ShuffledNode(origin, parent, new HashPartitioner(partitions), {
      shuffleId: shuffleId(this.#shuffles++),
    });
  }

  union(...parents: LineageNode[]): LineageNode {
    return new UnionNode(this.#origin('union'), parents);
  }

  coGroup(partitions: number, ...parents: LineageNode[]): LineageNode {
    const next = () => shuffleId(this.#shuffles++);
    return new CoGroupNode(this.#origin('join'), parents, new HashPartitioner(partitions), next);
  }

  #origin(method: string): NodeOrigin {
    const id = this.#nodes++;
    return { id: nodeId(id), callSite: callSite(method, id + 1) };
  }
}

/** Every partition of a node. */
export function allOf(node: LineageNode): number[] {
  return node.partitions.map(({ index }) => index);
}

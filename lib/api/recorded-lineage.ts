import { describeLevel } from '../../storage/block/storage-level.ts';
import type { EdgeRecord, NodeRecord } from '../../storage/metadata/lineage-log.ts';
import type { ShuffleRow } from '../../storage/metadata/rows.ts';
import type { JobId, NodeId, ShuffleId } from '../base/ids.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

/** What is on record of a shuffle before any of it is written. */
export type ShuffleShape = Pick<ShuffleRow, 'mapCount' | 'reducerCount' | 'node'>;

/** Rows for the part of a lineage that no earlier job had. */
export interface NewLineage {
  /** Parents before children. */
  readonly nodes: readonly NodeRecord[];
  readonly edges: readonly EdgeRecord[];
}

/**
 * Which nodes are on record. Each job adds what it brings: the walk stops at nodes met before, so that a lineage that
 * grows with every iteration costs in all what it has nodes. It keeps numbers and never a node, which the user may
 * drop.
 */
export class RecordedLineage {
  readonly #fingerprintOf: (node: LineageNode) => string | undefined;
  readonly #partitionCounts = new Map<NodeId, number>();
  readonly #shuffles = new Map<ShuffleId, ShuffleShape>();

  /** `fingerprintOf` gives the fingerprints that are known. */
  constructor(fingerprintOf: (node: LineageNode) => string | undefined = () => undefined) {
    this.#fingerprintOf = fingerprintOf;
  }

  has(node: NodeId): boolean {
    return this.#partitionCounts.has(node);
  }

  /** Undefined for a shuffle of no node met so far. */
  shapeOf(shuffle: ShuffleId): ShuffleShape | undefined {
    return this.#shuffles.get(shuffle);
  }

  /** The nodes and edges from `root` upwards that are new. They count as met from now on. */
  add(root: LineageNode, firstJob: JobId): NewLineage {
    const nodes: NodeRecord[] = [];
    const edges: EdgeRecord[] = [];
    const entered = new Set<LineageNode>();
    const stack: { readonly node: LineageNode; readonly leaving: boolean }[] = [{ node: root, leaving: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, leaving } = top;
      if (leaving) {
        nodes.push(this.#enter(node, firstJob));
        edges.push(...this.#edgesOf(node));
        continue;
      }
      if (this.has(node.id) || entered.has(node)) continue;
      entered.add(node);
      stack.push({ node, leaving: true });
      for (const { parent } of node.dependencies.toReversed()) stack.push({ node: parent, leaving: false });
    }
    return { nodes, edges };
  }

  #enter(node: LineageNode, firstJob: JobId): NodeRecord {
    const partitionCount = this.#countPartitions(node);
    this.#partitionCounts.set(node.id, partitionCount);
    return {
      node: node.id,
      kind: node.kind,
      className: node.className,
      name: node.name ?? null,
      callSite: node.callSite.position,
      callSiteShort: describeCallSite(node.callSite),
      partitionCount,
      partitioner: node.partitioner?.describe() ?? null,
      storageLevel: node.isPersisted ? describeLevel(node.storageLevel) : null,
      firstJob,
      fingerprint: this.#fingerprintOf(node) ?? null,
    };
  }

  /**
   * The job asked for the partitions it needs; nothing is read from disk just to be noted. A step has those of its
   * parent: asking it would walk its chain, and asking each step of a long chain would be quadratic.
   */
  #countPartitions(node: LineageNode): number {
    if (node.arePartitionsKnown) return node.partitions.length;
    const parent = node.kind === 'step' ? node.dependencies[0]?.parent : undefined;
    return parent === undefined ? 0 : (this.#partitionCounts.get(parent.id) ?? 0);
  }

  #edgesOf(node: LineageNode): EdgeRecord[] {
    return node.dependencies.map((dependency, ordinal) => {
      const { kind, parent } = dependency;
      const shuffle = dependency.kind === 'shuffle' ? dependency.shuffleId : null;
      if (dependency.kind === 'shuffle' && !this.#shuffles.has(dependency.shuffleId)) {
        this.#shuffles.set(dependency.shuffleId, {
          mapCount: this.#partitionCounts.get(parent.id) ?? 0,
          reducerCount: dependency.partitioner.numPartitions,
          node: node.id,
        });
      }
      return { child: node.id, ordinal, parent: parent.id, kind, shuffle };
    });
  }
}

import { isPersisted, STORAGE_LEVELS, type StorageLevel } from '../../storage/block/storage-level.ts';
import type { NodeId } from '../base/ids.ts';
import type { CallSite } from './call-site.ts';
import type { Dependency } from './dependency.ts';
import type { Partition } from './partition.ts';
import type { Partitioner } from './partitioner.ts';
import type { Preparation } from './preparation.ts';
import type { BatchIterator, TaskContext } from './task-context.ts';

/** What every node is made with. */
export interface NodeOrigin {
  readonly id: NodeId;
  readonly callSite: CallSite;
  /** Where they are known already, as in a worker: what the node's own class would find out. */
  readonly partitions?: readonly Partition[];
}

/** A partition that another one is computed from, within one stage. */
export interface NarrowRead {
  readonly node: LineageNode;
  readonly partition: number;
}

/**
 * A dataset as a step of the lineage: how it is cut, what it is computed from and how. Plain: it knows neither the
 * session nor the API. Partitions are found out once, when first asked for; that may read a directory.
 */
export abstract class LineageNode {
  /** Names the class when a node travels or is stored; never changes once released. */
  abstract readonly kind: string;
  /** Spark's class name, for `toDebugString`. */
  abstract readonly className: string;
  readonly id: NodeId;
  readonly callSite: CallSite;
  readonly dependencies: readonly Dependency[];
  readonly partitioner: Partitioner | undefined;
  /** Whether iterating may give `pending` batches: an asynchronous step is among this stage's ancestors. */
  readonly mayPend: boolean;
  name: string | undefined;
  storageLevel: StorageLevel = STORAGE_LEVELS.NONE;
  /** Jobs that must have run before this node can be computed. */
  readonly preparations: Preparation[] = [];
  /** Set once nothing above and including this node has anything to prepare. */
  isPrepared = false;
  #partitions: readonly Partition[] | undefined;

  constructor(
    origin: NodeOrigin,
    dependencies: readonly Dependency[],
    partitioner?: Partitioner,
    options: { readonly isAsync?: boolean } = {},
  ) {
    this.id = origin.id;
    this.callSite = origin.callSite;
    this.dependencies = dependencies;
    this.partitioner = partitioner;
    this.#partitions = origin.partitions;
    this.mayPend = options.isAsync === true || dependencies.some((d) => d.kind === 'narrow' && d.parent.mayPend);
  }

  get partitions(): readonly Partition[] {
    this.#partitions ??= this.computePartitions();
    return this.#partitions;
  }

  /** Whether `partitions` is known without work: walks over long lineages stop here. */
  get arePartitionsKnown(): boolean {
    return this.#partitions !== undefined;
  }

  get isPersisted(): boolean {
    return isPersisted(this.storageLevel);
  }

  /**
   * The partitions of parents that computing `partition` reads through narrow dependencies. Partition i reads the i-th
   * of each parent unless a class says otherwise.
   */
  narrowReads(partition: number): readonly NarrowRead[] {
    return this.dependencies.filter(({ kind }) => kind === 'narrow').map(({ parent }) => ({ node: parent, partition }));
  }

  protected abstract computePartitions(): readonly Partition[];
}

/** A node that computes a partition itself. Narrow per-record steps are `StepNode`s instead, so that they fuse. */
export abstract class ComputedNode extends LineageNode {
  /** Records of a partition. Called within a task; parents are read through `task`. */
  abstract compute(partition: Partition, task: TaskContext): BatchIterator;
}

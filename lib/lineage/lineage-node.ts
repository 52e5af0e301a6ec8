import { isPersisted, STORAGE_LEVELS, type StorageLevel } from '../../storage/block/storage-level.ts';
import type { NodeId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import type { CallSite } from './call-site.ts';
import type { CheckpointTarget } from './checkpoint-target.ts';
import type { Dependency } from './dependency.ts';
import { type Partition, partitionsOf } from './partition.ts';
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
  readonly partitioner: Partitioner | undefined;
  name: string | undefined;
  /**
   * What the user declares of the dataset, for what no digest sees. It is part of its fingerprint, and speaks for what its
   * own functions hold that has no content to hash.
   */
  declaredVersion: string | undefined;
  storageLevel: StorageLevel = STORAGE_LEVELS.NONE;
  /** Jobs that must have run before this node can be computed. */
  readonly preparations: Preparation[] = [];
  /** Set once nothing above and including this node has anything to prepare. */
  isPrepared = false;
  /** Set while a checkpoint of the node is being written: tasks that compute a partition write it down as it passes. */
  checkpointTarget: CheckpointTarget | undefined;
  #dependencies: readonly Dependency[];
  #mayPend: boolean;
  #partitions: readonly Partition[] | undefined;
  #checkpoint: LineageNode | undefined;
  #former: WeakRef<readonly Dependency[]> | undefined;

  constructor(
    origin: NodeOrigin,
    dependencies: readonly Dependency[],
    partitioner?: Partitioner,
    options: { readonly isAsync?: boolean } = {},
  ) {
    this.id = origin.id;
    this.callSite = origin.callSite;
    this.#dependencies = dependencies;
    this.partitioner = partitioner;
    this.#partitions = origin.partitions;
    this.#mayPend = options.isAsync === true || dependencies.some((d) => d.kind === 'narrow' && d.parent.mayPend);
  }

  /** What it is computed from: of a node that was truncated, its checkpoint. */
  get dependencies(): readonly Dependency[] {
    return this.#dependencies;
  }

  /** Whether iterating may give `pending` batches: an asynchronous step is among this stage's ancestors. */
  get mayPend(): boolean {
    return this.#mayPend;
  }

  /** The node that its records are read from since it was truncated. */
  get checkpoint(): LineageNode | undefined {
    return this.#checkpoint;
  }

  /** What it was computed from before it was truncated, as long as someone else holds that. */
  get formerDependencies(): readonly Dependency[] | undefined {
    return this.#former?.deref();
  }

  /** Whether a chain of steps above it starts with its records: they are read, stored or written down on their way. */
  get endsChains(): boolean {
    return this.isPersisted || this.#checkpoint !== undefined || this.checkpointTarget !== undefined;
  }

  get partitions(): readonly Partition[] {
    this.#partitions ??= this.computePartitions();
    return this.#partitions;
  }

  /** Whether `partitions` is known without work: walks over long lineages stop here. */
  get arePartitionsKnown(): boolean {
    return this.#partitions !== undefined;
  }

  /** What else there is to say of the node in `toDebugString`, line by line. May look at files. */
  get details(): readonly string[] {
    return [];
  }

  get isPersisted(): boolean {
    return isPersisted(this.storageLevel);
  }

  /** The partitions of parents that computing `partition` reads through narrow dependencies. */
  narrowReads(partition: number): readonly NarrowRead[] {
    return this.#checkpoint === undefined ? this.parentReads(partition) : [{ node: this.#checkpoint, partition }];
  }

  /**
   * Puts a checkpoint in the place of the node's lineage: from now on partition i is read from the checkpoint's i-th.
   * Id, name, partitioner and children stay; parents are let go, and with them whatever nobody else holds. Tasks that
   * compute the node at this moment go on as they began: see `ComputedNode.compute`. Nothing is left to prepare.
   */
  truncate(checkpoint: LineageNode): void {
    const count = this.partitions.length;
    invariant(this.#checkpoint === undefined, `node ${this.id} is truncated once`);
    invariant(checkpoint.partitions.length === count, `a checkpoint of node ${this.id} has ${count} partitions`);
    this.#former = new WeakRef(this.#dependencies);
    this.#dependencies = [{ kind: 'narrow', parent: checkpoint }];
    this.#checkpoint = checkpoint;
    this.#partitions = partitionsOf(count, () => undefined);
    this.#mayPend = checkpoint.mayPend;
    this.checkpointTarget = undefined;
    this.preparations.length = 0;
    this.isPrepared = true;
  }

  /** Partition i reads the i-th partition of each parent unless a class says otherwise. Not asked once truncated. */
  protected parentReads(partition: number): readonly NarrowRead[] {
    return this.dependencies.filter(({ kind }) => kind === 'narrow').map(({ parent }) => ({ node: parent, partition }));
  }

  /** The node's `index`-th parent. Asked of a node that was not truncated: its parents are gone. */
  protected parentAt(index: number): LineageNode {
    invariant(this.#checkpoint === undefined, `the parents of node ${this.id} are known`);
    const dependency = this.#dependencies[index];
    invariant(dependency !== undefined, `node ${this.id} has parent ${index}`);
    return dependency.parent;
  }

  /** All parents, in order. As `parentAt`. */
  protected allParents(): readonly LineageNode[] {
    invariant(this.#checkpoint === undefined, `the parents of node ${this.id} are known`);
    return this.#dependencies.map(({ parent }) => parent);
  }

  protected abstract computePartitions(): readonly Partition[];
}

/** A node that computes a partition itself. Narrow per-record steps are `StepNode`s instead, so that they fuse. */
export abstract class ComputedNode extends LineageNode {
  /**
   * Records of a partition. Called within a task; parents are read through `task`. What it needs of the node's parents
   * it asks for before its first batch: later, while it waits for its next turn, the node may be truncated.
   *
   * `columns`, some of `columnNames`, are those that will be read of the records: others may be missing in them.
   */
  abstract compute(partition: Partition, task: TaskContext, columns?: ReadonlySet<string>): BatchIterator;

  /** The properties of its records, where it can leave out some of them; undefined where it cannot. Asked in tasks. */
  get columnNames(): ReadonlySet<string> | undefined {
    return undefined;
  }
}

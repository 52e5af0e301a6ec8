/** What is known of datasets, shuffles and partitioners while, and once, they have fingerprints. Types only. */
import type { Dependency } from './dependency.ts';
import type { NodeParts, PartitionerParts } from './fingerprint-parts.ts';
import type { InputRecord, NodeRecord, PartitionerRecord, ShuffleRecord } from './fingerprint-record.ts';
import type { LineageNode } from './lineage-node.ts';
import type { Partitioner } from './partitioner.ts';

export interface Entry {
  readonly record: NodeRecord;
  /** Itself, or something it is computed from. */
  readonly isVolatile: boolean;
}

export interface ShuffleEntry {
  readonly record: ShuffleRecord;
  readonly isVolatile: boolean;
}

export interface PartitionerEntry {
  readonly record: PartitionerRecord;
  /** Its bounds are among its functions. */
  readonly ofBounds: boolean;
  readonly volatile: readonly string[];
}

/** A node whose fingerprint is being found. */
export interface Plan {
  readonly node: LineageNode;
  readonly parts: NodeParts;
  /** As they are now: a checkpoint may take their place while modules are read. */
  readonly dependencies: readonly Dependency[];
  /** New ones: kept, so that what they are sampled from is there to the end. */
  readonly partitioners: ReadonlyMap<Partitioner, PartitionerParts>;
  readonly partitions: number;
  readonly files: readonly InputRecord[] | undefined;
  readonly records: NodeRecord['records'];
}

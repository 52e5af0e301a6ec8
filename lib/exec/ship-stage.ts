/**
 * Takes a stage's work to another thread: plain data, and one closure packet with all of its functions.
 *
 * Only what the stage's tasks can touch travels: nodes up to the shuffles that are read, and of what is beyond those a
 * name. Nodes stand in one list, parents before children, and speak of each other by their place in it; every walk is a
 * loop, so that lineages of any depth need no deep call stack. Neither do the records of collections travel here (see
 * `collection-slices.ts`), nor what was found on disk again: partitions of files come with their nodes.
 */
import { STORAGE_LEVELS, type StorageLevel } from '../../storage/block/storage-level.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { NodeId, StageId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { type CaptureOptions, capture } from '../closure/capture.ts';
import type { Packet } from '../closure/packet.ts';
import { type ReviveOptions, revive } from '../closure/revive.ts';
import type { CheckpointTarget } from '../lineage/checkpoint-target.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import { inputsFirst } from '../lineage/inputs-first.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { Partition } from '../lineage/partition.ts';
import { nodeEntry, type RecordsOfSlice } from './node-table.ts';
import { type PackedWork, packWork, unpackWork } from './pack-work.ts';
import {
  type PackedParts,
  type PackedShuffle,
  type PackedShuffleParent,
  PartPacker,
  PartUnpacker,
} from './stage-parts.ts';
import type { StageWork } from './task.ts';

/** A dependency: the place of a parent in the stage's list, or a shuffle and the name of what it was made of. */
type PackedInput = number | { readonly shuffle: PackedShuffle; readonly parent: PackedShuffleParent };

interface PackedNode {
  readonly kind: string;
  readonly id: NodeId;
  readonly callSite: number;
  readonly name: string | undefined;
  /** Undefined when the node is not persisted. */
  readonly storageLevel: StorageLevel | undefined;
  readonly checkpointTarget: CheckpointTarget | undefined;
  readonly inputs: readonly PackedInput[];
  /** Where they travel: see `NodeEntry`. */
  readonly partitions: readonly Partition[] | undefined;
  /** What the kind's entry packed. */
  readonly fields: unknown;
}

/** A stage's work, ready to be posted to any number of workers. */
export interface ShippedStage {
  readonly stageId: StageId;
  readonly packet: Packet;
  /** Parents before children; the last one is the work's. */
  readonly nodes: readonly PackedNode[];
  readonly parts: PackedParts;
  readonly work: PackedWork;
}

export interface ReviveStageOptions extends ReviveOptions {
  /** What sources are made with; tasks read through their own. */
  readonly fileSystem: FileSystem;
  readonly recordsOfSlice: RecordsOfSlice;
}

/**
 * Captures the functions of a stage as they are now. Its partitions must have been found, and what its nodes prepare
 * must be ready. Raises `TASK_NOT_SERIALIZABLE` and `INSPECTOR_UNAVAILABLE`.
 */
export async function shipStage(
  stageId: StageId,
  work: StageWork,
  options: CaptureOptions = {},
): Promise<ShippedStage> {
  const packer = new PartPacker();
  const order = stageNodes(work.node);
  const places = new Map(order.map((node, place) => [node, place]));
  const nodes = order.map((node) => packNode(node, places, packer));
  const packedWork = packWork(work, packer);
  const packet = await capture(packer.roots, options);
  return { stageId, packet, nodes, parts: packer.parts, work: packedWork };
}

/** The inverse of `shipStage`, in a worker. Raises `CLOSURE_NOT_REVIVED`, and what packages raise when imported. */
export async function reviveStage(shipped: ShippedStage, options: ReviveStageOptions): Promise<StageWork> {
  const roots = await revive(shipped.packet, options);
  const unpacker = new PartUnpacker(shipped.parts, roots);
  const nodes: LineageNode[] = [];
  for (const packed of shipped.nodes) nodes.push(unpackNode(packed, nodes, unpacker, options));
  const node = nodes.at(-1);
  invariant(node !== undefined, 'a stage has a node');
  // In a loop, here: a task that asks a node for them would go down the whole lineage by recursion.
  findPartitions(node);
  return unpackWork(shipped.work, node, unpacker);
}

/** The nodes that computing `root` may touch, parents before children. What is beyond shuffles is left out. */
function stageNodes(root: LineageNode): readonly LineageNode[] {
  return inputsFirst(root, ({ dependencies }) =>
    dependencies.flatMap(({ kind, parent }) => (kind === 'narrow' ? [parent] : [])).reverse(),
  );
}

function packNode(node: LineageNode, places: ReadonlyMap<LineageNode, number>, packer: PartPacker): PackedNode {
  // A truncated node travels as one, whatever it was.
  const kind = node.checkpoint === undefined ? node.kind : 'truncated';
  const { sendsPartitions, pack } = nodeEntry(kind);
  return {
    kind,
    id: node.id,
    callSite: packer.callSite(node.callSite),
    name: node.name,
    storageLevel: node.isPersisted ? { ...node.storageLevel } : undefined,
    inputs: node.dependencies.map((dependency): PackedInput => {
      const { parent } = dependency;
      if (dependency.kind === 'narrow') return places.get(parent) as number;
      return { shuffle: packer.shuffle(dependency), parent: packer.shuffleParent(parent) };
    }),
    checkpointTarget: node.checkpointTarget,
    partitions: sendsPartitions === true ? node.partitions : undefined,
    fields: pack(node, packer),
  };
}

function unpackNode(
  packed: PackedNode,
  earlier: readonly LineageNode[],
  unpacker: PartUnpacker,
  { fileSystem, recordsOfSlice }: ReviveStageOptions,
): LineageNode {
  const parents: LineageNode[] = [];
  const shuffles: ShuffleDependency[] = [];
  for (const input of packed.inputs) {
    if (typeof input === 'number') {
      parents.push(earlier[input] as LineageNode);
      continue;
    }
    const parent = unpacker.shuffleParent(input.parent);
    parents.push(parent);
    shuffles.push(unpacker.shuffle(input.shuffle, parent));
  }
  const { id, callSite, partitions } = packed;
  const origin = { id, callSite: unpacker.callSite(callSite), ...(partitions === undefined ? {} : { partitions }) };
  const making = { origin, parents, shuffles, unpacker, fileSystem, recordsOfSlice };
  const node = nodeEntry(packed.kind).make(packed.fields, making);
  invariant(
    node.dependencies.every(({ kind }, i) => (kind === 'narrow') === (typeof packed.inputs[i] === 'number')),
    `node ${id} reads its parents as in the driver`,
  );
  node.name = packed.name;
  node.checkpointTarget = packed.checkpointTarget;
  node.storageLevel = packed.storageLevel ?? STORAGE_LEVELS.NONE;
  return node;
}

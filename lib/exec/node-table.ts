/**
 * How each kind of node travels: what of it is plain data, and how it is made again from that in a worker. What all
 * nodes have (id, call site, name, storage level, parents) is `ship-stage.ts`'s.
 *
 * When changing this: a node's entry carries all that `compute` reads of it. A new kind of node needs an entry; the
 * spec compares the table with the classes there are.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { NodeId, ShuffleId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { LineageNode, NodeOrigin } from '../lineage/lineage-node.ts';
import { ArrowScanNode } from '../lineage/nodes/arrow-scan-node.ts';
import { BinaryRecordsNode } from '../lineage/nodes/binary-records-node.ts';
import { CartesianNode } from '../lineage/nodes/cartesian-node.ts';
import { CoGroupNode } from '../lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../lineage/nodes/coalesce-node.ts';
import type { CollectionNode } from '../lineage/nodes/collection-node.ts';
import { CsvScanNode } from '../lineage/nodes/csv-scan-node.ts';
import { DatabaseScanNode } from '../lineage/nodes/database-scan-node.ts';
import { EmptyNode } from '../lineage/nodes/empty-node.ts';
import { JsonScanNode } from '../lineage/nodes/json-scan-node.ts';
import { LocalCheckpointNode } from '../lineage/nodes/local-checkpoint-node.ts';
import { LocalCombineNode } from '../lineage/nodes/local-combine-node.ts';
import { MapAsyncNode } from '../lineage/nodes/map-async-node.ts';
import { MapPartitionsNode } from '../lineage/nodes/map-partitions-node.ts';
import { ObjectFileNode } from '../lineage/nodes/object-file-node.ts';
import { ParquetScanNode } from '../lineage/nodes/parquet-scan-node.ts';
import { PipeNode, type PipeOptions } from '../lineage/nodes/pipe-node.ts';
import { RangeNode } from '../lineage/nodes/range-node.ts';
import { ReliableCheckpointNode } from '../lineage/nodes/reliable-checkpoint-node.ts';
import { ShuffledNode } from '../lineage/nodes/shuffled-node.ts';
import { SlicedCollectionNode } from '../lineage/nodes/sliced-collection-node.ts';
import { StepNode } from '../lineage/nodes/step-node.ts';
import { SubtractNode } from '../lineage/nodes/subtract-node.ts';
import { TextScanNode } from '../lineage/nodes/text-scan-node.ts';
import { TruncatedNode } from '../lineage/nodes/truncated-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../lineage/nodes/union-node.ts';
import { BinaryFileScanNode, WholeTextScanNode } from '../lineage/nodes/whole-file-scan-node.ts';
import { ZipPartitionsNode } from '../lineage/nodes/zip-partitions-node.ts';
import type { Partitioner } from '../lineage/partitioner.ts';
import { packStep, unpackStep } from './pack-step.ts';
import type { PartPacker, PartUnpacker } from './stage-parts.ts';

/** Records of one slice of a collection, which the worker was sent before the task that reads them. */
export type RecordsOfSlice = (node: NodeId, slice: number) => Iterable<Batch>;

/** What a node is made again from, besides its fields. */
export interface NodeMaking {
  readonly origin: NodeOrigin;
  /** What it depends on, in order; beyond a shuffle, a `ShuffleParent`. */
  readonly parents: readonly LineageNode[];
  /** Those of its dependencies that are shuffles, in order. */
  readonly shuffles: readonly ShuffleDependency[];
  readonly unpacker: PartUnpacker;
  readonly fileSystem: FileSystem;
  readonly recordsOfSlice: RecordsOfSlice;
}

interface NodeEntry<N extends LineageNode, Fields> {
  /** Set where finding the partitions takes what only the driver has, or reads a directory: they travel too. */
  readonly sendsPartitions?: true;
  /** Plain data. */
  pack(node: N, packer: PartPacker): Fields;
  make(fields: Fields, making: NodeMaking): LineageNode;
}

/** An entry whose types are known to itself alone: what `pack` gave is what `make` gets. */
type ErasedEntry = NodeEntry<LineageNode, unknown>;

function entry<N extends LineageNode, Fields>(own: NodeEntry<N, Fields>): ErasedEntry {
  return own as ErasedEntry;
}

const nothing = (): undefined => undefined;

const NODE_TABLE: Readonly<Record<string, ErasedEntry>> = {
  'arrow-scan': entry({
    sendsPartitions: true,
    pack: ({ options, table }: ArrowScanNode) => ({ options, table }),
    make: ({ options, table }, { origin, fileSystem }) => new ArrowScanNode(origin, fileSystem, options, table),
  }),
  'binary-file-scan': entry({
    sendsPartitions: true,
    pack: ({ options, parallelism }: BinaryFileScanNode) => ({ options, parallelism }),
    make: ({ options, parallelism }, { origin, fileSystem }) =>
      new BinaryFileScanNode(origin, fileSystem, options, parallelism),
  }),
  'binary-records': entry({
    sendsPartitions: true,
    pack: ({ path, recordLength }: BinaryRecordsNode) => ({ path, recordLength }),
    make: ({ path, recordLength }, { origin, fileSystem }) =>
      new BinaryRecordsNode(origin, fileSystem, path, recordLength),
  }),
  cartesian: entry({
    pack: nothing,
    make: (_, { origin, parents }) => new CartesianNode(origin, parentAt(parents, 0), parentAt(parents, 1)),
  }),
  'co-group': entry({
    pack: packPartitioner,
    make: (partitioner, { origin, parents, shuffles, unpacker }) =>
      new CoGroupNode(origin, parents, unpacker.partitioner(partitioner), idsOf(shuffles)),
  }),
  coalesce: entry({
    pack: ({ maxPartitions }: CoalesceNode) => maxPartitions,
    make: (maxPartitions, { origin, parents }) => new CoalesceNode(origin, parentAt(parents, 0), maxPartitions),
  }),
  collection: entry({
    sendsPartitions: true,
    pack: ({ className, numSlices }: CollectionNode) => ({ className, numSlices }),
    make: ({ className, numSlices }, { origin, recordsOfSlice }) =>
      new SlicedCollectionNode(origin, className, numSlices, (slice) => recordsOfSlice(origin.id, slice)),
  }),
  'csv-scan': entry({
    sendsPartitions: true,
    pack: ({ options, shape }: CsvScanNode) => ({ options, shape }),
    make: ({ options, shape }, { origin, fileSystem }) => new CsvScanNode(origin, fileSystem, options, shape),
  }),
  'database-scan': entry({
    pack: ({ options, columns }: DatabaseScanNode) => ({ options, columns }),
    make: ({ options, columns }, { origin, fileSystem }) => new DatabaseScanNode(origin, fileSystem, options, columns),
  }),
  empty: entry({
    pack: nothing,
    make: (_, { origin }) => new EmptyNode(origin, []),
  }),
  'json-scan': entry({
    sendsPartitions: true,
    pack: ({ options, fields }: JsonScanNode) => ({ options, fields }),
    make: ({ options, fields }, { origin, fileSystem }) => new JsonScanNode(origin, fileSystem, options, fields),
  }),
  'local-checkpoint': entry({
    pack: ({ of, numPartitions, partitioner }: LocalCheckpointNode, packer) => ({
      of,
      numPartitions,
      partitioner: partitioner && packer.partitioner(partitioner),
    }),
    make: ({ of, numPartitions, partitioner }, { origin, unpacker }) =>
      new LocalCheckpointNode(origin, of, numPartitions, unpackPartitioner(partitioner, unpacker)),
  }),
  'local-combine': entry({
    pack: ({ aggregator }: LocalCombineNode, packer) => packer.aggregator(aggregator),
    make: (aggregator, { origin, parents, unpacker }) =>
      new LocalCombineNode(origin, parentAt(parents, 0), unpacker.aggregator(aggregator)),
  }),
  'map-async': entry({
    pack: ({ f, concurrency }: MapAsyncNode, packer) => ({ f: packer.root(f), concurrency }),
    make: ({ f, concurrency }, { origin, parents, unpacker }) =>
      new MapAsyncNode(origin, parentAt(parents, 0), unpacker.root(f), concurrency),
  }),
  'map-partitions': entry({
    pack: ({ f, partitioner }: MapPartitionsNode, packer) => ({
      f: packer.root(f),
      keepsPartitioning: partitioner !== undefined,
    }),
    make: ({ f, keepsPartitioning }, { origin, parents, unpacker }) =>
      new MapPartitionsNode(origin, parentAt(parents, 0), unpacker.root(f), { keepsPartitioning }),
  }),
  'object-file': entry({
    sendsPartitions: true,
    pack: ({ path }: ObjectFileNode) => path,
    make: (path, { origin, fileSystem }) => new ObjectFileNode(origin, fileSystem, path),
  }),
  'parquet-scan': entry({
    sendsPartitions: true,
    pack: ({ options, shape }: ParquetScanNode) => ({ options, shape }),
    make: ({ options, shape }, { origin, fileSystem }) => new ParquetScanNode(origin, fileSystem, options, shape),
  }),
  'partitioner-aware-union': entry({
    pack: packPartitioner,
    make: (partitioner, { origin, parents, unpacker }) =>
      new PartitionerAwareUnionNode(origin, parents, unpacker.partitioner(partitioner)),
  }),
  pipe: entry({
    pack: ({ command, options }: PipeNode) => ({ command, options: plainPipeOptions(options) }),
    make: ({ command, options }, { origin, parents }) => new PipeNode(origin, parentAt(parents, 0), command, options),
  }),
  range: entry({
    pack: ({ start, end, step, numSlices }: RangeNode) => ({ start, end, step, numSlices }),
    make: ({ start, end, step, numSlices }, { origin }) => new RangeNode(origin, start, end, step, numSlices),
  }),
  'reliable-checkpoint': entry({
    sendsPartitions: true,
    pack: ({ place, partitioner }: ReliableCheckpointNode, packer) => ({
      place,
      partitioner: partitioner && packer.partitioner(partitioner),
    }),
    make: ({ place, partitioner }, { origin, unpacker }) =>
      new ReliableCheckpointNode(origin, place, [], unpackPartitioner(partitioner, unpacker)),
  }),
  shuffled: entry({
    pack: nothing,
    make: (_, { origin, parents, shuffles }) => {
      const [shuffle] = shuffles;
      invariant(shuffle !== undefined, 'a shuffled dataset has a shuffle');
      return new ShuffledNode(origin, parentAt(parents, 0), shuffle.partitioner, shuffle);
    },
  }),
  step: entry({
    pack: ({ step, className, partitioner }: StepNode, packer) => ({
      step: packStep(step, packer),
      className,
      keepsPartitioning: partitioner !== undefined,
    }),
    make: ({ step, ...options }, { origin, parents, unpacker }) =>
      new StepNode(origin, parentAt(parents, 0), unpackStep(step, unpacker), options),
  }),
  subtract: entry({
    pack: packPartitioner,
    make: (partitioner, { origin, parents, shuffles, unpacker }) =>
      new SubtractNode(
        origin,
        parentAt(parents, 0),
        parentAt(parents, 1),
        unpacker.partitioner(partitioner),
        idsOf(shuffles),
      ),
  }),
  'text-scan': entry({
    sendsPartitions: true,
    pack: ({ options }: TextScanNode) => options,
    make: (options, { origin, fileSystem }) => new TextScanNode(origin, fileSystem, options),
  }),
  truncated: entry({
    pack: ({ className, partitioner }: LineageNode, packer) => ({
      className,
      partitioner: partitioner && packer.partitioner(partitioner),
    }),
    make: ({ className, partitioner }, { origin, parents, unpacker }) =>
      new TruncatedNode(origin, parentAt(parents, 0), className, unpackPartitioner(partitioner, unpacker)),
  }),
  union: entry({
    pack: nothing,
    make: (_, { origin, parents }) => new UnionNode(origin, parents),
  }),
  'whole-text-scan': entry({
    sendsPartitions: true,
    pack: ({ options }: WholeTextScanNode) => options,
    make: (options, { origin, fileSystem }) => new WholeTextScanNode(origin, fileSystem, options),
  }),
  'zip-partitions': entry({
    pack: ({ f, className }: ZipPartitionsNode, packer) => ({ f: packer.root(f), className }),
    make: ({ f, className }, { origin, parents, unpacker }) =>
      new ZipPartitionsNode(origin, parents, unpacker.root(f), className),
  }),
};

/** The kinds of nodes that can travel. */
export const SHIPPABLE_KINDS: readonly string[] = Object.keys(NODE_TABLE);

/** How a kind of node travels. Raises INTERNAL for one without an entry. */
export function nodeEntry(kind: string): ErasedEntry {
  const found = Object.hasOwn(NODE_TABLE, kind) ? NODE_TABLE[kind] : undefined;
  invariant(found !== undefined, `a '${kind}' node can be shipped`);
  return found;
}

function parentAt(parents: readonly LineageNode[], index: number): LineageNode {
  const found = parents[index];
  invariant(found !== undefined, `a node has parent ${index}`);
  return found;
}

/** The partitioner that a node of this kind always has. */
function packPartitioner({ partitioner }: LineageNode, packer: PartPacker): number {
  invariant(partitioner !== undefined, 'the node has a partitioner');
  return packer.partitioner(partitioner);
}

function unpackPartitioner(number: number | undefined, unpacker: PartUnpacker): Partitioner | undefined {
  return number === undefined ? undefined : unpacker.partitioner(number);
}

/** Gives the ids of the shuffles in turn, as when the node was first made. */
function idsOf(shuffles: readonly ShuffleDependency[]): () => ShuffleId {
  const ids = shuffles.map(({ shuffleId }) => shuffleId).values();
  return () => {
    const next = ids.next();
    invariant(next.done !== true, 'as many inputs are shuffled here as in the driver');
    return next.value;
  };
}

/** Without what callers that no compiler checks may have put there: processes take texts. */
function plainPipeOptions({ env = {}, cwd, separateWorkingDir }: PipeOptions): PipeOptions {
  const variables = Object.entries(env as Readonly<Record<string, unknown>>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)] as const);
  return {
    env: Object.fromEntries(variables),
    ...(cwd === undefined ? {} : { cwd: String(cwd) }),
    ...(separateWorkingDir === undefined ? {} : { separateWorkingDir }),
  };
}

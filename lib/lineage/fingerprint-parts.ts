/**
 * What of each kind of node, and of partitioners, decides about the records it gives: plain parameters, functions, files.
 * Ids, names, storage levels and places in the program are none of it. What partitions follow from (a parent's, a
 * file's size) need not be said again; what is found by jobs (bounds, first numbers) follows from the inputs.
 *
 * When changing this: a new kind of node needs an entry; the spec compares the table with the kinds there are. All that
 * `compute` and `computePartitions` read of a node belongs here.
 */
import { predicateIdentity } from '../../formats/scan/scan-predicate.ts';
import { formatField, formatType } from '../../formats/schema/data-type.ts';
import type { CheckpointPart } from '../../storage/checkpoint/checkpoint-part.ts';
import { describeDatabase } from '../../storage/database/database-settings.ts';
import type { DatabaseSplit } from '../../storage/database/scan-plan.ts';
import { invariant } from '../base/invariant.ts';
import { digestOfData, type PlainData } from './canonical-text.ts';
import type { ShuffleDependency } from './dependency.ts';
import type { LineageNode } from './lineage-node.ts';
import type { ArrowScanNode, ArrowSplit } from './nodes/arrow-scan-node.ts';
import type { BinaryRecordsNode } from './nodes/binary-records-node.ts';
import type { CoalesceNode } from './nodes/coalesce-node.ts';
import type { CollectionNode } from './nodes/collection-node.ts';
import type { CsvScanNode } from './nodes/csv-scan-node.ts';
import type { DatabaseScanNode } from './nodes/database-scan-node.ts';
import type { JsonScanNode } from './nodes/json-scan-node.ts';
import type { LocalCombineNode } from './nodes/local-combine-node.ts';
import type { MapAsyncNode } from './nodes/map-async-node.ts';
import type { MapPartitionsNode } from './nodes/map-partitions-node.ts';
import type { ParquetScanNode, ParquetSplit } from './nodes/parquet-scan-node.ts';
import type { PipeNode } from './nodes/pipe-node.ts';
import type { RangeNode } from './nodes/range-node.ts';
import type { ReliableCheckpointNode } from './nodes/reliable-checkpoint-node.ts';
import type { StepNode } from './nodes/step-node.ts';
import type { TextScanNode } from './nodes/text-scan-node.ts';
import type { BinaryFileScanNode, WholeTextScanNode } from './nodes/whole-file-scan-node.ts';
import type { ZipPartitionsNode } from './nodes/zip-partitions-node.ts';
import { CustomPartitioner, type Partitioner, RangePartitioner } from './partitioner.ts';
import { sampledInput } from './range-sampling.ts';
import type { Step } from './step.ts';

/**
 * Part of every fingerprint: a change of it refuses all that was stored before.
 *
 * When changing this: raise it when an operator of the engine's gives other records, another order or other partitions
 * for the same input (functions of the engine's count by their names alone), and when fingerprints hash something new.
 */
export const FINGERPRINT_VERSION = 1;

/** What a node is, apart from what it is computed from. */
export interface NodeParts {
  readonly parameters: Readonly<Record<string, PlainData>>;
  /** Captured together: what they share counts. */
  readonly functions: readonly unknown[];
  /** `named` where records hold the paths as the user wrote them. */
  readonly files?: 'read' | 'named';
  /** The user's own array. */
  readonly records?: readonly unknown[];
  /** Why nothing tells what the records are, but for a version that the user declares. */
  readonly unversioned?: string;
  /** Set where a checkpoint is all there is, and nothing tells what it is one of. */
  readonly isLost?: true;
}

type PartsEntry<N extends LineageNode> = (node: N) => Partial<NodeParts>;

/** An entry whose type of node is known to itself alone. */
type ErasedEntry = PartsEntry<LineageNode>;

function entry<N extends LineageNode>(own: PartsEntry<N>): ErasedEntry {
  return own as ErasedEntry;
}

const NOTHING = entry(() => ({}));

const PARTS: Readonly<Record<string, ErasedEntry>> = {
  'arrow-scan': entry(({ options, partitions }: ArrowScanNode) => partsOfTable(options, partitions)),
  'binary-file-scan': entry(({ options, parallelism }: BinaryFileScanNode) => ({
    parameters: { ...limitsOf(options), parallelism },
    files: 'named',
  })),
  'binary-records': entry(({ recordLength }: BinaryRecordsNode) => ({ parameters: { recordLength }, files: 'read' })),
  cartesian: NOTHING,
  'co-group': NOTHING,
  coalesce: entry(({ maxPartitions }: CoalesceNode) => ({ parameters: { maxPartitions } })),
  collection: entry(({ numSlices, records }: CollectionNode) => ({ parameters: { numSlices }, records })),
  // A schema that was inferred follows from the files.
  'csv-scan': entry(({ options: { minPartitions, settings } }: CsvScanNode) => ({
    parameters: { minPartitions, ...settings, schema: JSON.stringify(settings.schema) },
    files: 'read',
  })),
  // A table's content has no identity that could be asked for: the user's version of it is the only one.
  'database-scan': entry(({ source, options }: DatabaseScanNode) => ({
    parameters: {
      database: describeDatabase(options.settings),
      source: hidden(JSON.stringify(options.source)),
      columns: options.columns && JSON.stringify(options.columns),
      where: options.where && JSON.stringify(predicateIdentity(options.where)),
      splits: hidden(options.splits.map(splitIdentity)),
      types: JSON.stringify([options.schema, options.bigints]),
      sampleRows: String(options.sampleRows),
      int64: options.int64,
      timestamp: options.timestamp,
      decimal: options.decimal,
    },
    unversioned: `the rows of ${source} have no identity; withVersion() gives them one`,
  })),
  empty: NOTHING,
  'json-scan': entry(({ options: { minPartitions, settings } }: JsonScanNode) => ({
    parameters: { minPartitions, ...settings, schema: JSON.stringify(settings.schema) },
    files: 'read',
  })),
  // Blocks of this run, which no other one has.
  'local-checkpoint': entry(() => ({ isLost: true })),
  'local-combine': entry(({ aggregator }: LocalCombineNode) => ({
    functions: [aggregator.createCombiner, aggregator.mergeValue, aggregator.mergeCombiners],
  })),
  'map-async': entry(({ f }: MapAsyncNode) => ({ functions: [f] })),
  'map-partitions': entry(({ f }: MapPartitionsNode) => ({ functions: [f] })),
  'object-file': entry(() => ({ files: 'read' })),
  'parquet-scan': entry((node: ParquetScanNode) => {
    const parts = partsOfTable(node.options, node.partitions);
    return { ...parts, parameters: { ...parts.parameters, ...shapeOfRows(node) } };
  }),
  'partitioner-aware-union': NOTHING,
  // What is handed to a command may be a secret.
  pipe: entry(({ command, options: { env = {}, cwd, separateWorkingDir } }: PipeNode) => ({
    parameters: {
      command: hidden(command),
      env: hidden(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]))),
      cwd: cwd === undefined ? undefined : String(cwd),
      separateWorkingDir: separateWorkingDir === true,
    },
  })),
  range: entry(({ start, end, step, numSlices }: RangeNode) => ({ parameters: { start, end, step, numSlices } })),
  // Wherever it lies: what its parts hold is told by their owner and their checksums.
  'reliable-checkpoint': entry(({ place: { owner }, partitions }: ReliableCheckpointNode) => ({
    parameters: { owner, parts: hidden(partitions.map(({ split }) => identityOfPart(split as CheckpointPart))) },
  })),
  shuffled: NOTHING,
  step: entry(({ step }: StepNode) => partsOfStep(step)),
  subtract: NOTHING,
  'text-scan': entry(({ options: { minPartitions, maxLineBytes } }: TextScanNode) => ({
    parameters: { minPartitions, maxLineBytes },
    files: 'read',
  })),
  union: NOTHING,
  'whole-text-scan': entry(({ options }: WholeTextScanNode) => ({ parameters: limitsOf(options), files: 'named' })),
  'zip-partitions': entry(({ f }: ZipPartitionsNode) => ({ functions: [f] })),
};

/** The kinds of nodes that have fingerprints. */
export const FINGERPRINTED_KINDS: readonly string[] = Object.keys(PARTS);

/** The parts of a node. Raises INTERNAL for a kind without an entry. */
export function partsOf(node: LineageNode): NodeParts {
  if (node.checkpoint !== undefined) return { parameters: {}, functions: [], isLost: true };
  const find = Object.hasOwn(PARTS, node.kind) ? PARTS[node.kind] : undefined;
  invariant(find !== undefined, `a '${node.kind}' node has a fingerprint`);
  return { parameters: {}, functions: [], ...find(node) };
}

/** A scan of files with columns. What directories say is in no file. */
function partsOfTable(
  { columns, where, partitionTypes, path: _, ...rest }: ArrowScanNode['options'] | ParquetScanNode['options'],
  partitions: LineageNode['partitions'],
): Partial<NodeParts> {
  return {
    parameters: {
      ...rest,
      directories: partitions.map(({ split }) =>
        (split as readonly (ArrowSplit | ParquetSplit)[]).map(({ entries }) => entries),
      ),
      columns: columns && JSON.stringify(columns),
      where: where && JSON.stringify(predicateIdentity(where)),
      partitionTypes: partitionTypes?.map(formatField),
    },
    files: 'read',
  };
}

/** What rows are follows from all files, of which tasks read those that may match. */
function shapeOfRows({ rowFields, shape: { mapping } }: ParquetScanNode): Readonly<Record<string, PlainData>> {
  const { int64 } = mapping;
  return {
    rows: rowFields.map(({ name, type }) => `${name}: ${formatType(type)}`),
    numbers: typeof int64 === 'string' ? int64 : [...int64].sort(),
  };
}

function partsOfStep(step: Step): Partial<NodeParts> {
  if ('f' in step) return { parameters: { step: step.kind }, functions: [step.f] };
  // The first number of each partition is counted by a job, and follows from the input.
  if (step.kind === 'index') return { parameters: { step: step.kind } };
  const { kind, ...rest } = step;
  return { parameters: { step: kind, ...rest } };
}

function limitsOf({ minPartitions, maxFileBytes }: WholeTextScanNode['options']): Record<string, PlainData> {
  return { minPartitions, maxFileBytes };
}

function identityOfPart({ bytes, rows, checksum, classes }: CheckpointPart): PlainData {
  return [bytes, rows, checksum, classes.map(({ name, version }) => [name, version])];
}

function splitIdentity(split: DatabaseSplit): PlainData {
  if (split.kind !== 'stride') return split.kind === 'all' ? [] : [split.sql];
  const { column, unit, part } = split;
  return [column, unit, String(part.low), String(part.end), part.withNulls];
}

function hidden(value: PlainData): string {
  return `sha256:${digestOfData(value)}`;
}

/** What a shuffle adds to the dataset it reads: its map outputs follow from both. */
export interface ShuffleParts {
  readonly parameters: PlainData;
  readonly functions: readonly unknown[];
}

/** The parts of a shuffle, without its partitioner. */
export function partsOfShuffle({ aggregator, mapSideCombine, keyOrder }: ShuffleDependency): ShuffleParts {
  const functions: unknown[] = [];
  if (aggregator !== undefined) {
    functions.push(aggregator.createCombiner, aggregator.mergeValue, aggregator.mergeCombiners);
  }
  if (keyOrder !== undefined) functions.push(keyOrder.compare);
  return {
    parameters: {
      aggregates: aggregator !== undefined,
      mapSideCombine,
      order: keyOrder && { ascending: keyOrder.ascending, natural: keyOrder.natural },
    },
    functions,
  };
}

export interface PartitionerParts {
  readonly parameters: PlainData;
  readonly functions: readonly unknown[];
  /** Bounds that were found already, where nothing else tells which ones they are. */
  readonly bounds?: readonly unknown[];
  /** Whose keys give the bounds, and whose id the seeds. */
  readonly sampled?: LineageNode;
  /** Set where nothing tells any more which bounds these will be. */
  readonly isLost?: true;
}

/** The parts of a partitioner: the same before its bounds are found as after. */
export function partsOfPartitioner(partitioner: Partitioner): PartitionerParts {
  const { kind, numPartitions } = partitioner;
  if (partitioner instanceof CustomPartitioner) {
    return { parameters: { kind, numPartitions }, functions: [partitioner.user] };
  }
  if (!(partitioner instanceof RangePartitioner)) return { parameters: { kind, numPartitions }, functions: [] };
  const { ascending, natural, compare } = partitioner.order;
  const parts = { parameters: { kind, numPartitions, ascending, natural }, functions: [compare] };
  if (numPartitions <= 1) return parts;
  const sampled = sampledInput(partitioner);
  if (sampled !== undefined) return { ...parts, sampled };
  return partitioner.isReady ? { ...parts, bounds: partitioner.bounds } : { ...parts, isLost: true };
}

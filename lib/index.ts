/** The public surface of `cairn-engine`: everything a user may import, by name. */
import './base/disposal.ts';

export type { ArrowBatchDescription, ArrowDescription } from '../formats/arrow/describe-file.ts';
export type { ColumnDescription, ParquetDescription, RowGroupDescription } from '../formats/parquet/describe-file.ts';
export { registerRecordClass } from '../formats/record/record-class.ts';
export { type Condition, type ConditionColumn, col } from '../formats/scan/predicate-builder.ts';
export type { ScanColumn, ScanPredicate, ScanValue } from '../formats/scan/scan-predicate.ts';
export type { DataType, Field, Schema, TimeUnit } from '../formats/schema/data-type.ts';
export { formatType } from '../formats/schema/data-type.ts';
export type { RecordMode } from '../formats/text/record-mode.ts';
export type { ScalarType, TextFields, TextType } from '../formats/text/text-type.ts';
export type { StorageLevelName } from '../storage/block/storage-level.ts';
export type { CheckpointManifest } from '../storage/checkpoint/manifest.ts';
export type { CheckpointRemoval } from '../storage/checkpoint/remove-checkpoint.ts';
export type { ConsumerUse } from '../storage/memory/consumer-use.ts';
export type { CheckpointEntry } from '../storage/metadata/checkpoint-catalog.ts';
export type {
  BlockRow,
  JobRow,
  LineageEdgeRow,
  LineageNodeRow,
  MapOutputRow,
  ReuseDecisionRow,
  ReuseKind,
  ReuseOutcome,
  RunRow,
  ShuffleRow,
  TaskRow,
} from '../storage/metadata/rows.ts';
export type { LineageGraph, StageWithParents } from '../storage/metadata/run-reader.ts';
export type {
  Accumulator,
  AccumulatorDefinition,
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
} from './api/accumulator.ts';
export type { WriteArrowOptions } from './api/arrow-writer-options.ts';
export type { Broadcast } from './api/broadcast.ts';
export type {
  AnyRow,
  DataReader,
  ReadCsvOptions,
  ReadFilesOptions,
  ReadJsonOptions,
  ReadRowsOptions,
} from './api/data-reader.ts';
export type { DataWriter, WriteCsvOptions, WriteOptions } from './api/data-writer.ts';
export type { DatabaseLocation, TableName } from './api/database-location.ts';
export { type FoundCheckpoint, findCheckpoint } from './api/find-checkpoint.ts';
export type { Histogram } from './api/histogram.ts';
export { inspectArrow } from './api/inspect-arrow.ts';
export { inspectParquet } from './api/inspect-parquet.ts';
export type { IterateOptions, LoopResult, LoopStep } from './api/iterate.ts';
export type { JobScope } from './api/job-scope.ts';
export type { Measured } from './api/measure.ts';
export type { ParquetRdd } from './api/parquet-rdd.ts';
export type { ParquetColumns, WriteParquetOptions } from './api/parquet-writer-options.ts';
export { hashPartitioner, type PartitionArgument } from './api/partition-argument.ts';
export { PeriodicCheckpointer, type PeriodicCheckpointerOptions } from './api/periodic-checkpointer.ts';
export {
  type ActionOptions,
  type CheckpointOptions,
  type Comparator,
  type EagerCheckpointOptions,
  type EagerLocalCheckpointOptions,
  type LocalCheckpointOptions,
  type OrderOptions,
  Rdd,
  type SaveObjectOptions,
  type SaveTextOptions,
  type SortOptions,
} from './api/rdd.ts';
export type { ReadArrowOptions } from './api/read-arrow-options.ts';
export type { DatabasePartitioning, PartitionBound, ReadDatabaseOptions } from './api/read-database-options.ts';
export type { ReadParquetOptions } from './api/read-parquet-options.ts';
export type { RowRdd } from './api/row-rdd.ts';
export { type Catalog, openCatalog } from './api/run-catalog.ts';
export { withScratchSession } from './api/scratch-session.ts';
export { Session } from './api/session.ts';
export { StatCounter } from './api/stat-counter.ts';
export {
  type CheckpointDamage,
  exportCheckpoint,
  inspectCheckpoint,
  removeCheckpoint,
  type StoredCheckpoint,
  verifyCheckpoint,
} from './api/stored-checkpoints.ts';
export { type DirectorySweep, type SweepDirectoryOptions, sweepDirectory } from './api/sweep-directory.ts';
export { type TaskContext, taskContext } from './api/task-context.ts';
export { type DirectoryProblem, type DirectoryReport, verifyDirectory } from './api/verify-directory.ts';
export type { WriteDatabaseOptions } from './api/write-database-options.ts';
export type { WriteMode } from './api/write-mode.ts';
export type { Zero } from './api/zero-value.ts';
export type { ErrorCode, ErrorKind } from './base/error-table.ts';
export { CairnError } from './base/errors.ts';
export { engineVersion } from './base/version.ts';
export { perWorker } from './closure/per-worker.ts';
export { DESERIALIZE, SERIALIZE } from './closure/well-known.ts';
export { withCaptures } from './closure/with-captures.ts';
export type { Config, SessionOptions } from './config/options.ts';
export type { EngineEvent, TaskMetrics } from './events/engine-event.ts';
export type { Spread, StageSpread } from './events/stage-spread.ts';
export type { ReadShare, ScanFigures } from './lineage/nodes/parquet-scan-node.ts';
export type { PipeOptions } from './lineage/nodes/pipe-node.ts';
export type { UserPartitioner } from './lineage/partitioner.ts';

import { type ArrowFile, openArrow } from '../../../formats/arrow/arrow-file.ts';
import { ArrowScan } from '../../../formats/arrow/arrow-scan.ts';
import { type RecordMapping, recordColumns } from '../../../formats/record/record-columns.ts';
import type { FileSplit, InputFile } from '../../../formats/scan/file-splits.ts';
import { packSplits } from '../../../formats/scan/pack-splits.ts';
import type { PartitionEntry } from '../../../formats/scan/partition-path.ts';
import { bindToTable, conformBatch, type ScanTable } from '../../../formats/scan/scan-table.ts';
import type { Field, Schema } from '../../../formats/schema/data-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { CountingSource } from './counting-source.ts';
import { openInput } from './input-files.ts';
import { describeFilters, planTable, type TablePlan, type TableWish } from './plan-table.ts';

export interface ArrowScanOptions extends TableWish {
  /** What 64-bit integers become. */
  readonly int64: 'bigint' | 'number';
  readonly timestamp: RecordMapping['timestamp'];
  readonly decimal: RecordMapping['decimal'];
  /** Partitions wished for; see `packSplits`. */
  readonly minPartitions: number;
}

/** A part of a file with what its directories say. */
export interface ArrowSplit extends FileSplit {
  readonly entries: readonly PartitionEntry[];
}

/** What is known of a file before it is read. */
interface FileShape {
  readonly schema: Schema;
  /** Of a stream nobody knows where its messages begin. */
  readonly isStream: boolean;
}

/**
 * The rows of Arrow files that match a predicate: `read.arrow`. Files are found, and their schemas read, when the
 * partitions are first asked for, as those of Parquet are. A record batch belongs to the partition that its middle lies
 * in; a stream is read by one.
 */
export class ArrowScanNode extends ComputedNode {
  readonly kind = 'arrow-scan';
  readonly className = 'FileScanRDD';
  readonly options: ArrowScanOptions;
  readonly #fileSystem: FileSystem;
  #plan: TablePlan<FileShape> | undefined;
  #table: ScanTable | undefined;

  /** `table`: what the files are, where that is known, as in a worker. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: ArrowScanOptions, table?: ScanTable) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.options = options;
    this.#table = table;
  }

  /** What its files are. May read them. */
  get table(): ScanTable {
    this.#table ??= this.#findPlan().table;
    return this.#table;
  }

  /** The fields of its rows, in order. May read files. */
  get rowFields(): readonly Field[] {
    return this.table.fields;
  }

  /** What Spark's plans say of a scan. */
  override get details(): readonly string[] {
    const { table, partitionFilters, pushedFilters, kept, files } = this.#findPlan();
    return [...describeFilters(table, partitionFilters, pushedFilters), `Files: ${kept.length} of ${files.length}`];
  }

  protected override computePartitions(): readonly Partition<readonly ArrowSplit[]>[] {
    const { kept } = this.#findPlan();
    const streams = new Set(kept.filter(({ opened }) => opened.isStream).map(({ file }) => file.path));
    const packed = packSplits(
      kept.map(({ file }) => file),
      { minPartitions: this.options.minPartitions, isSplittable: (path) => !streams.has(path) },
    );
    const entriesOf = new Map(kept.map(({ file, entries }) => [file, entries]));
    return partitionsOf(packed.length, (i) =>
      (packed[i] ?? []).map((split) => ({ ...split, entries: entriesOf.get(split.file) ?? [] })),
    );
  }

  override get columnNames(): ReadonlySet<string> {
    return new Set(this.rowFields.map(({ name }) => name));
  }

  override *compute(partition: Partition, task: TaskContext, columns?: ReadonlySet<string>): BatchIterator {
    const { table: whole, options } = this;
    const fields = columns === undefined ? whole.fields : whole.fields.filter(({ name }) => columns.has(name));
    const table = { ...whole, fields };
    const mapping = { int64: options.int64, timestamp: options.timestamp, decimal: options.decimal };
    const partitions = new Set(table.partitions.map(({ name }) => name));
    for (const { file: input, start, length, entries } of partition.split as readonly ArrowSplit[]) {
      using handle = openInput(task.fileSystem, input);
      // Unlike text, a file that has grown is another one: its record batches are others, and so are their places.
      if (handle.sizeBytes() !== input.sizeBytes) {
        const { path, sizeBytes: expected } = input;
        throw new CairnError('INPUT_CHANGED', { path, expected, found: handle.sizeBytes() });
      }
      task.throwIfCancelled();
      const file = openArrow(new CountingSource(handle, task));
      const { schema } = file;
      const names = new Set(schema.fields.map(({ name }) => name));
      const isRead = table.fields.map(({ name }) => names.has(name) && !partitions.has(name));
      const scan = new ArrowScan(file, {
        columns: table.fields.filter((_, i) => isRead[i]),
        predicate: bindToTable(table, { path: input.path, schema, entries }),
        part: { start, length },
        batchRows: task.batchRows,
      });
      for (const batch of scan.batches()) {
        task.throwIfCancelled();
        yield recordColumns(conformBatch(table, entries, isRead, batch), mapping);
      }
    }
  }

  #findPlan(): TablePlan<FileShape> {
    this.#plan ??= planTable(this.#fileSystem, this.options, (file) => this.#open(file));
    return this.#plan;
  }

  #open(input: InputFile): FileShape {
    using handle = openInput(this.#fileSystem, input);
    const { schema, footer }: ArrowFile = openArrow(handle);
    return { schema, isStream: footer === undefined };
  }
}

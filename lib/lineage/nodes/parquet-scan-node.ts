import { KeptTail } from '../../../formats/bytes/kept-tail.ts';
import { leaseArena } from '../../../formats/parquet/create-arena.ts';
import { openParquet, type ParquetFile } from '../../../formats/parquet/parquet-file.ts';
import { bytesToRead } from '../../../formats/parquet/read-columns.ts';
import { leavesOfPredicate, planRowGroups } from '../../../formats/parquet/read-plan.ts';
import { safeIntegerPaths } from '../../../formats/parquet/safe-integers.ts';
import type { SchemaNode } from '../../../formats/parquet/schema-tree.ts';
import { bindToFile, columnsOfFile, TableScan } from '../../../formats/parquet/table-scan.ts';
import { type RecordMapping, recordColumns } from '../../../formats/record/record-columns.ts';
import { ALWAYS } from '../../../formats/scan/bind-predicate.ts';
import type { FileSplit, InputFile } from '../../../formats/scan/file-splits.ts';
import { packSplits } from '../../../formats/scan/pack-splits.ts';
import type { PartitionEntry } from '../../../formats/scan/partition-path.ts';
import type { ScanPredicate } from '../../../formats/scan/scan-predicate.ts';
import type { ScanTable } from '../../../formats/scan/scan-table.ts';
import type { Field } from '../../../formats/schema/data-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { formatByteSize } from '../../base/byte-size.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { CountingSource } from './counting-source.ts';
import { openInput } from './input-files.ts';
import { describeFilters, type OpenedFile, planTable, type TableWish } from './plan-table.ts';

export interface ParquetScanOptions extends TableWish {
  /** What 64-bit integers become: see docs/types.md. */
  readonly int64: 'auto' | 'bigint' | 'number';
  readonly timestamp: RecordMapping['timestamp'];
  readonly decimal: RecordMapping['decimal'];
  /** Partitions wished for; see `packSplits`. */
  readonly minPartitions: number;
}

/** What the files were found to be. Plain data. */
export interface ParquetShape {
  readonly table: ScanTable;
  readonly mapping: RecordMapping;
}

/** A part of a file with what its directories say. */
export interface ParquetSplit extends FileSplit {
  readonly entries: readonly PartitionEntry[];
}

/** How much of something is read, and how much there is. */
export interface ReadShare {
  readonly read: number;
  readonly total: number;
}

/** What of its files a scan reads, as far as footers tell: pages, filters and dictionaries may leave out more. */
export interface ScanFigures {
  readonly files: ReadShare;
  /** Of the files whose directories may match. */
  readonly rowGroups: ReadShare;
  /** Of compressed columns; in all, of whole files. */
  readonly bytes: ReadShare;
}

/** What was found out about the files when the partitions were. */
interface ScanPlan extends ScanFigures {
  readonly shape: ParquetShape;
  readonly partitions: readonly Partition<readonly ParquetSplit[]>[];
  readonly partitionFilters: readonly ScanPredicate[];
  readonly pushedFilters: readonly ScanPredicate[];
}

/**
 * The rows of Parquet files that match a predicate: `read.parquet`. Files are found, and their footers read, when the
 * partitions are first asked for: directories that cannot match are not entered further, and the schemas of the others
 * make the one of the rows. Tasks then read what `FileScan` says they must.
 */
export class ParquetScanNode extends ComputedNode {
  readonly kind = 'parquet-scan';
  readonly className = 'FileScanRDD';
  readonly options: ParquetScanOptions;
  readonly #fileSystem: FileSystem;
  #plan: ScanPlan | undefined;
  #shape: ParquetShape | undefined;

  /** `shape`: what the files are, where that is known, as in a worker. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: ParquetScanOptions, shape?: ParquetShape) {
    super(origin, []);
    this.#fileSystem = fileSystem;
    this.options = options;
    this.#shape = shape;
  }

  /** What its files are. May read footers. */
  get shape(): ParquetShape {
    this.#shape ??= this.#findPlan().shape;
    return this.#shape;
  }

  /** The fields of its rows, in order. May read footers. */
  get rowFields(): readonly Field[] {
    return this.shape.table.fields;
  }

  /** What will be read of its files. May read footers. */
  get figures(): ScanFigures {
    const { files, rowGroups, bytes } = this.#findPlan();
    return { files, rowGroups, bytes };
  }

  /** What Spark's plans say of a scan, and what of the files will be read as far as footers tell. */
  override get details(): readonly string[] {
    const { shape, partitionFilters, pushedFilters, files, rowGroups, bytes } = this.#findPlan();
    return [
      ...describeFilters(shape.table, partitionFilters, pushedFilters),
      `Files: ${files.read} of ${files.total}; RowGroups: ${rowGroups.read} of ${rowGroups.total}; ` +
        `Bytes: ${formatByteSize(bytes.read)} of ${formatByteSize(bytes.total)}`,
    ];
  }

  protected override computePartitions(): readonly Partition<readonly ParquetSplit[]>[] {
    return this.#findPlan().partitions;
  }

  override get columnNames(): ReadonlySet<string> {
    return new Set(this.rowFields.map(({ name }) => name));
  }

  override *compute(partition: Partition, task: TaskContext, columns?: ReadonlySet<string>): BatchIterator {
    const { table: whole, mapping } = this.shape;
    const fields = columns === undefined ? whole.fields : whole.fields.filter(({ name }) => columns.has(name));
    const table = { ...whole, fields };
    using lease = leaseArena();
    for (const { file: input, start, length, entries } of partition.split as readonly ParquetSplit[]) {
      using handle = openInput(task.fileSystem, input);
      // Unlike text, a file that has grown is another one: its row groups are others, and so are their places.
      if (handle.sizeBytes() !== input.sizeBytes) {
        const { path, sizeBytes: expected } = input;
        throw new CairnError('INPUT_CHANGED', { path, expected, found: handle.sizeBytes() });
      }
      const source = new KeptTail(new CountingSource(handle, task));
      task.throwIfCancelled();
      const file = openParquet(source);
      const options = { part: { start, length }, arena: lease.arena, batchRows: task.batchRows };
      for (const batch of new TableScan(table, { file, entries }, options).batches()) {
        task.throwIfCancelled();
        yield recordColumns(batch, mapping);
      }
    }
  }

  #findPlan(): ScanPlan {
    this.#plan ??= this.#makePlan();
    return this.#plan;
  }

  #makePlan(): ScanPlan {
    const { table, files, kept, opened, partitionFilters, pushedFilters } = planTable(
      this.#fileSystem,
      this.options,
      (file) => this.#open(file),
    );
    const { wanted, ...figures } = kept.length === 0 ? NOTHING_READ : sumFigures(table, kept);
    // Tasks do not open what its footer has ruled out.
    const read = kept.filter((_, i) => wanted[i]);
    const packed = packSplits(
      read.map(({ file }) => file),
      { minPartitions: this.options.minPartitions, isSplittable: () => true },
    );
    const entriesOf = new Map(read.map(({ file, entries }) => [file, entries]));
    const { timestamp, decimal } = this.options;
    const mapping = {
      int64: this.#int64Of(
        opened.map((each) => each.opened),
        table.partitions,
      ),
      timestamp,
      decimal,
    };
    return {
      shape: { table, mapping },
      partitions: partitionsOf(packed.length, (i) =>
        (packed[i] ?? []).map((split) => ({ ...split, entries: entriesOf.get(split.file) ?? [] })),
      ),
      partitionFilters,
      pushedFilters,
      files: { read: read.length, total: files.length },
      ...figures,
      bytes: { read: figures.bytes.read, total: files.reduce((sum, { file }) => sum + file.sizeBytes, 0) },
    };
  }

  #int64Of(files: readonly ParquetFile[], partitions: readonly Field[]): RecordMapping['int64'] {
    const { int64 } = this.options;
    if (int64 !== 'auto') return int64;
    const safe = new Set(safeIntegerPaths(files));
    // Of directories there are no statistics, but all values: int64 they are because one of them needs it.
    for (const { name } of partitions) safe.delete(name);
    return safe;
  }

  /** Reads the footer. The file is closed again: what is planned needs no more of it. */
  #open(input: InputFile): ParquetFile {
    using handle = openInput(this.#fileSystem, input);
    return openParquet(handle);
  }
}

interface FooterFigures extends Pick<ScanFigures, 'rowGroups' | 'bytes'> {
  /** Of each file, whether it has a row group that may match. */
  readonly wanted: readonly boolean[];
}

const NOTHING_READ: FooterFigures = { rowGroups: { read: 0, total: 0 }, bytes: { read: 0, total: 0 }, wanted: [] };

function sumFigures(table: ScanTable, files: readonly OpenedFile<ParquetFile>[]): FooterFigures {
  const wanted: boolean[] = [];
  const rowGroups = { read: 0, total: 0 };
  const bytes = { read: 0, total: 0 };
  for (const { opened: file, entries } of files) {
    const binding = bindToFile(table, { file, entries });
    const predicate = binding?.predicate ?? ALWAYS;
    const leaves = binding === undefined ? [] : leavesOfPredicate(file, binding);
    const plan = planRowGroups(file, predicate, leaves);
    wanted.push(plan.rowGroups.length > 0);
    rowGroups.read += plan.rowGroups.length;
    rowGroups.total += plan.total;
    const projected = columnsOfFile(table, file).filter((node) => node !== undefined);
    const tested = new Set<SchemaNode>([...projected, ...leaves.filter((leaf) => leaf !== undefined)]);
    for (const { index, verdict } of plan.rowGroups) {
      const rowGroup = file.metadata.rowGroups[index];
      if (rowGroup !== undefined)
        bytes.read += bytesToRead(file, rowGroup, verdict === 'all' ? projected : [...tested]);
    }
  }
  return { rowGroups, bytes, wanted };
}

import { formatPredicate, type ScanPredicate } from '../../../formats/scan/scan-predicate.ts';
import { type Field, formatType } from '../../../formats/schema/data-type.ts';
import { boundText } from '../../../storage/database/column-stride.ts';
import { describeColumns, openCursor } from '../../../storage/database/open-database.ts';
import {
  type DatabaseSplit,
  describeSource,
  planScan,
  type ScanPlan,
  type ScanRequest,
} from '../../../storage/database/scan-plan.ts';
import { ScanRows } from '../../../storage/database/scan-rows.ts';
import type { ColumnOptions, TableColumn } from '../../../storage/database/table-column.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { CairnError } from '../../base/errors.ts';
import { ComputedNode, type NodeOrigin } from '../lineage-node.ts';
import { type Partition, partitionsOf } from '../partition.ts';
import { preparation } from '../preparation.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';

export interface DatabaseScanOptions extends ScanRequest, ColumnOptions {
  /** Rows that are asked for at a time; a batch's unless said. */
  readonly fetchSize: number | undefined;
}

/**
 * The rows of a table or a query of a database that match a condition: `read.database`. Each task has a connection of its
 * own. What the columns are is asked for once, in the driver: of SQLite when the schema or a job is first asked for, of
 * a server before the first job, since that takes waiting.
 */
export class DatabaseScanNode extends ComputedNode {
  readonly kind = 'database-scan';
  readonly className = 'DatabaseScanRDD';
  readonly options: DatabaseScanOptions;
  readonly #fileSystem: FileSystem;
  #columns: readonly TableColumn[] | undefined;
  #plan: ScanPlan | undefined;

  /** `columns`: what the table's are, where that is known, as in a worker. */
  constructor(
    origin: NodeOrigin,
    fileSystem: FileSystem,
    options: DatabaseScanOptions,
    columns?: readonly TableColumn[],
  ) {
    super(origin, [], undefined, { isAsync: options.settings.dialect !== 'sqlite' });
    this.#fileSystem = fileSystem;
    this.options = options;
    this.#columns = columns;
    if (columns === undefined) {
      // Plans too, so that a column that is not there is heard of before a task is.
      this.preparations.push(
        preparation(async () => {
          this.#columns ??= await this.#describe();
          void this.plan;
        }),
      );
    }
  }

  /** Where rows come from, without a password. */
  get source(): string {
    return describeSource(this.options.settings, this.options.source);
  }

  /** The table's columns. Asks SQLite; of a server that was not asked yet raises DATABASE_SCHEMA_UNKNOWN. */
  get columns(): readonly TableColumn[] {
    if (this.#columns === undefined) {
      if (this.options.settings.dialect !== 'sqlite')
        throw new CairnError('DATABASE_SCHEMA_UNKNOWN', { source: this.source });
      this.#columns = this.#describe() as readonly TableColumn[];
    }
    return this.#columns;
  }

  /** The fields of its rows, in order. As `columns`. */
  get rowFields(): readonly Field[] {
    return this.plan.fields;
  }

  /** Raises COLUMN_NOT_FOUND, PREDICATE_TYPE, and what `columns` raises. */
  get plan(): ScanPlan {
    this.#plan ??= planScan(this.options, this.columns);
    return this.#plan;
  }

  override get details(): readonly string[] {
    const list = (filters: readonly ScanPredicate[]) => `[${filters.map(formatPredicate).join(', ')}]`;
    const cut = partitioningOf(this.options.splits);
    if (this.#columns === undefined && this.options.settings.dialect !== 'sqlite') {
      return ['PushedFilters: known when a job has asked the database for its columns', ...cut];
    }
    const { pushed, residual, fields } = this.plan;
    return [
      `PushedFilters: ${list(pushed)}`,
      ...(residual.length === 0 ? [] : [`PostScanFilters: ${list(residual)}`]),
      `ReadSchema: struct<${fields.map(({ name, type }) => `${name}:${formatType(type)}`).join(',')}>`,
      ...cut,
    ];
  }

  protected override computePartitions(): readonly Partition<DatabaseSplit>[] {
    const { splits } = this.options;
    return partitionsOf(splits.length, (i) => splits[i] as DatabaseSplit);
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { settings, fetchSize = task.batchRows } = this.options;
    const statement = this.plan.statement(partition.split as DatabaseSplit);
    const rows = new ScanRows(this.plan, this.source, settings.dialect !== 'sqlite');
    task.throwIfCancelled();
    const cursor = openCursor(task.fileSystem, settings, statement, fetchSize);
    try {
      for (;;) {
        let next = cursor.next();
        if (next instanceof Promise) {
          const waited: { readonly rows: Awaited<typeof next> }[] = [];
          const ready = next.then((found) => void waited.push({ rows: found }));
          // Whoever finds the task cancelled does not wait: the rejection, which nobody awaits then, must not end the process.
          ready.catch(() => {});
          yield { kind: 'pending', ready };
          next = waited[0]?.rows;
        }
        if (next === undefined) return;
        task.throwIfCancelled();
        const batch = rows.batch(next);
        if (batch !== undefined) yield batch;
      }
    } finally {
      cursor.close();
    }
  }

  #describe(): readonly TableColumn[] | Promise<readonly TableColumn[]> {
    return describeColumns(this.#fileSystem, this.options.settings, this.options.source, this.options);
  }
}

/** How rows are shared out among partitions, where they are. */
function partitioningOf(splits: readonly DatabaseSplit[]): readonly string[] {
  const [first, second] = splits;
  if (first?.kind === 'predicate') return [`Partitioning: ${splits.length} predicates`];
  if (first?.kind !== 'stride' || second?.kind !== 'stride' || first.part.end === undefined) return [];
  const last = splits.at(-1);
  const from = boundText(first.unit, first.part.end);
  const to = last?.kind === 'stride' && last.part.low !== undefined ? boundText(last.unit, last.part.low) : from;
  return [`Partitioning: ${first.column} cut ${splits.length - 1} times from ${from} to ${to}`];
}

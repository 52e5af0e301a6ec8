import type { InputFile } from '../../../formats/scan/file-splits.ts';
import { mergeSchemas } from '../../../formats/scan/merge-schemas.ts';
import { type PartitionEntry, partitionFields } from '../../../formats/scan/partition-path.ts';
import { projectFields } from '../../../formats/scan/project-fields.ts';
import {
  columnsOfPredicate,
  columnText,
  conjunctsOf,
  formatPredicate,
  type ScanColumn,
  type ScanPredicate,
} from '../../../formats/scan/scan-predicate.ts';
import { canSkipDirectory, checkPredicate, type ScanTable, tableSchema } from '../../../formats/scan/scan-table.ts';
import { type Field, formatType, type Schema } from '../../../formats/schema/data-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { describePath, type InputPath } from './input-files.ts';
import { findPartitionedFiles, type PartitionedFile } from './partitioned-files.ts';

/** What is wanted of a table of files. */
export interface TableWish {
  readonly path: InputPath;
  /** Columns of the rows, in order; all unless given. */
  readonly columns?: readonly ScanColumn[] | undefined;
  /** Which rows; all unless given. */
  readonly where?: ScanPredicate | undefined;
  /** Columns of directories whose types are not inferred. */
  readonly partitionTypes?: readonly Field[] | undefined;
}

export interface OpenedFile<Opened> extends PartitionedFile {
  readonly opened: Opened;
}

/** What was found out about a table, and about its files. */
export interface TablePlan<Opened extends { readonly schema: Schema }> {
  readonly table: ScanTable;
  /** All files. */
  readonly files: readonly PartitionedFile[];
  /** Those whose directories may match, and what their beginnings or ends say. */
  readonly kept: readonly OpenedFile<Opened>[];
  /** The same; where no directory may match, one file, which says which columns there are. */
  readonly opened: readonly OpenedFile<Opened>[];
  readonly partitionFilters: readonly ScanPredicate[];
  readonly pushedFilters: readonly ScanPredicate[];
}

/**
 * Finds the files of a table and opens those whose directories may match: the schemas of these make the one of the rows.
 * Raises what finding and opening them does, COLUMN_NOT_FOUND, PREDICATE_TYPE, SCHEMAS_DIFFER, PARTITIONS_DIFFER, and
 * VALUE_NOT_EXACT for directories that are not of the type that was given.
 */
export function planTable<Opened extends { readonly schema: Schema }>(
  fs: FileSystem,
  { path, columns, where, partitionTypes }: TableWish,
  open: (file: InputFile) => Opened,
): TablePlan<Opened> {
  const source = describePath(path);
  const found = findPartitionedFiles(fs, path);
  const directories = found.map(({ file, entries }) => ({ path: file.path, entries }));
  const partitions = partitionFields(directories, partitionTypes, source);
  const names = new Set(partitions.map(({ name }) => name));
  const conjuncts = where === undefined ? [] : conjunctsOf(where);
  const isOfPartitions = (each: ScanPredicate) =>
    columnsOfPredicate(each).every((column) => names.has(columnText(column)));
  const partitionFilters = conjuncts.filter(isOfPartitions);
  const mayMatch = (entries: readonly PartitionEntry[]) =>
    !partitionFilters.some((each) => canSkipDirectory(each, partitions, entries, source));
  const kept = found.filter(({ entries }) => mayMatch(entries));
  const opened = (kept.length > 0 ? kept : found.slice(0, 1)).map((each) => ({ ...each, opened: open(each.file) }));
  const schema = mergeSchemas(opened.map((each) => ({ source: each.file.path, schema: each.opened.schema })));
  const whole = tableSchema(schema, partitions);
  if (where !== undefined && found.length > 0) checkPredicate(where, whole, source);
  const isProjected = columns !== undefined && found.length > 0;
  const fields = isProjected ? projectFields(whole, columns, source) : whole.fields;
  return {
    table: { schema, partitions, fields, where },
    files: found,
    kept: kept.length > 0 ? opened : [],
    opened,
    partitionFilters,
    pushedFilters: conjuncts.filter((each) => !isOfPartitions(each)),
  };
}

/** What Spark's plans say of the filters and columns of a scan, a line each. */
export function describeFilters(
  table: ScanTable,
  partitionFilters: readonly ScanPredicate[],
  pushedFilters: readonly ScanPredicate[],
): string[] {
  const list = (filters: readonly ScanPredicate[]) => `[${filters.map(formatPredicate).join(', ')}]`;
  const partitions = new Set(table.partitions.map(({ name }) => name));
  const read = table.fields.filter(({ name }) => !partitions.has(name));
  return [
    `PartitionFilters: ${list(partitionFilters)}`,
    `PushedFilters: ${list(pushedFilters)}`,
    `ReadSchema: struct<${read.map(({ name, type }) => `${name}:${formatType(type)}`).join(',')}>`,
  ];
}

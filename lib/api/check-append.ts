/**
 * Whether what is added to a directory can be read together with what is there: the same format, the same directories by
 * value, columns that readers put together. One file is looked at, the first with columns; the others were checked when
 * they were written.
 */
import { openArrow } from '../../formats/arrow/arrow-file.ts';
import { ArrowWriter } from '../../formats/arrow/arrow-writer.ts';
import type { ByteSink } from '../../formats/bytes/byte-sink.ts';
import type { RandomAccess } from '../../formats/bytes/random-access.ts';
import type { CsvWriteSettings } from '../../formats/csv/csv-encoder.ts';
import { DEFAULT_CSV_SETTINGS } from '../../formats/csv/csv-settings.ts';
import { CsvSource } from '../../formats/csv/csv-source.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import { ParquetWriter } from '../../formats/parquet/parquet-writer.ts';
import { mergeSchemas } from '../../formats/scan/merge-schemas.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import { openTextStream } from '../../formats/text/text-compression.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { TableSaveOptions } from '../../storage/output/table-part-writer.ts';
import { CairnError, describeValue } from '../base/errors.ts';
import { openInput } from '../lineage/nodes/input-files.ts';
import { findPartitionedFiles, type PartitionedFile } from '../lineage/nodes/partitioned-files.ts';
import type { SaveAction } from '../lineage/result-action.ts';

/** Names that tell of another format than theirs; what has another name may be of any. */
const ENDINGS = {
  parquet: /\.parquet$/i,
  arrow: /\.(arrows?|feather)$/i,
  csv: /\.csv(\.gz|\.zst)?$/i,
  json: /\.jsonl?(\.gz|\.zst)?$/i,
} as const;

const OTHER_DIRECTORY = 'write to another directory';

/**
 * Checks it before anything is written. Gives the columns that parts of CSV must have, where there are some. Raises
 * OUTPUT_DIFFERS, and what reading the beginning or end of a file raises.
 */
export function checkAppend(
  fs: FileSystem,
  directory: string,
  format: SaveAction['format'],
): readonly string[] | undefined {
  if (format.kind === 'text' || format.kind === 'objects') return undefined;
  if (fs.stat(directory)?.kind !== 'directory') return undefined;
  const found = findPartitionedFiles(fs, directory);
  const [first] = found;
  if (first === undefined) return undefined;
  checkFormat(directory, first, format.kind);
  switch (format.kind) {
    case 'json':
      return undefined;
    case 'csv': {
      const columns = format.settings.header ? headerOf(fs, found, format.settings) : undefined;
      if (columns !== undefined && format.settings.columns !== undefined) {
        checkHeader(directory, columns, format.settings.columns);
      }
      return columns;
    }
    default:
      checkDirectories(directory, first, format.options);
      checkSchema(fs, directory, first, format);
      return undefined;
  }
}

/** Raises OUTPUT_DIFFERS where parts of CSV would have other columns than those that are there. */
export function checkHeader(directory: string, expected: readonly string[], found: readonly string[]): void {
  if (JSON.stringify(expected) === JSON.stringify(found)) return;
  const list = (names: readonly string[]): string => describeValue(names.join(','));
  throw differs(
    directory,
    `its columns are ${list(expected)}, not ${list(found)}`,
    `give 'columns', in that order, or ${OTHER_DIRECTORY}`,
  );
}

function checkFormat(directory: string, { file }: PartitionedFile, kind: keyof typeof ENDINGS): void {
  const isOther = Object.entries(ENDINGS).some(([other, ending]) => other !== kind && ending.test(file.path));
  if (isOther)
    throw differs(directory, `it holds ${nameIn(directory, file.path)}, which is no ${kind}`, OTHER_DIRECTORY);
}

function checkDirectories(directory: string, { entries }: PartitionedFile, { partitionBy }: TableSaveOptions): void {
  const names = entries.map(([name]) => name);
  if (JSON.stringify(names) === JSON.stringify(partitionBy)) return;
  const list = (columns: readonly string[]): string => columns.join(', ') || 'no column';
  throw differs(
    directory,
    `its directories name ${list(names)}, not ${list(partitionBy)}`,
    `give 'partitionBy' as it was, or ${OTHER_DIRECTORY}`,
  );
}

function checkSchema(
  fs: FileSystem,
  directory: string,
  { file }: PartitionedFile,
  format: Extract<SaveAction['format'], { readonly kind: 'parquet' | 'arrow' }>,
): void {
  using handle = openInput(fs, file);
  const open = format.kind === 'parquet' ? openParquet : openArrow;
  const { schema, partitionBy } = format.options;
  const own = { fields: schema.fields.filter(({ name }) => !partitionBy.includes(name)) };
  const added = open(emptyFile(directory, format.kind, own)).schema;
  try {
    mergeSchemas([
      { source: file.path, schema: open(handle).schema },
      { source: directory, schema: added },
    ]);
  } catch (error) {
    if (!CairnError.is(error, 'SCHEMAS_DIFFER')) throw error;
    const { column, expected, found } = error.params;
    throw differs(
      directory,
      `column '${column}' is ${expected} in ${nameIn(directory, file.path)}, not ${found}`,
      `give types with 'schema' that one type holds, or ${OTHER_DIRECTORY}`,
    );
  }
}

/** What readers will take a schema for: types become others where the format has no form for them. */
function emptyFile(path: string, kind: 'parquet' | 'arrow', schema: Schema): RandomAccess {
  const chunks: Buffer[] = [];
  const sink: ByteSink = { path, write: (...written) => void chunks.push(...written.map((each) => Buffer.from(each))) };
  const writer =
    kind === 'parquet' ? new ParquetWriter(sink, schema, { codec: 'none' }) : new ArrowWriter(sink, schema);
  writer.finish();
  const bytes = Buffer.concat(chunks);
  return {
    path,
    sizeBytes: () => bytes.length,
    read: (target, position) => bytes.copy(target, 0, position),
  };
}

/** The first line of the first file that has one. */
function headerOf(
  fs: FileSystem,
  files: readonly PartitionedFile[],
  { delimiter, quote, escape: escaping }: CsvWriteSettings,
): readonly string[] | undefined {
  const settings = { ...DEFAULT_CSV_SETTINGS, delimiter, quote, escape: escaping, multiLine: true };
  for (const { file } of files) {
    if (file.sizeBytes === 0) continue;
    using handle = openInput(fs, file);
    const range = { stream: openTextStream(handle, file.path), path: file.path, atStart: true };
    const fields = new CsvSource(range, settings).readFields();
    if (fields !== undefined) return fields;
  }
  return undefined;
}

function nameIn(directory: string, path: string): string {
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
}

function differs(path: string, difference: string, remedy: string): CairnError {
  return new CairnError('OUTPUT_DIFFERS', { path, difference, remedy });
}

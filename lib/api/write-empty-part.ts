import { initCompression } from '../../formats/bytes/compression.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { ArrowPartWriter } from '../../storage/output/arrow-part-writer.ts';
import type { OutputJob, OutputPart } from '../../storage/output/output-job.ts';
import { ParquetPartWriter } from '../../storage/output/parquet-part-writer.ts';
import { RowPartWriter } from '../../storage/output/row-part-writer.ts';
import type { SaveAction } from '../lineage/result-action.ts';

/**
 * Writes the one part of a dataset without partitions: no records, but the columns, which readers would not know
 * otherwise. Undefined where no columns are known, or the format has no place for them; those that would be directories
 * have none, for a directory has a value.
 */
export async function writeEmptyPart(
  fs: FileSystem,
  output: OutputJob,
  format: SaveAction['format'],
): Promise<OutputPart | undefined> {
  using writer = await openWriter(fs, output, format);
  return writer?.commit();
}

async function openWriter(
  fs: FileSystem,
  output: OutputJob,
  format: SaveAction['format'],
): Promise<ArrowPartWriter | ParquetPartWriter | RowPartWriter | undefined> {
  if ('options' in format && format.options.codec === 'zstd') await initCompression();
  switch (format.kind) {
    case 'arrow':
      return format.options.partitionBy.length > 0 ? undefined : new ArrowPartWriter(fs, output, 0, 0, format.options);
    case 'parquet':
      return format.options.partitionBy.length > 0
        ? undefined
        : new ParquetPartWriter(fs, output, 0, 0, format.options);
    case 'csv': {
      const { columns, header } = format.settings;
      return columns === undefined || !header ? undefined : new RowPartWriter(fs, output, 0, 0, format);
    }
    default:
      return undefined;
  }
}

import type { ByteSink } from '../../formats/bytes/byte-sink.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import { ParquetWriter, type ParquetWriterOptions } from '../../formats/parquet/parquet-writer.ts';
import { RowGroupReader } from '../../formats/parquet/row-group-reader.ts';
import type { Schema } from '../../formats/schema/data-type.ts';
import { TableBuilder } from '../../formats/schema/table-builder.ts';
import type { TableBatch } from '../../formats/schema/vector.ts';
import { ByteArraySource } from './byte-source.ts';
import { vectorValues } from './vector-values.ts';

/** What was written, in memory. */
export class MemorySink implements ByteSink {
  readonly path = 'a.parquet';
  readonly #chunks: Uint8Array[] = [];

  write(...chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#chunks.push(chunk.slice());
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}

/** A file with these batches. */
export function writeBatches(
  schema: Schema,
  batches: readonly TableBatch[],
  options: ParquetWriterOptions = {},
): Uint8Array {
  const sink = new MemorySink();
  const writer = new ParquetWriter(sink, schema, options);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return sink.bytes();
}

/** A file with these rows. */
export function writeRows(schema: Schema, rows: readonly object[], options: ParquetWriterOptions = {}): Uint8Array {
  const builder = new TableBuilder(schema, 'Parquet');
  builder.add(rows);
  return writeBatches(schema, [builder.take()], options);
}

/** The columns of a file as our reader has them, values as `vectorValues` gives them. */
export function readColumnsOf(bytes: Uint8Array): readonly (readonly unknown[])[] {
  const file = openParquet(new ByteArraySource(bytes), { verifyChecksums: true });
  const reader = new RowGroupReader(file);
  const groups = file.metadata.rowGroups.map((_, i) => reader.read(i).vectors.map((each) => vectorValues(each)));
  return file.schema.fields.map((_, c) => groups.flatMap((group) => group[c] ?? []));
}

import { ArrowWriter, type ArrowWriterOptions } from '../../formats/arrow/arrow-writer.ts';
import { field, type Schema } from '../../formats/schema/data-type.ts';
import { TableBuilder } from '../../formats/schema/table-builder.ts';
import type { TableBatch, Vector } from '../../formats/schema/vector.ts';
import { MemorySink } from './write-parquet.ts';

/** An Arrow file with these record batches. */
function writeArrowBatches(
  schema: Schema,
  batches: readonly TableBatch[],
  options: ArrowWriterOptions = {},
): Uint8Array {
  const sink = new MemorySink();
  const writer = new ArrowWriter(sink, schema, options);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return sink.bytes();
}

/** An Arrow file with these rows, a record batch each array. */
export function writeArrowRows(
  schema: Schema,
  batches: readonly (readonly object[])[],
  options: ArrowWriterOptions = {},
): Uint8Array {
  const builder = new TableBuilder(schema, 'Arrow');
  const made = batches.map((rows) => {
    builder.add(rows);
    return builder.take();
  });
  return writeArrowBatches(schema, made, options);
}

/** A file of one column. */
export function writeArrowVector(vector: Vector, options: ArrowWriterOptions = {}): Uint8Array {
  const fields = [field('x', vector.type)];
  return writeArrowBatches({ fields }, [{ fields, rowCount: vector.length, vectors: [vector] }], options);
}

import { Arena } from '../../formats/parquet/arena.ts';
import { openParquet, type ParquetOptions } from '../../formats/parquet/parquet-file.ts';
import { RowGroupReader, type RowGroupReaderOptions } from '../../formats/parquet/row-group-reader.ts';
import type { Vector } from '../../formats/schema/vector.ts';
import { ByteArraySource } from './byte-source.ts';
import { vectorValues } from './vector-values.ts';

/** The vectors of the first row group, in memory of their own, by name. */
export function readVectors(
  bytes: Uint8Array,
  options: ParquetOptions & RowGroupReaderOptions = {},
): ReadonlyMap<string, Vector> {
  const file = openParquet(new ByteArraySource(bytes), options);
  const batch = new RowGroupReader(file, { arena: new Arena(), ...options }).readOwned(0);
  return new Map(batch.fields.map(({ name }, i) => [name, batch.vectors[i] as Vector]));
}

/** The values of the first column of the first row group. */
export function readFirst(bytes: Uint8Array, options: ParquetOptions & RowGroupReaderOptions = {}): readonly unknown[] {
  const [vector] = readVectors(bytes, options).values();
  return vectorValues(vector as Vector);
}

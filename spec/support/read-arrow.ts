import { openArrow } from '../../formats/arrow/arrow-file.ts';
import { ArrowScan } from '../../formats/arrow/arrow-scan.ts';
import type { DataType } from '../../formats/schema/data-type.ts';
import { ByteArraySource } from './byte-source.ts';
import { vectorValues } from './vector-values.ts';

/** Columns of an Arrow file in memory, by name: their types, and their values as `vectorValues` has them. */
export function readArrow(
  bytes: Uint8Array,
): ReadonlyMap<string, { readonly type: DataType; readonly values: unknown[] }> {
  const file = openArrow(new ByteArraySource(bytes, 'a.arrow'));
  const columns = new Map(file.schema.fields.map(({ name, type }) => [name, { type, values: [] as unknown[] }]));
  const scan = new ArrowScan(file, { columns: file.schema.fields, batchRows: 1000 });
  for (const { fields, vectors } of scan.batches()) {
    vectors.forEach((vector, i) => {
      columns.get(fields[i]?.name ?? '')?.values.push(...vectorValues(vector));
    });
  }
  return columns;
}

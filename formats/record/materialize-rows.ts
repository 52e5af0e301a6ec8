import type { Column, ColumnBatch } from '../schema/batch.ts';
import { columnSignature, countColumns, generateReader, type RowReader } from './generate-reader.ts';
import { isRecordCodegenEnabled, recordCodegenCounts, SignatureCache } from './record-codegen.ts';
import { rowAt } from './row-at.ts';

const MIN_GENERATED_ROWS = 64;
const MAX_GENERATED_COLUMNS = 120;

const readers = new SignatureCache<RowReader>();

/**
 * The records `from … to - 1` of a batch as JS values that the caller owns; equal to those the batch was built from.
 * Records of a `value` column are shared, not copied.
 */
export function materializeRows(batch: ColumnBatch, from = 0, to = batch.rowCount): unknown[] {
  const { root } = batch;
  if (root.kind === 'value') return root.values.slice(from, to);
  if (isGenerated(root, to - from)) {
    recordCodegenCounts().generatedReads++;
    const read = readers.getOrMake(columnSignature(root), () => generateReader(root, 'materialize-rows'));
    return read(root, from, to);
  }
  recordCodegenCounts().plainReads++;
  const rows = new Array<unknown>(to - from);
  for (let i = from; i < to; i++) rows[i - from] = rowAt(root, i);
  return rows;
}

function isGenerated(root: Column, rowCount: number): boolean {
  return isRecordCodegenEnabled() && rowCount >= MIN_GENERATED_ROWS && countColumns(root) <= MAX_GENERATED_COLUMNS;
}

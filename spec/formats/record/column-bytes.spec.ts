import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { columnBytes } from '../../../formats/record/column-bytes.ts';
import { decodeFrames } from '../../../formats/record/record-reader.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import type { ColumnBatch } from '../../../formats/schema/batch.ts';

function bytesOf(count: number, make: (i: number) => unknown): number {
  return columnBytes(buildColumns(Array.from({ length: count }, (_, i) => make(i))) as ColumnBatch);
}

describe('the memory of a batch', () => {
  it('is that of its typed arrays, and little more', () => {
    expect(bytesOf(10_000, (i) => i / 3) - 80_000).toBeLessThan(300);
    expect(bytesOf(10_000, (i) => i % 100) - 10_000).toBeLessThan(300);
    expect(bytesOf(10_000, (i) => (i % 2 ? null : i * 1e5)) - 50_000).toBeLessThan(300);
    expect(bytesOf(10_000, (i) => [i / 3, BigInt(i)]) - 160_000).toBeLessThan(500);
  });

  it('counts buffers without the room they had to grow', () => {
    expect(bytesOf(1000, (i) => new Array(i % 7).fill(0.5)) / (2997 * 8 + 4004)).toBeLessThan(1.05);
  });

  it('counts strings as V8 holds them', () => {
    const narrow = bytesOf(1000, (i) => `${i}`.padStart(100, 'x'));
    const wide = bytesOf(1000, (i) => `${i}`.padStart(100, '日'));
    expect(narrow).toBeGreaterThan(120_000);
    expect(narrow).toBeLessThan(130_000);
    expect(wide - narrow).toBeCloseTo(100_000, -3);
  });

  it('counts a dictionary once', () => {
    expect(bytesOf(1000, (i) => ['a', 'b'][i % 2])).toBeLessThan(1300);
  });

  it('looks into values without a shape', () => {
    const small = bytesOf(1000, (i) => ({ i, v: i % 2 ? 1 : 'x' }));
    const large = bytesOf(1000, (i) => ({
      i,
      v: i % 2 ? new Map([[1, { a: ['x'.repeat(1000)] }]]) : new Float64Array(100),
    }));
    expect(large).toBeGreaterThan(small + 800_000);
    expect(bytesOf(10, (i) => ({ i, v: i % 2 ? null : new Set([1n]) }))).toBeGreaterThan(0);
  });

  it('counts strings still in their frame as if they were decoded', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ t: `${i}`.padStart(50, 'x') }));
    const out = new ByteWriter();
    encodeFrame(buildColumns(rows) as ColumnBatch, out, { codec: 'none' });
    const [batch] = decodeFrames(out.take(), { path: '', offset: 0 });
    expect(columnBytes(batch as ColumnBatch)).toBeGreaterThan(columnBytes(buildColumns(rows) as ColumnBatch));
  });
});

import { describe, expect, it } from 'vitest';
import { batchLength } from '../../../formats/schema/batch.ts';
import { decodeBatches, decodeRows, encodeRows } from '../../../lib/exec/row-frames.ts';

const texts = (lengths: readonly number[]): string[] => lengths.map((length, i) => String(i % 10).repeat(length));

describe('rows in frames', () => {
  it('are the rows from one place to another, in frames of a size', () => {
    const rows = Array.from({ length: 1000 }, (_, i) => ({ i }));
    const chunks = encodeRows(rows, 10, 510, { rowsPerFrame: 200 });
    expect(chunks).toHaveLength(1);
    expect([...decodeBatches(chunks, 'spec')].map(batchLength)).toEqual([200, 200, 100]);
    expect(decodeRows(chunks, 'spec')).toEqual(rows.slice(10, 510));
  });

  it('are nothing where there are none', () => {
    expect(encodeRows([1], 1, 1, { rowsPerFrame: 8 })).toEqual([]);
    expect(decodeRows([], 'spec')).toEqual([]);
  });

  it('are fewer in a frame where they are large', () => {
    const limits = { maxRawBytes: 1000, maxRows: 100 };
    for (const lengths of [[10, 900, 20, 900, 30], Array(50).fill(90), [900, 900, 1, 1, 1, 900]]) {
      const rows = texts(lengths);
      const chunks = encodeRows(rows, 0, rows.length, { rowsPerFrame: 64, limits });
      expect(decodeRows(chunks, 'spec')).toEqual(rows);
      expect(chunks.length).toBeGreaterThan(0);
    }
    expect(() => encodeRows(texts([1, 2000]), 0, 2, { rowsPerFrame: 64, limits })).toThrow(/LIMIT_EXCEEDED/);
  });

  it('own their memory, and more of it where they are many', () => {
    const rows = texts(Array(40).fill(1 << 20));
    const chunks = encodeRows(rows, 0, rows.length, { rowsPerFrame: 4 });
    expect(chunks.length).toBeGreaterThan(1);
    for (const { buffer, byteLength } of chunks) expect(buffer.byteLength).toBe(byteLength);
    expect(decodeRows(chunks, 'spec')).toEqual(rows);
  });

  it('are joined however many frames they came in', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => [i]);
    expect(decodeRows(encodeRows(rows, 0, rows.length, { rowsPerFrame: 1 }), 'spec')).toEqual(rows);
  });
});

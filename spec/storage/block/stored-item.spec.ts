import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import {
  encodeItem,
  itemBatches,
  itemBytes,
  itemRows,
  keepItem,
  type StoredItem,
} from '../../../storage/block/stored-item.ts';
import { frameOf, rowsOf } from '../../support/stored-batches.ts';

const shaped = [{ id: 1 }, { id: 2 }, { id: 3 }];
const frames: StoredItem = { kind: 'frames', bytes: frameOf(shaped), rowCount: 3 };

describe('stored items', () => {
  test('are kept as columns where records have a shape, whatever they came as', () => {
    for (const item of [rowBatch(shaped), frames]) {
      const kept = keepItem(item, 'x');
      expect(kept.map(({ kind }) => kind)).toEqual(['columns']);
      expect(rowsOf(kept)).toEqual(shaped);
      expect(keepItem(kept[0] as StoredItem, 'x')[0]).toBe(kept[0]);
    }
  });

  test('kept as columns do not change with the records they were made of', () => {
    const records = [{ id: 1 }, { id: 2 }];
    const kept = keepItem(rowBatch(records), 'x');
    (records[0] as { id: number }).id = 99;
    expect(rowsOf(kept)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('without a shape are kept as rows in an array of their own', () => {
    const rows = [() => 1, new Map(), 'x', 5];
    const [kept] = keepItem(rowBatch(rows, 1, 3), 'x');
    rows[2] = 'changed';
    expect(rowsOf([kept as never])).toEqual([new Map(), 'x']);
    const whole = kept?.kind === 'rows' ? kept.rows.length : 2;
    expect(whole).toBe(2);
  });

  test('know their records and memory in every form', () => {
    const [columns] = keepItem(rowBatch(shaped), 'x');
    const rows = rowBatch([...shaped, 1], 0, 3);
    for (const item of [frames, columns as StoredItem, rows]) {
      expect(itemRows(item)).toBe(3);
      expect(itemBytes(item)).toBeGreaterThan(128);
      expect(itemBytes(item)).toBeLessThan(1000);
    }
    expect(itemBytes(frames)).toBe(128 + frameOf(shaped).length);
  });

  test('are encoded and decoded', () => {
    using out = new ByteWriter();
    encodeItem(rowBatch(shaped), out, 'none');
    encodeItem(frames, out, 'none');
    const both: StoredItem = { kind: 'frames', bytes: out.take(), rowCount: 6 };
    expect(rowsOf(itemBatches(both, 'x'))).toEqual([...shaped, ...shaped]);
    const damaged: StoredItem = { ...both, bytes: both.bytes.subarray(1) };
    expect(() => rowsOf(itemBatches(damaged, 'rdd_1_2'))).toThrow('CORRUPT_FILE: rdd_1_2 is damaged at byte 0');
  });
});

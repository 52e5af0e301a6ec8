import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CodecName, initCompression } from '../../../formats/bytes/compression.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import {
  type ExportedBlock,
  exportBlock,
  exportedBatches,
  exportedItems,
  isUnreadable,
} from '../../../storage/block/exported-block.ts';
import { type MemoryBlock, MemoryStore } from '../../../storage/block/memory-store.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { numbers, rowsOf } from '../../support/stored-batches.ts';

const id = rddBlockId(nodeId(1), 0);

/** Every kind of column, and values that have none. */
const ROWS: readonly unknown[] = numbers(0, 300).map((i) => ({
  small: i % 200,
  whole: i * 1_000_003,
  real: i === 7 ? -0 : i / 3,
  big: BigInt(i) ** 3n,
  flag: i % 3 === 0,
  when: new Date(i * 86_400_000),
  ascii: `row ${i}`,
  text: i % 5 === 0 ? `höhe ${i} 山` : 'é',
  lone: `\ud800${i}`,
  few: ['red', 'green', 'blue'][i % 3],
  missing: i % 4 === 0 ? null : i,
  list: numbers(0, i % 4),
  pair: [i, `${i}`],
  inner: { a: i, b: `b${i}` },
}));
const VALUES: readonly unknown[] = [
  null,
  undefined,
  Number.NaN,
  'a text that is longer than others',
  new Map([[1, { a: new Set(['x']) }]]),
  new Uint8Array([1, 2, 3]),
  new Float64Array([1.5, -0]),
  [1n, [2n]],
];

beforeAll(() => initCompression());

function blockOf(level: StorageLevelName, batches: readonly (readonly unknown[])[], codec: CodecName): MemoryBlock {
  const memory = new MemoryStore({
    budget: new MemoryBudget({ totalBytes: 10_000_000 }),
    codec,
    beforeEviction: () => true,
  });
  const put = memory.put(id, STORAGE_LEVELS[level], batches.map((rows): Batch => rowBatch(rows)).values());
  if (put.kind !== 'stored') throw put;
  return put.block;
}

/** What another thread gets. */
function sent(block: ExportedBlock | undefined): ExportedBlock {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(block);
  const received = receiveMessageOnPort(port2)?.message as ExportedBlock;
  port1.close();
  return received;
}

describe('an exported block', () => {
  test.each([
    ['MEMORY_ONLY', 'none'],
    ['MEMORY_ONLY', 'zstd'],
    ['MEMORY_ONLY_SER', 'none'],
    ['MEMORY_ONLY_SER', 'deflate'],
    ['MEMORY_ONLY_SER', 'zstd'],
  ] as const)('reads the same from shared memory, at %s with %s', (level, codec) => {
    const batches = [ROWS.slice(0, 120), ROWS.slice(120), VALUES];
    const received = sent(exportBlock(blockOf(level, batches, codec)));
    expect(received.bytes).toBeInstanceOf(SharedArrayBuffer);
    expect(received).toMatchObject({ blockId: id, level: STORAGE_LEVELS[level], rowCount: 308 });
    expect(rowsOf(exportedBatches(received))).toEqual(batches.flat());
    const items = [...exportedItems(received)];
    expect(items.length).toBe(level === 'MEMORY_ONLY' ? 3 : 1);
    expect(items.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(308);
    expect(items.every(({ bytes }) => bytes.buffer === received.bytes)).toBe(true);
  });

  test('gives records nothing of the shared memory to change', () => {
    const received = sent(exportBlock(blockOf('MEMORY_ONLY_SER', [VALUES], 'none')));
    const [, , , , , bytes] = rowsOf(exportedBatches(received)) as Uint8Array[];
    expect(bytes?.buffer).toBeInstanceOf(ArrayBuffer);
    bytes?.fill(9);
    expect(rowsOf(exportedBatches(received))).toEqual(VALUES);
  });

  test('has columns that are views of the shared memory', () => {
    const received = sent(exportBlock(blockOf('MEMORY_ONLY', [[0.5, 1.5, 2.5]], 'zstd')));
    const [batch] = exportedBatches(received);
    if (batch?.kind !== 'columns' || batch.root.kind !== 'double') throw batch;
    expect(batch.root.values.buffer).toBe(received.bytes);
  });

  test('is not copied when it goes on to a third thread', () => {
    const received = sent(exportBlock(blockOf('MEMORY_ONLY_SER', [ROWS, VALUES], 'none')));
    const block = { ...blockOf('MEMORY_ONLY_SER', [], 'none'), items: [...exportedItems(received)], rowCount: 308 };
    expect(exportBlock(block)?.bytes).toBe(received.bytes);
  });

  test('may be empty', () => {
    for (const level of ['MEMORY_ONLY', 'MEMORY_ONLY_SER'] as const) {
      const received = sent(exportBlock(blockOf(level, [], 'none')));
      expect([received.bytes.byteLength, received.rowCount]).toEqual([0, 0]);
      expect([...exportedItems(received), ...exportedBatches(received)]).toEqual([]);
    }
  });

  test('is none when a record cannot be encoded', () => {
    expect(exportBlock(blockOf('MEMORY_ONLY', [[1, 2], [() => 1]], 'none'))).toBeUndefined();
  });

  test('is refused at every byte that is damaged, before an item is handed out', () => {
    const received = sent(exportBlock(blockOf('MEMORY_ONLY', [numbers(0, 3), ['a', 'b']], 'none')));
    const bytes = new Uint8Array(received.bytes);
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] = (bytes[at] as number) ^ 0x10;
      let failure: unknown;
      try {
        exportedItems(received);
      } catch (error) {
        failure = error;
      }
      expect(isUnreadable(failure)).toBe(true);
      bytes[at] = (bytes[at] as number) ^ 0x10;
    }
    expect(isUnreadable(new Error('another'))).toBe(false);
  });
});

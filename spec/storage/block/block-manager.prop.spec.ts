import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { type BlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { STORAGE_LEVELS, type StorageLevelName } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const LEVELS: readonly StorageLevelName[] = [
  'NONE',
  'MEMORY_ONLY',
  'MEMORY_ONLY_SER',
  'MEMORY_AND_DISK',
  'MEMORY_AND_DISK_SER',
  'DISK_ONLY',
];
const TASK = taskId(1);

type Step =
  | { readonly kind: 'read' | 'open' | 'put' | 'remove' | 'damage'; readonly node: number; readonly partition: number }
  | { readonly kind: 'take' | 'stop'; readonly which: number }
  | { readonly kind: 'removeNode'; readonly node: number }
  | { readonly kind: 'work'; readonly bytes: number }
  | { readonly kind: 'rest' };

const node = fc.nat(LEVELS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('read', 'open', 'open', 'put', 'remove', 'damage'),
      node,
      partition: fc.nat(3),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('take', 'take', 'take', 'stop'), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeNode'), node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('work'), bytes: fc.nat(9000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rest') }) },
) as fc.Arbitrary<Step>;

/** An open iterator, and what it has still to give. */
interface Reading {
  readonly batches: IterableIterator<Batch>;
  rest: readonly unknown[] | undefined;
  readonly expect: () => readonly unknown[];
}

/** The manager beside a model in which a block is a function of its generation; removing it begins the next one. */
class World {
  readonly fileSystem = new MemoryFileSystem();
  readonly budget: MemoryBudget;
  readonly disk: DiskStore;
  readonly blocks: BlockManager;
  readonly generations = new Map<BlockId, number>();
  readings: Reading[] = [];

  constructor(totalBytes: number) {
    this.budget = new MemoryBudget({ totalBytes });
    this.disk = new DiskStore({ fileSystem: this.fileSystem, directory: '/b', codec: 'none', chunkBytes: 400 });
    this.blocks = new BlockManager({ disk: this.disk, budget: this.budget, codec: 'none' });
  }

  /** Some blocks have columns, some rows of many shapes, some nothing. */
  rows(of: BlockId): readonly unknown[] {
    const generation = this.generations.get(of) ?? 0;
    const size = ((generation * 7 + of.charCodeAt(of.length - 1) * 13) % 5) * 60;
    return Array.from({ length: size }, (_, i) =>
      i % 97 === 50 && of.endsWith('2') ? [of, i] : { key: i * 1_000_003 + generation, text: `${of} ${generation}` },
    );
  }

  *compute(of: BlockId): IterableIterator<Batch> {
    const rows = this.rows(of);
    for (let from = 0; from < rows.length; from += 50) yield rowBatch(rows, from, Math.min(from + 50, rows.length));
  }

  open(nodeIndex: number, partition: number): Reading {
    const of = rddBlockId(nodeId(nodeIndex), partition);
    const level = STORAGE_LEVELS[LEVELS[nodeIndex] as StorageLevelName];
    const batches = this.blocks.getOrElseUpdate(of, level, () => this.compute(of));
    return { batches, rest: undefined, expect: () => this.rows(of) };
  }

  take(reading: Reading): boolean {
    reading.rest ??= reading.expect();
    const next = reading.batches.next();
    if (next.done === true) {
      expect(reading.rest).toEqual([]);
      return false;
    }
    const rows = rowsOf([next.value]);
    expect(rows).toEqual(reading.rest.slice(0, rows.length));
    reading.rest = reading.rest.slice(rows.length);
    return true;
  }

  forget(of: BlockId): void {
    this.generations.set(of, (this.generations.get(of) ?? 0) + 1);
  }

  run(each: Step): void {
    switch (each.kind) {
      case 'read': {
        const reading = this.open(each.node, each.partition);
        while (this.take(reading));
        return;
      }
      case 'open':
        this.readings.push(this.open(each.node, each.partition));
        return;
      case 'put': {
        const of = rddBlockId(nodeId(each.node), each.partition);
        const level = STORAGE_LEVELS[LEVELS[each.node] as StorageLevelName];
        if (level !== STORAGE_LEVELS.NONE) this.blocks.put(of, level, this.compute(of));
        return;
      }
      case 'remove': {
        const of = rddBlockId(nodeId(each.node), each.partition);
        // Whoever computes a block while its data changes may see either: such readers end first.
        this.stopAll();
        this.blocks.remove(of);
        this.forget(of);
        return;
      }
      case 'removeNode':
        this.stopAll();
        this.blocks.removeNode(nodeId(each.node));
        for (const partition of [0, 1, 2, 3]) this.forget(rddBlockId(nodeId(each.node), partition));
        return;
      case 'damage': {
        const path = this.disk.pathOf(rddBlockId(nodeId(each.node), each.partition));
        if (this.fileSystem.stat(path) === undefined) return;
        this.stopAll();
        this.fileSystem.corrupt(path, (bytes) => {
          const at = (each.partition * 31) % bytes.length;
          bytes[at] = (bytes[at] as number) ^ 0x20;
          return undefined;
        });
        return;
      }
      case 'take': {
        const reading = this.readings[each.which];
        if (reading !== undefined && !this.take(reading)) this.readings.splice(each.which, 1);
        return;
      }
      case 'stop':
        this.readings.splice(each.which, 1)[0]?.batches.return?.();
        return;
      case 'work':
        this.budget.acquireExecution(each.bytes, TASK);
        return;
      case 'rest':
        this.budget.releaseTask(TASK);
        return;
    }
  }

  stopAll(): void {
    for (const { batches } of this.readings.splice(0)) batches.return?.();
  }

  check(): void {
    const { budget } = this;
    expect(budget.storageUsedBytes).toBeGreaterThanOrEqual(0);
    expect(budget.executionUsedBytes).toBeGreaterThanOrEqual(0);
    expect(budget.storageUsedBytes + budget.executionUsedBytes).toBeLessThanOrEqual(budget.totalBytes);
  }

  end(): void {
    this.stopAll();
    expect(this.blocks.openReads).toBe(0);
    let inMemory = 0;
    for (let n = 0; n < LEVELS.length; n++) inMemory += this.blocks.nodeStatus(nodeId(n)).memoryBytes;
    expect(this.budget.storageUsedBytes).toBe(inMemory);
    this.blocks.close();
    this.budget.releaseTask(TASK);
    this.budget.assertAllReleased();
    expect(this.fileSystem.openHandles).toBe(0);
    expect(this.fileSystem.tree().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }
}

test('blocks always read as what was computed, and memory is always accounted for', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 2_000, 12_000, 60_000),
      fc.array(step, { maxLength: 60, size: 'max' }),
      (totalBytes, steps) => {
        const world = new World(totalBytes);
        for (const each of steps) {
          world.run(each);
          world.check();
        }
        world.end();
      },
    ),
    { seed: 20_261_120, numRuns: 300 },
  );
});

/**
 * Block managers of several threads over one directory of files, their events and the messages to them in queues: the
 * directory kept from the events must say what is so.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { type BlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { STORAGE_LEVELS, type StorageLevel } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const { NONE, MEMORY_ONLY, MEMORY_ONLY_SER, MEMORY_AND_DISK, MEMORY_AND_DISK_SER, DISK_ONLY } = STORAGE_LEVELS;
const KEPT = [MEMORY_AND_DISK, MEMORY_ONLY, MEMORY_AND_DISK_SER, DISK_ONLY, MEMORY_ONLY_SER];
const NODES = [0, 1, 2];
const PARTITIONS = [0, 1, 2];
const THREADS = 3;
const TASK = taskId(1);

const thread = fc.nat(THREADS - 1);
const block = { node: fc.nat(NODES.length - 1), partition: fc.nat(PARTITIONS.length - 1) };
const kind = <K extends string>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: kind('read', 'read', 'open', 'put', 'remove'), thread, ...block }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('import'), thread, from: thread, ...block }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('damage'), ...block }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('take', 'take', 'stop'), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('work'), thread, bytes: fc.nat(9000) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('rest', 'die'), thread }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('persist'), node: block.node, level: fc.constantFrom(...KEPT) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('unpersist'), node: block.node }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('hear', 'tell'), thread }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type Message =
  | { readonly kind: 'level'; readonly node: number; readonly level: StorageLevel }
  | { readonly kind: 'drop-node'; readonly node: number }
  | { readonly kind: 'drop'; readonly id: BlockId };

/** A thread: its manager, the levels its tasks know, what it has said and what it is told. */
class Thread {
  readonly name: string;
  readonly budget: MemoryBudget;
  readonly blocks: BlockManager;
  readonly levels = NODES.map(() => NONE);
  readonly events: BlockEvent[] = [];
  readonly inbox: Message[] = [];
  readings: IterableIterator<Batch>[] = [];

  constructor(name: string, label: string, totalBytes: number, fileSystem: MemoryFileSystem) {
    this.name = name;
    this.budget = new MemoryBudget({ totalBytes });
    this.blocks = new BlockManager({
      disk: new DiskStore({ fileSystem, directory: '/b', codec: 'none', owner: label, chunkBytes: 400 }),
      budget: this.budget,
      codec: 'none',
      onEvent: (event) => this.events.push(event),
    });
  }

  end(): void {
    for (const batches of this.readings.splice(0)) batches.return?.();
    expect(this.blocks.openReads).toBe(0);
    this.blocks.close();
    this.budget.releaseTask(TASK);
    this.budget.assertAllReleased();
  }
}

const idOf = (node: number, partition: number): BlockId => rddBlockId(nodeId(node), partition);

/** Some blocks have columns, some rows of many shapes, one nothing. */
function contentOf(id: BlockId): readonly unknown[] {
  const size = ((id.charCodeAt(4) * 3 + id.charCodeAt(6)) % 4) * 60;
  return Array.from({ length: size }, (_, i) =>
    i % 97 === 50 && id.endsWith('2') ? [id, i] : { key: i * 1_000_003, text: `${id} ${i % 7}` },
  );
}

function* compute(id: BlockId): IterableIterator<Batch> {
  const rows = contentOf(id);
  for (let from = 0; from < rows.length; from += 50) yield rowBatch(rows, from, Math.min(from + 50, rows.length));
}

class World {
  readonly fileSystem = new MemoryFileSystem();
  readonly directory = new BlockDirectory();
  /** The session's own, which removes files. */
  readonly driver: Thread;
  readonly threads: Thread[];
  readonly levels = NODES.map(() => NONE);
  readonly #totalBytes: number;
  #started = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.driver = this.#thread('driver');
    this.threads = Array.from({ length: THREADS }, (_, i) => this.#thread(`worker-${i}`));
    for (const node of NODES) this.#persist(node, KEPT[node] as StorageLevel);
  }

  run(each: Step): void {
    switch (each.kind) {
      case 'read':
      case 'open': {
        const of = idOf(each.node, each.partition);
        const on = this.#at(each.thread);
        const batches = on.blocks.getOrElseUpdate(of, on.levels[each.node] as StorageLevel, () => compute(of));
        if (each.kind === 'read') expect(rowsOf(batches)).toEqual(contentOf(of));
        else on.readings.push(batches);
        return;
      }
      case 'put': {
        const of = idOf(each.node, each.partition);
        const on = this.#at(each.thread);
        const level = on.levels[each.node] as StorageLevel;
        if (level !== NONE) on.blocks.put(of, level, compute(of));
        return;
      }
      case 'remove':
        this.#at(each.thread).blocks.remove(idOf(each.node, each.partition));
        return;
      case 'import': {
        const exported = this.#at(each.from).blocks.exportBlock(idOf(each.node, each.partition));
        if (exported !== undefined) this.#at(each.thread).blocks.importBlock(exported);
        return;
      }
      case 'damage': {
        const path = this.#pathOf(idOf(each.node, each.partition));
        if (this.fileSystem.stat(path) === undefined) return;
        // Readers that have handed out records could not hide it.
        for (const { readings } of this.threads) for (const batches of readings.splice(0)) batches.return?.();
        this.fileSystem.corrupt(path, (bytes) => {
          const at = (each.partition * 31) % bytes.length;
          bytes[at] = (bytes[at] as number) ^ 0x20;
          return undefined;
        });
        return;
      }
      case 'take':
      case 'stop': {
        const on = this.#at(each.which % THREADS);
        const [batches] = each.kind === 'stop' ? on.readings.splice(0, 1) : on.readings;
        if (each.kind === 'stop') batches?.return?.();
        else if (batches?.next().done === true) on.readings.shift();
        return;
      }
      case 'work':
        this.#at(each.thread).budget.acquireExecution(each.bytes, TASK);
        return;
      case 'rest':
        this.#at(each.thread).budget.releaseTask(TASK);
        return;
      case 'die': {
        const on = this.#at(each.thread);
        on.end();
        // What it said before comes in before its end does.
        this.#hear(on);
        this.directory.forgetHolder(on.name);
        const next = this.#thread(on.name);
        for (const node of NODES) next.levels[node] = this.levels[node] as StorageLevel;
        this.threads[each.thread] = next;
        return;
      }
      case 'persist':
        if (this.levels[each.node] === NONE) this.#persist(each.node, each.level);
        return;
      case 'unpersist':
        this.levels[each.node] = NONE;
        this.directory.forgetNode(nodeId(each.node));
        this.driver.blocks.removeNode(nodeId(each.node));
        this.#send({ kind: 'drop-node', node: each.node });
        this.#send({ kind: 'level', node: each.node, level: NONE });
        return;
      case 'hear':
        this.#hear(this.#at(each.thread));
        return;
      case 'tell':
        this.#tell(this.#at(each.thread));
        return;
    }
  }

  /** Every event is heard and every message told. */
  settle(): void {
    while (this.threads.some((on) => on.events.length + on.inbox.length > 0)) {
      for (const on of this.threads) {
        this.#hear(on);
        this.#tell(on);
      }
    }
  }

  checkMemory(): void {
    for (const id of this.#ids()) {
      const holders = this.threads.filter(({ blocks }) => blocks.status(id).memoryBytes > 0);
      const { inMemory } = this.directory.holdersOf(id);
      expect([...inMemory].sort(), id).toEqual(holders.map(({ name }) => name));
      const memoryBytes = holders.reduce((sum, { blocks }) => sum + blocks.status(id).memoryBytes, 0);
      expect(this.directory.status(id).memoryBytes, id).toBe(memoryBytes);
    }
  }

  checkAll(): void {
    this.checkMemory();
    for (const node of NODES) {
      const ids = PARTITIONS.map((partition) => idOf(node, partition));
      for (const id of ids) {
        const diskBytes = this.fileSystem.stat(this.#pathOf(id))?.sizeBytes ?? 0;
        expect(this.directory.status(id).diskBytes, id).toBe(diskBytes);
        expect(this.directory.holdersOf(id).onDisk, id).toBe(diskBytes > 0);
      }
      const present = ids.map((id) => this.directory.status(id)).filter((s) => s.memoryBytes + s.diskBytes > 0);
      expect(this.directory.countBlocks(nodeId(node))).toBe(present.length);
      expect(this.directory.nodeStatus(nodeId(node))).toEqual({
        cachedPartitions: present.length,
        memoryBytes: present.reduce((sum, s) => sum + s.memoryBytes, 0),
        diskBytes: present.reduce((sum, s) => sum + s.diskBytes, 0),
      });
    }
  }

  /** Of what is not kept nothing is left anywhere. */
  checkGone(): void {
    for (const id of this.#ids()) {
      if (this.levels[Number(id[4])] !== NONE) continue;
      expect(this.fileSystem.stat(this.#pathOf(id)), id).toBeUndefined();
      for (const { blocks } of this.threads) expect(blocks.status(id).memoryBytes, id).toBe(0);
    }
  }

  end(): void {
    for (const on of [...this.threads, this.driver]) on.end();
    expect(this.fileSystem.openHandles).toBe(0);
    expect(this.fileSystem.tree().filter((path) => path.endsWith('.tmp'))).toEqual([]);
  }

  #persist(node: number, level: StorageLevel): void {
    this.levels[node] = level;
    this.directory.keepNode(nodeId(node), level);
    this.#send({ kind: 'level', node, level });
  }

  #hear(from: Thread): void {
    for (const event of from.events.splice(0)) {
      if (this.directory.apply(from.name, event) !== 'unwanted') continue;
      this.driver.blocks.remove(event.blockId);
      from.inbox.push({ kind: 'drop', id: event.blockId });
    }
  }

  #tell(to: Thread): void {
    for (const message of to.inbox.splice(0)) {
      if (message.kind === 'level') to.levels[message.node] = message.level;
      else if (message.kind === 'drop') to.blocks.drop(message.id);
      else to.blocks.dropNode(nodeId(message.node));
    }
  }

  #send(message: Message): void {
    for (const { inbox } of this.threads) inbox.push(message);
  }

  #at(index: number): Thread {
    return this.threads[index] as Thread;
  }

  #thread(name: string): Thread {
    return new Thread(name, `w${this.#started++}`, this.#totalBytes, this.fileSystem);
  }

  #pathOf(id: BlockId): string {
    return new DiskStore({ fileSystem: this.fileSystem, directory: '/b', codec: 'none' }).pathOf(id);
  }

  *#ids(): IterableIterator<BlockId> {
    for (const node of NODES) for (const partition of PARTITIONS) yield idOf(node, partition);
  }
}

const budgets = fc.constantFrom(0, 2_000, 12_000, 60_000);

test('a block directory says where blocks are', () => {
  fc.assert(
    fc.property(budgets, fc.array(step, { maxLength: 60 }), (totalBytes, steps) => {
      const world = new World(totalBytes);
      for (const each of steps) {
        world.run(each);
        world.settle();
        world.checkAll();
        world.checkGone();
      }
      world.end();
    }),
    { seed: 20_261_120, numRuns: 600 },
  );
});

test('a block directory says who holds blocks once all is said, and nothing survives that is not kept', () => {
  fc.assert(
    fc.property(budgets, fc.array(step, { maxLength: 80 }), (totalBytes, steps) => {
      const world = new World(totalBytes);
      for (const each of steps) world.run(each);
      world.settle();
      world.checkMemory();
      world.checkGone();
      world.end();
    }),
    { seed: 20_261_120, numRuns: 1000 },
  );
});

/**
 * Block managers of several threads over one directory of files, their events and the messages to them in queues: the
 * directory kept from the events must say what is so.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, taskId } from '../../../lib/base/ids.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import type { BlockEvent } from '../../../storage/block/block-event.ts';
import { type BlockId, rddBlockId } from '../../../storage/block/block-id.ts';
import { BlockManager } from '../../../storage/block/block-manager.ts';
import { DiskStore } from '../../../storage/block/disk-store.ts';
import { HashedDirectory } from '../../../storage/block/hashed-directory.ts';
import { STORAGE_LEVELS, type StorageLevel } from '../../../storage/block/storage-level.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { rowsOf } from '../../support/stored-batches.ts';

const { NONE, MEMORY_ONLY, MEMORY_ONLY_SER, MEMORY_AND_DISK, MEMORY_AND_DISK_SER, DISK_ONLY } = STORAGE_LEVELS;
const KEPT = [MEMORY_AND_DISK, MEMORY_AND_DISK_SER, MEMORY_ONLY, DISK_ONLY, MEMORY_ONLY_SER];
const NODES = [0, 1, 2];
const PARTITIONS = [0, 1];
const THREADS = 2;
const TASK = taskId(1);

const thread = fc.nat(THREADS - 1);
const block = { node: fc.nat(NODES.length - 1), partition: fc.nat(PARTITIONS.length - 1) };
const kind = <K extends string>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const step = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({ kind: kind('read', 'read', 'read', 'read', 'open', 'put', 'remove'), thread, ...block }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('import'), thread, from: thread, ...block }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('damage'), ...block }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('take', 'take', 'stop'), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('work'), thread, bytes: fc.nat(9000) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('rest', 'rest', 'die'), thread }) },
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
  const size = ((id.charCodeAt(4) * 3 + id.charCodeAt(6)) % 4) * 80;
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
  readonly #files = new HashedDirectory(this.fileSystem, '/b');
  #started = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.driver = this.#thread('driver');
    this.threads = Array.from({ length: THREADS }, (_, i) => this.#thread(`worker-${i}`));
    for (const node of NODES) this.#persist(node, KEPT[node] as StorageLevel);
    this.settle();
  }

  run(each: Step): void {
    switch (each.kind) {
      case 'read':
      case 'open': {
        const of = idOf(each.node, each.partition);
        const on = this.#at(each.thread);
        const batches = on.blocks.getOrElseUpdate(of, on.levels[each.node] as StorageLevel, () => compute(of));
        if (each.kind === 'read') expect(isDeepStrictEqual(rowsOf(batches), contentOf(of))).toBe(true);
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

  /** What the directory says of each block that is anywhere, and what is so: a line a block. */
  check(withDisk: boolean): void {
    const said: string[] = [];
    const so: string[] = [];
    for (const id of this.#ids()) {
      const { inMemory, onDisk } = this.directory.holdersOf(id);
      const status = this.directory.status(id);
      const names = [...inMemory].sort().join();
      said.push(`${id} ${names} ${status.memoryBytes} ${withDisk ? `${onDisk} ${status.diskBytes}` : ''}`);
      const holders = this.threads.filter(({ blocks }) => blocks.status(id).memoryBytes > 0);
      const memoryBytes = holders.reduce((sum, { blocks }) => sum + blocks.status(id).memoryBytes, 0);
      const diskBytes = this.fileSystem.stat(this.#pathOf(id))?.sizeBytes ?? 0;
      const disk = withDisk ? `${diskBytes > 0} ${diskBytes}` : '';
      so.push(`${id} ${holders.map(({ name }) => name).join()} ${memoryBytes} ${disk}`);
    }
    // One comparison: the reporter of differences costs more than all else.
    expect(said.join('\n')).toBe(so.join('\n'));
    for (const node of NODES) this.#checkSums(node);
  }

  #checkSums(node: number): void {
    const sums = { cachedPartitions: 0, memoryBytes: 0, diskBytes: 0 };
    for (const partition of PARTITIONS) {
      const { memoryBytes, diskBytes } = this.directory.status(idOf(node, partition));
      sums.cachedPartitions += memoryBytes + diskBytes > 0 ? 1 : 0;
      sums.memoryBytes += memoryBytes;
      sums.diskBytes += diskBytes;
    }
    const { cachedPartitions, memoryBytes, diskBytes } = this.directory.nodeStatus(nodeId(node));
    const said = `${cachedPartitions} ${this.directory.countBlocks(nodeId(node))} ${memoryBytes} ${diskBytes}`;
    expect(said).toBe(`${sums.cachedPartitions} ${sums.cachedPartitions} ${sums.memoryBytes} ${sums.diskBytes}`);
  }

  /** Of what is not kept nothing is left anywhere. */
  checkGone(): void {
    const left: BlockId[] = [];
    for (const id of this.#ids()) {
      if (this.levels[Number(id[4])] !== NONE) continue;
      const onDisk = this.fileSystem.stat(this.#pathOf(id)) !== undefined;
      if (onDisk || this.threads.some(({ blocks }) => blocks.status(id).memoryBytes > 0)) left.push(id);
    }
    expect(left.join()).toBe('');
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
    return this.#files.pathOf(id);
  }

  *#ids(): IterableIterator<BlockId> {
    for (const node of NODES) for (const partition of PARTITIONS) yield idOf(node, partition);
  }
}

const budgets = fc.constantFrom(0, 6_000, 10_000, 16_000, 30_000);

test('a block directory says where blocks are', () => {
  fc.assert(
    fc.property(budgets, fc.array(step, { minLength: 40, maxLength: 60, size: 'max' }), (totalBytes, steps) => {
      const world = new World(totalBytes);
      for (const each of steps) {
        world.run(each);
        world.settle();
        world.check(true);
        world.checkGone();
      }
      world.end();
    }),
    { seed: 20_261_120, numRuns: 200 },
  );
});

test('a block directory says who holds blocks once all is said, and nothing survives that is not kept', () => {
  fc.assert(
    fc.property(budgets, fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), (totalBytes, steps) => {
      const world = new World(totalBytes);
      for (const each of steps) world.run(each);
      world.settle();
      world.check(false);
      world.checkGone();
      world.end();
    }),
    { seed: 20_261_120, numRuns: 300 },
  );
});

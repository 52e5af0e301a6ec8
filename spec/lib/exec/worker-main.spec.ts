import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBoard } from '../../../lib/exec/memory-board.ts';
import '../../../lib/api/task-functions.ts';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { nodeId, type StageId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { portable } from '../../../lib/closure/portable.ts';
import { shippedSlice } from '../../../lib/exec/collection-slices.ts';
import {
  CANCELLED_TASK,
  FLAG_COUNT,
  type FromWorker,
  type ShippedTask,
  type ToWorker,
  type WorkerSettings,
} from '../../../lib/exec/protocol.ts';
import { decodeOutcome } from '../../../lib/exec/ship-outcome.ts';
import { shipStage } from '../../../lib/exec/ship-stage.ts';
import type { TaskOutcome } from '../../../lib/exec/task.ts';
import { WorkerMain } from '../../../lib/exec/worker-main.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import type { ExportedBlock } from '../../../storage/block/block-manager.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { origin } from '../../support/scan-task.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { shippedTask } from './support/shipped-task.ts';
import { workerSettings } from './support/worker-settings.ts';

const directory = temporaryDirectory();
beforeAll(() => initCompression());
afterAll(() => directory[Symbol.dispose]());

/** What runs in a worker, here with its messages at hand. */
class Bench {
  readonly flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * 4));
  readonly port: MessagePort;
  readonly received: FromWorker[] = [];
  #waiting: (() => void)[] = [];

  constructor(more: Partial<WorkerSettings> = {}) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const ofThread = { label: `w${labels++}`, flags: this.flags, board: new MemoryBoard().bytes };
    new WorkerMain({ ...workerSettings(directory.path, more), ...ofThread }, port2);
    port1.on('message', (message: FromWorker) => {
      this.received.push(message);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    benches.push(this);
  }

  say(message: ToWorker): void {
    this.port.postMessage(message);
  }

  /** The next message of a kind, which it takes from those received. */
  async hear<K extends FromWorker['kind']>(kind: K): Promise<FromWorker & { readonly kind: K }> {
    for (;;) {
      const at = this.received.findIndex((message) => message.kind === kind);
      if (at >= 0) return this.received.splice(at, 1)[0] as FromWorker & { readonly kind: K };
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async ship(node: LineageNode, id: StageId = stageId(0)): Promise<void> {
    this.say({ kind: 'stage', stage: await shipStage(id, { kind: 'result', node, action: { kind: 'collect' } }) });
  }

  async run(more: Partial<ShippedTask> = {}): Promise<TaskOutcome> {
    const task = shippedTask(more);
    this.say({ kind: 'run', task });
    const { taskId: of, outcome } = await this.hear('ended');
    expect(of).toBe(task.taskId);
    return decodeOutcome(outcome);
  }
}

let labels = 0;
const benches: Bench[] = [];
afterEach(() => {
  for (const { port } of benches.splice(0)) port.close();
});

const range = () => new RangeNode(origin('range'), 0, 10, 1, 2);
const map = (parent: LineageNode, f: (n: number) => unknown) =>
  new StepNode(origin('map'), parent, { kind: 'map', f: f as (record: unknown) => unknown });

describe('a worker', () => {
  it('says what heap it has, that a task began, and its outcome', async () => {
    const bench = new Bench();
    expect((await bench.hear('ready')).heapLimitBytes).toBeGreaterThan(1 << 20);
    const factor = 3;
    await bench.ship(map(range(), (n) => n * factor));
    expect(await bench.run({ partition: 1 })).toMatchObject({ kind: 'succeeded', value: [15, 18, 21, 24, 27] });
    expect(bench.received.map(({ kind }) => kind)).toEqual(['began']);
  });

  it('reads the slices that come with a task, and keeps none', async () => {
    const bench = new Bench();
    const numbers = new CollectionNode(origin(), [1, 2, 3, 4], 2);
    await bench.ship(map(numbers, (n) => -n));
    const slices = async (slice: number) => [{ nodeId: numbers.id, slice, rows: await shippedSlice(numbers, slice) }];
    expect(await bench.run({ slices: await slices(0) })).toMatchObject({ value: [-1, -2] });
    expect(await bench.run({ partition: 1, slices: await slices(1) })).toMatchObject({ value: [-3, -4] });
    expect(await bench.run()).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL' } });
  });

  it('fails tasks of a stage that it cannot make, each with the reason', async () => {
    const bench = new Bench();
    const known = portable('worker-main-spec', () => (n: unknown) => n);
    const stage = await shipStage(stageId(0), {
      kind: 'result',
      node: map(range(), known()),
      action: { kind: 'collect' },
    });
    const bytes = Buffer.from(stage.packet.bytes);
    bytes.write('worker-main-else', bytes.indexOf('worker-main-spec'));
    bench.say({ kind: 'stage', stage: { ...stage, packet: { ...stage.packet, bytes } } });
    for (let i = 0; i < 2; i++) {
      expect(await bench.run()).toMatchObject({ kind: 'failed', error: { code: 'CLOSURE_NOT_REVIVED' } });
    }
    await bench.ship(range());
    expect(await bench.run()).toMatchObject({ value: [0, 1, 2, 3, 4] });
  });

  it('forgets a stage, and takes it anew', async () => {
    const bench = new Bench();
    await bench.ship(map(range(), (n) => n + 1));
    await bench.run();
    bench.say({ kind: 'forget-stage', stageId: stageId(0) });
    expect(await bench.run()).toMatchObject({ kind: 'failed', error: { code: 'INTERNAL' } });
    await bench.ship(map(range(), (n) => n + 2));
    expect(await bench.run()).toMatchObject({ value: [2, 3, 4, 5, 6] });
  });

  it('stops a task that waits when it is told', async () => {
    const bench = new Bench();
    await bench.ship(new MapAsyncNode(origin(), range(), () => new Promise(() => {}), 1));
    const task = shippedTask();
    bench.say({ kind: 'run', task });
    await bench.hear('began');
    bench.say({ kind: 'cancel', taskId: task.taskId });
    expect((await bench.hear('ended')).outcome.kind).toBe('cancelled');
    bench.say({ kind: 'cancel', taskId: taskId(99) });
  });

  it('stops a task whose flag is set, and no other', async () => {
    const bench = new Bench();
    await bench.ship(map(range(), (n) => n));
    const [stopped, other] = [shippedTask(), shippedTask()];
    Atomics.store(bench.flags, CANCELLED_TASK, stopped.taskId + 1);
    bench.say({ kind: 'run', task: other });
    expect((await bench.hear('ended')).outcome.kind).toBe('succeeded');
    bench.say({ kind: 'run', task: stopped });
    expect((await bench.hear('ended')).outcome.kind).toBe('cancelled');
  });

  it('tells the reader of a shuffle that is not complete which one it lacks', async () => {
    const bench = new Bench();
    const pairs = map(range(), (n) => [n, n]);
    await bench.ship(new ShuffledNode(origin(), pairs, new HashPartitioner(2), { shuffleId: shuffleId(5) }));
    expect(await bench.run()).toMatchObject({ kind: 'fetch-failed', shuffleId: 5, mapIndex: -1 });
    bench.say({ kind: 'outputs', shuffleId: shuffleId(5), outputs: [] });
    expect(await bench.run({ shuffles: [shuffleId(5)] })).toMatchObject({ value: [] });
    bench.say({ kind: 'forget-shuffle', shuffleId: shuffleId(5) });
    expect(await bench.run({ shuffles: [shuffleId(5)] })).toMatchObject({ error: { code: 'INTERNAL' } });
  });
});

describe('blocks of a worker', () => {
  /** A worker that has stored the first block of a dataset. */
  async function stored() {
    const bench = new Bench();
    const kept = map(range(), (n) => n * 2);
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const id = rddBlockId(kept.id, 0);
    await bench.ship(map(kept, (n) => n + 1));
    expect(await bench.run()).toMatchObject({ value: [1, 3, 5, 7, 9] });
    expect((await bench.hear('block')).event).toMatchObject({ kind: 'stored', blockId: id });
    return { bench, kept, id };
  }

  async function exported(bench: Bench, id: ExportedBlock['blockId']): Promise<ExportedBlock | undefined> {
    bench.say({ kind: 'export-block', request: 7, blockId: id });
    const { request, block } = await bench.hear('exported');
    expect(request).toBe(7);
    return block;
  }

  it('are told of, handed over, and read where they were handed to', async () => {
    const { bench, kept, id } = await stored();
    const block = await exported(bench, id);
    expect(block).toMatchObject({ blockId: id, rowCount: 5 });
    expect(await exported(bench, rddBlockId(nodeId(999), 0))).toBeUndefined();
    const other = new Bench();
    await other.ship(map(kept, (n) => n + 1));
    expect(await other.run({ blocks: [block as ExportedBlock] })).toMatchObject({
      value: [1, 3, 5, 7, 9],
      metrics: { rowsRead: 0 },
    });
    expect((await other.hear('block')).event).toMatchObject({ kind: 'stored', blockId: id });
  });

  it('are read by one task alone where there is no room for them', async () => {
    const count = new Int32Array(new SharedArrayBuffer(4));
    const kept = map(range(), (n) => n + Atomics.add(count, 0, 1) * 0);
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const blockId = rddBlockId(kept.id, 0);
    const [roomy, full] = [
      new Bench(),
      new Bench({ memory: { ...workerSettings(directory.path).memory, totalBytes: 1 } }),
    ];
    for (const bench of [roomy, full]) await bench.ship(kept);
    await roomy.run();
    const block = await exported(roomy, blockId);
    const value = [0, 1, 2, 3, 4];
    expect(await full.run({ blocks: [block as ExportedBlock] })).toMatchObject({ value });
    expect(Atomics.load(count, 0)).toBe(5);
    expect(await full.run()).toMatchObject({ value });
    expect(Atomics.load(count, 0)).toBe(10);
  });

  it('leave memory when their dataset is given up, or one of them is', async () => {
    const { bench, kept, id } = await stored();
    bench.say({ kind: 'drop-block', blockId: id });
    expect((await bench.hear('block')).event).toEqual({ kind: 'removed', blockId: id, fromDisk: false });
    expect(await exported(bench, id)).toBeUndefined();
    expect((await bench.run()).metrics.rowsRead).toBe(5);
    expect((await bench.hear('block')).event.kind).toBe('stored');
    bench.say({ kind: 'drop-blocks', nodeId: kept.id });
    expect((await bench.hear('block')).event.kind).toBe('removed');
    expect(await exported(bench, id)).toBeUndefined();
  });
});

it('says nothing more once it is closed', async () => {
  const bench = new Bench();
  const closed = new Promise((resolve) => bench.port.once('close', resolve));
  bench.say({ kind: 'close' });
  await closed;
  expect(bench.received.map(({ kind }) => kind)).toEqual(['ready']);
});

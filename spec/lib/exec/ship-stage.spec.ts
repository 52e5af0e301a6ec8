import { describe, expect, it } from 'vitest';
import '../../../lib/api/task-functions.ts';
import { nodeId, shuffleId, stageId } from '../../../lib/base/ids.ts';
import { perWorker } from '../../../lib/closure/per-worker.ts';
import { type ReviveStageOptions, reviveStage, type ShippedStage, shipStage } from '../../../lib/exec/ship-stage.ts';
import type { StageWork } from '../../../lib/exec/task.ts';
import { identity } from '../../../lib/lineage/dependency.ts';
import { describeNode } from '../../../lib/lineage/explain-lineage.ts';
import { findPartitions } from '../../../lib/lineage/find-partitions.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { compareNatural } from '../../../lib/lineage/natural-order.ts';
import { CoGroupNode } from '../../../lib/lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { TextScanNode } from '../../../lib/lineage/nodes/text-scan-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { CustomPartitioner, HashPartitioner, RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import type { ResultAction } from '../../../lib/lineage/result-action.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { writeFile } from '../../support/write-file.ts';
import { ShippingEngine } from './support/shipping-engine.ts';
import { describeTask, runOn, taskBench } from './support/task-bench.ts';

const collect: ResultAction = { kind: 'collect' };
const range = () => new RangeNode(origin('range'), 0, 10, 1, 2);
const plus = (parent: LineageNode, n: number) =>
  new StepNode(origin('map'), parent, { kind: 'map', f: (x) => (x as number) + n });

async function ship(node: LineageNode, action = collect): Promise<ShippedStage> {
  return structuredClone(await shipStage(stageId(0), { kind: 'result', node, action }));
}

async function arrive(shipped: ShippedStage, options: Partial<ReviveStageOptions> = {}): Promise<StageWork> {
  return reviveStage(shipped, { fileSystem: new MemoryFileSystem(), recordsOfSlice: () => [], ...options });
}

async function travel(node: LineageNode, action = collect): Promise<LineageNode> {
  return (await arrive(await ship(node, action))).node;
}

function parentOf(node: LineageNode, index = 0): LineageNode {
  return node.dependencies[index]?.parent as LineageNode;
}

describe('a stage that travels', () => {
  it('gives what it gives in the driver', async () => {
    const factor = 3;
    const scaled = new StepNode(origin('map'), range(), { kind: 'map', f: (n) => (n as number) * factor });
    const work = await arrive(await ship(scaled));
    expect(await runOn(taskBench(), describeTask(work, 1))).toMatchObject({ value: [15, 18, 21, 24, 27] });
  });

  it('keeps ids, names, call sites without frames, levels, and whether it may wait', async () => {
    const site = { method: 'mapAsync', location: 'job.ts:3', position: '/job.ts:3:1', frames: ['  at job.ts'] };
    const slow = new MapAsyncNode({ id: nodeId(77), callSite: site }, range(), async (x) => x, 4);
    slow.name = 'slow ones';
    slow.storageLevel = STORAGE_LEVELS.MEMORY_AND_DISK;
    const there = await travel(plus(slow, 1));
    expect(there.mayPend).toBe(true);
    expect(there.isPersisted).toBe(false);
    const parent = parentOf(there) as MapAsyncNode;
    expect(parent).toMatchObject({ id: 77, name: 'slow ones', mayPend: true, concurrency: 4 });
    expect(parent.storageLevel).toEqual(STORAGE_LEVELS.MEMORY_AND_DISK);
    expect(parent.callSite).toEqual({ method: 'mapAsync', location: 'job.ts:3', position: '/job.ts:3:1' });
    expect(parentOf(parent)).toMatchObject({ kind: 'range', mayPend: false });
  });

  it('takes what a persisted dataset is computed from: its block may be gone', async () => {
    const kept = plus(range(), 1);
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    expect(parentOf(parentOf(await travel(plus(kept, 2)))).kind).toBe('range');
  });

  it('takes of a checkpointed dataset what it is called, and where its records are', async () => {
    const hash = new HashPartitioner(2);
    const secret = new StepNode(origin(), range(), { kind: 'key-by', f: () => Promise.resolve(secret) });
    const kept = new ShuffledNode(origin('reduceByKey'), secret, hash, { shuffleId: shuffleId(3) });
    kept.name = 'sums';
    kept.storageLevel = STORAGE_LEVELS.DISK_ONLY;
    const groups = new CoGroupNode(origin(), [kept, plus(range(), 1)], hash, () => shuffleId(4));
    kept.truncate(new LocalCheckpointNode(origin(), kept.id, 2, hash));
    const there = await travel(groups);
    expect(there.dependencies.map(({ kind }) => kind)).toEqual(['narrow', 'shuffle']);
    expect(parentOf(there)).toMatchObject({ kind: 'truncated', id: kept.id, name: 'sums', isPersisted: true });
    expect(describeNode(parentOf(there))).toBe(describeNode(kept));
    expect(parentOf(there).partitioner?.equals(hash)).toBe(true);
    expect(parentOf(parentOf(there))).toMatchObject({ kind: 'local-checkpoint', of: kept.id });
    expect(there.partitions).toHaveLength(2);
  });

  it('takes where a dataset is to be written down', async () => {
    const node = plus(range(), 1);
    node.checkpointTarget = { place: { directory: '/c', owner: 'x', partitionCount: 2 }, codec: 'zstd' };
    const there = await travel(plus(node, 2));
    expect(parentOf(there).checkpointTarget).toEqual(node.checkpointTarget);
    expect(there.checkpointTarget).toBeUndefined();
  });

  it('ends at shuffles: beyond them there is a name', async () => {
    const secret = plus(range(), 1);
    const unshippable = new StepNode(origin('keyBy'), secret, { kind: 'key-by', f: () => Promise.resolve(secret) });
    unshippable.name = 'keyed';
    const shuffled = new ShuffledNode(origin('reduceByKey'), unshippable, new HashPartitioner(3), {
      shuffleId: shuffleId(5),
      mapSideCombine: true,
      aggregator: {
        createCombiner: identity,
        mergeValue: (a, b) => (a as number) + (b as number),
        mergeCombiners: (a, b) => (a as number) + (b as number),
      },
    });
    const shipped = await ship(shuffled);
    expect(shipped.nodes).toHaveLength(1);
    const there = (await arrive(shipped)).node as ShuffledNode;
    expect(there.partitions).toHaveLength(3);
    expect(there.shuffle).toMatchObject({ shuffleId: 5, mapSideCombine: true, keyOrder: undefined });
    expect(there.shuffle.aggregator?.createCombiner).toBe(identity);
    expect(there.shuffle.aggregator?.mergeValue(2, 3)).toBe(5);
    expect(there.shuffle.partitioner).toBe(there.partitioner);
    const { parent } = there.shuffle;
    expect(describeNode(parent)).toBe(describeNode(unshippable));
    expect(parent.dependencies).toEqual([]);
    expect(() => parent.partitions).toThrow(/beyond a shuffle/);
  });

  it('reads inputs in place that are partitioned alike, and the others through their shuffles', async () => {
    const partitioner = new CustomPartitioner({ numPartitions: 2, getPartition: (key) => (key as number) % 2 });
    const pairs = () => new StepNode(origin('map'), range(), { kind: 'map', f: (x) => [x, x] });
    const here = new ShuffledNode(origin(), pairs(), partitioner, { shuffleId: shuffleId(0) });
    const kept = new StepNode(origin(), here, { kind: 'map-values', f: (x) => x }, { keepsPartitioning: true });
    let next = 1;
    const ids = () => shuffleId(next++);
    const groups = new CoGroupNode(origin(), [pairs(), kept, pairs()], partitioner, ids);
    const there = await travel(groups);
    expect(there.dependencies.map((d) => (d.kind === 'shuffle' ? d.shuffleId : 'narrow'))).toEqual([1, 'narrow', 2]);
    expect(parentOf(there, 1).partitioner).toBe(there.partitioner);
    expect(there.partitioner).not.toBe(partitioner);
    expect(there.partitioner?.partitionOf(7)).toBe(1);
  });

  it('keeps one partitioner for those who share it, with the bounds that were found', async () => {
    class Key {
      readonly n: number;
      constructor(n: number) {
        this.n = n;
      }
    }
    const byNumber = (a: unknown, b: unknown) => (a as Key).n - (b as Key).n;
    for (const [order, bounds] of [
      [{ compare: compareNatural, ascending: true, natural: true }, ['f', 'p']],
      [{ compare: byNumber, ascending: false, natural: false }, [new Key(10), new Key(20)]],
    ] as const) {
      const ranges = new RangePartitioner(3, order);
      ranges.setBounds(bounds);
      const sorted = (id: number) =>
        new ShuffledNode(origin(), range(), ranges, { shuffleId: shuffleId(id), keyOrder: order });
      const there = await travel(new UnionNode(origin(), [sorted(0), sorted(1)]));
      const [first, second] = [parentOf(there, 0), parentOf(there, 1)] as [ShuffledNode, ShuffledNode];
      const partitioner = first.partitioner as RangePartitioner;
      expect(partitioner).toBe(second.partitioner);
      expect(partitioner.bounds).toEqual(bounds);
      expect(partitioner.order).toBe(first.shuffle.keyOrder);
      expect(first.shuffle.keyOrder).toMatchObject({ ascending: order.ascending, natural: order.natural });
    }
    const sorted = await travel(
      new ShuffledNode(
        origin(),
        range(),
        new RangePartitioner(1, { compare: compareNatural, ascending: true, natural: true }),
        {
          shuffleId: shuffleId(0),
        },
      ),
    );
    expect((sorted.partitioner as RangePartitioner).order.compare).toBe(compareNatural);
  });

  it('leaves bounds unfound that nobody has looked for', async () => {
    const ranges = new RangePartitioner(3, { compare: compareNatural, ascending: true, natural: true });
    const there = await travel(new ShuffledNode(origin(), range(), ranges, { shuffleId: shuffleId(0) }));
    expect((there.partitioner as RangePartitioner).isReady).toBe(false);
  });

  it('brings the partitions of files, so that no worker lists a directory', async () => {
    const fileSystem = new MemoryFileSystem();
    writeFile(fileSystem, '/in/a.txt', 'one\ntwo\n');
    const scan = new TextScanNode(origin(), fileSystem, { path: '/in', minPartitions: 1 });
    const shipped = await ship(scan);
    // There is nothing to list where it arrives.
    const there = (await arrive(shipped, { fileSystem: new MemoryFileSystem() })).node;
    expect(there.arePartitionsKnown).toBe(true);
    expect(there.partitions).toEqual(scan.partitions);
  });

  it('takes what a map task needs of its shuffle', async () => {
    const node = new StepNode(origin(), range(), { kind: 'map', f: (x) => [(x as number) % 2, x] });
    const { shuffle } = new ShuffledNode(origin(), node, new HashPartitioner(2), { shuffleId: shuffleId(9) });
    const shipped = structuredClone(await shipStage(stageId(0), { kind: 'shuffle-map', node, dependency: shuffle }));
    const work = await arrive(shipped);
    expect(work).toMatchObject({
      kind: 'shuffle-map',
      dependency: { shuffleId: 9, partitioner: { numPartitions: 2 } },
    });
    if (work.kind === 'shuffle-map') expect(work.dependency.parent).toBe(work.node);
  });

  it('keeps what functions share', async () => {
    const shared = { calls: 0 };
    const node = new StepNode(origin(), range(), { kind: 'map', f: () => ++shared.calls });
    const work = await arrive(await ship(node, { kind: 'iterate', visit: (rows) => [[...rows].length, shared.calls] }));
    expect(await runOn(taskBench(), describeTask(work))).toMatchObject({ value: [5, 5] });
    expect(shared.calls).toBe(0);
  });

  it('resolves handles as it is told', async () => {
    const handle = perWorker(() => ({ built: true }));
    const node = new StepNode(origin(), range(), { kind: 'map', f: () => handle() });
    const work = await arrive(await ship(node));
    expect(await runOn(taskBench(), describeTask(work))).toMatchObject({ value: Array(5).fill({ built: true }) });
  });

  it('says what cannot travel as the user wrote it', async () => {
    const later = Promise.resolve();
    const node = new StepNode(origin(), range(), { kind: 'map', f: () => later });
    const path = expect.stringMatching(/^closure at .*ship-stage\.spec\.ts:\d+ .*captures 'later' -> Promise$/);
    await expect(ship(node)).rejects.toMatchObject({ code: 'TASK_NOT_SERIALIZABLE', params: { path } });
  });

  it('needs no inspector where there are no functions', async () => {
    expect((await ship(range(), { kind: 'count' })).packet.bytes.length).toBeLessThan(32);
  });

  it('goes as deep as lineages do, and stays small', async () => {
    let node: LineageNode = range();
    const step = (x: unknown) => (x as number) + 1;
    for (let i = 0; i < 20_000; i++) node = new StepNode(origin('map'), node, { kind: 'map', f: step });
    const shipped = await ship(node);
    expect(shipped.parts.callSites).toHaveLength(2);
    expect(shipped.packet.bytes.length).toBeLessThan(1000);
    const work = await arrive(shipped);
    expect(work.node.partitions).toHaveLength(2);
    expect(await runOn(taskBench(), describeTask(work))).toMatchObject({
      value: [20_000, 20_001, 20_002, 20_003, 20_004],
    });
  });

  it('knows its partitions where it arrives, without a deep stack', async () => {
    let node: LineageNode = range();
    for (let i = 0; i < 20_000; i++) node = new CoalesceNode(origin(), node, 2);
    findPartitions(node);
    expect((await travel(node)).partitions).toHaveLength(2);
  });

  it('takes the class of records for what functions take it for, though no one registered it', async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    const engine = new ShippingEngine();
    const points = engine.parallelize([new Point(1), new Point(2)], 2);
    expect(await points.map((p) => [p instanceof Point, p.x]).collect()).toEqual([
      [true, 1],
      [true, 2],
    ]);
    await expect(points.collect()).rejects.toMatchObject({ cause: { code: 'VALUE_NOT_SERIALIZABLE' } });
  });

  it('visits a node once, however many ways lead to it', async () => {
    let node: LineageNode = range();
    for (let i = 0; i < 40; i++) node = new UnionNode(origin(), [node, plus(node, i)]);
    // Its partitions are more than anyone could list: nobody does.
    const shipped = await ship(node);
    expect(shipped.nodes).toHaveLength(81);
  });
});

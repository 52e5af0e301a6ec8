import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { TOKEN } from '../../../lib/closure/well-known.ts';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';
import { type BroadcastPayload, encodeBroadcast } from '../../../lib/exec/broadcast-payload.ts';
import {
  BroadcastRegistry,
  type BroadcastUpdate,
  nextBroadcastId,
  WorkerBroadcasts,
} from '../../../lib/exec/broadcasts.ts';
import { type CurrentTask, withTask } from '../../../lib/exec/current-task.ts';

const TASK: CurrentTask = { scope: {} as CurrentTask['scope'], accumulators: new AccumulatorPartials() };

/** A registry, and a worker that gets what is new when told to. */
class Bench {
  readonly registry = new BroadcastRegistry();
  readonly worker = new WorkerBroadcasts();
  version = 0;
  last: BroadcastUpdate | undefined;

  add(value: unknown): number {
    const id = nextBroadcastId();
    this.registry.add(id, encodeBroadcast(value));
    return id;
  }

  async send(): Promise<void> {
    this.last = this.registry.entriesSince(this.version);
    if (this.last === undefined) return;
    this.version = this.last.version;
    await this.worker.apply(structuredClone(this.last));
  }

  valueOf(id: number): unknown {
    return this.worker.resolve(id)?.value;
  }
}

describe('broadcasts', () => {
  it('reach a worker once, and are decoded once', async () => {
    const bench = new Bench();
    await bench.send();
    expect(bench.last).toBe(undefined);
    const [a, b] = [bench.add({ n: 1 }), bench.add(() => 2)];
    await bench.send();
    expect(bench.last?.changed.map(({ id }) => id)).toEqual([a, b]);
    expect(bench.valueOf(a)).toEqual({ n: 1 });
    expect(bench.valueOf(a)).toBe(bench.valueOf(a));
    expect((bench.valueOf(b) as () => number)()).toBe(2);
    expect(bench.worker.resolve(a)?.sizeBytes).toBe(bench.registry.sizeOf(a));
    expect(bench.worker.resolve(a)).toBe(bench.worker.resolve(a));
    await bench.send();
    expect(bench.last).toBe(undefined);
    const c = bench.add('new');
    await bench.send();
    expect(bench.last?.changed.map(({ id }) => id)).toEqual([c]);
    expect(bench.worker.resolve(nextBroadcastId())).toBe(undefined);
  });

  it('are there at once when they are data', () => {
    const bench = new Bench();
    const id = bench.add([1]);
    void bench.send();
    expect(bench.valueOf(id)).toEqual([1]);
  });

  it('are decoded again after their copies were dropped', async () => {
    const bench = new Bench();
    const id = bench.add({ n: 1 });
    await bench.send();
    const first = bench.valueOf(id) as { n: number };
    first.n = 2;
    bench.registry.unpersist(id);
    await bench.send();
    expect(bench.last).toMatchObject({ changed: [], unpersisted: [id], removed: [] });
    expect(bench.valueOf(id)).toEqual({ n: 1 });
  });

  it('say that they were destroyed, and where they were made', async () => {
    const bench = new Bench();
    const id = bench.add({ n: 1 });
    await bench.send();
    const handle = bench.worker.resolve(id);
    expect(handle?.value).toEqual({ n: 1 });
    bench.registry.destroy(id, 'broadcast at job.ts:3');
    await bench.send();
    expect(() => handle?.value).toThrow(`BROADCAST_DESTROYED: broadcast ${id}, of broadcast at job.ts:3, was used`);
    expect([bench.registry.sizeOf(id), bench.registry.identityOf(id)]).toEqual([0, undefined]);
    const fresh = new WorkerBroadcasts();
    await fresh.apply(bench.registry.entriesSince(0) as BroadcastUpdate);
    expect(() => fresh.resolve(id)?.value).toThrow(/BROADCAST_DESTROYED/);
  });

  it('are forgotten when the program has given them up', async () => {
    const bench = new Bench();
    const id = bench.add({ n: 1 });
    await bench.send();
    const handle = bench.worker.resolve(id);
    bench.registry.remove(id);
    bench.registry.remove(id);
    await bench.send();
    expect(bench.last).toMatchObject({ changed: [], removed: [id] });
    expect(bench.worker.resolve(id)).toBe(undefined);
    expect(() => handle?.value).toThrow(/CLOSURE_NOT_REVIVED: broadcast \d+ .*given up/);
    expect(bench.registry.count).toBe(0);
  });

  it('give a worker that has missed many removals all there is', async () => {
    const bench = new Bench();
    const ids = Array.from({ length: 1100 }, (_, i) => bench.add(i));
    await bench.send();
    for (const id of ids.slice(1)) bench.registry.remove(id);
    await bench.send();
    expect(bench.last).toMatchObject({ isComplete: true, removed: [], changed: [{ id: ids[0] }] });
    expect([bench.valueOf(ids[0] as number), bench.worker.resolve(ids[1] as number)]).toEqual([0, undefined]);
    bench.registry.remove(ids[0] as number);
    await bench.send();
    expect(bench.last).toMatchObject({ isComplete: false, removed: [ids[0]] });
  });

  it('may use one another, and accumulators', async () => {
    const bench = new Bench();
    const inner = bench.add({ n: 1 });
    const handle = (kind: string, id: number, parts?: unknown) =>
      Object.defineProperty({ value: 0, add: (_: number) => {} }, TOKEN, { value: { kind, id, parts } });
    const held = handle('broadcast', inner);
    const counter = handle('accumulator', 7, { kind: 'long' });
    const outer = bench.add({ read: () => held.value, add: () => counter.add(2) });
    await bench.send();
    const there = bench.valueOf(outer) as { read: () => unknown; add: () => void };
    expect(there.read()).toBe(bench.valueOf(inner));
    const accumulators = new AccumulatorPartials();
    withTask({ ...TASK, accumulators }, there.add);
    expect(accumulators.take()).toEqual([{ id: 7, value: { sum: 2, count: 1 } }]);
  });

  it('can be freed by the driver only', async () => {
    const bench = new Bench();
    const id = bench.add(1);
    await bench.send();
    const handle = bench.worker.resolve(id);
    expect(() => withTask(TASK, () => handle?.unpersist())).toThrow(/ACTION_INSIDE_TASK: unpersist/);
    expect(() => withTask(TASK, () => handle?.destroy())).toThrow(/ACTION_INSIDE_TASK: destroy/);
  });
});

describe('a value that is encoded later', () => {
  it('is shipped once it is, and not before', async () => {
    const bench = new Bench();
    const id = nextBroadcastId();
    let resolve: (payload: BroadcastPayload) => void = () => {};
    bench.registry.add(id, new Promise((done) => (resolve = done)));
    await bench.send();
    expect([bench.worker.resolve(id), bench.registry.sizeOf(id), bench.registry.identityOf(id)]).toEqual([
      undefined,
      0,
      undefined,
    ]);
    resolve(await encodeBroadcast('late'));
    await bench.registry.ready();
    await bench.send();
    expect(bench.valueOf(id)).toBe('late');
  });

  it('raises where it is used what went wrong', async () => {
    const bench = new Bench();
    const id = nextBroadcastId();
    bench.registry.add(id, Promise.reject(new RangeError('no way')));
    await bench.registry.ready();
    await bench.send();
    expect(() => bench.valueOf(id)).toThrow('no way');
  });

  it('stays away when it was destroyed or given up meanwhile', async () => {
    const bench = new Bench();
    const [destroyed, removed] = [nextBroadcastId(), nextBroadcastId()];
    const payload = encodeBroadcast('late');
    bench.registry.add(destroyed, Promise.resolve(payload));
    bench.registry.add(removed, Promise.resolve(payload));
    bench.registry.destroy(destroyed, 'somewhere');
    bench.registry.remove(removed);
    await bench.registry.ready();
    await bench.send();
    expect(() => bench.valueOf(destroyed)).toThrow(/BROADCAST_DESTROYED/);
    expect(bench.worker.resolve(removed)).toBe(undefined);
  });
});

describe('a value that needs a package', () => {
  const { compact } = createRequire(import.meta.url)('lodash') as { readonly compact: () => void };

  it('is made once the package is loaded, and says so before', async () => {
    const bench = new Bench();
    const id = nextBroadcastId();
    bench.registry.add(id, await encodeBroadcast({ compact }));
    const sending = bench.send();
    expect(() => bench.valueOf(id)).toThrow(/CLOSURE_NOT_REVIVED: .*packages it needs are not loaded yet/);
    await sending;
    expect(bench.valueOf(id)).toEqual({ compact });
  });

  it('raises where it is used when the worker lacks the package', async () => {
    const bench = new Bench();
    const id = nextBroadcastId();
    const payload = (await encodeBroadcast({ compact })) as Extract<BroadcastPayload, { kind: 'packet' }>;
    const places = new Map(
      [...payload.packet.places].map(([node, place]) => [node, { ...place, url: 'file:///none' }]),
    );
    bench.registry.add(id, { ...payload, packet: { ...payload.packet, places } });
    await bench.send();
    expect(() => bench.valueOf(id)).toThrow(/CLOSURE_NOT_REVIVED: file:\/\/\/none/);
    expect(() => bench.valueOf(id)).toThrow(/CLOSURE_NOT_REVIVED: file:\/\/\/none/);
  });
});

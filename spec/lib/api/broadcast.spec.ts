import { describe, expect, it } from 'vitest';
import { DriverBroadcast } from '../../../lib/api/broadcast.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { AccumulatorPartials } from '../../../lib/exec/accumulator-partials.ts';
import { BroadcastRegistry, WorkerBroadcasts } from '../../../lib/exec/broadcasts.ts';
import { type CurrentTask, withTask } from '../../../lib/exec/current-task.ts';
import { resolveSharedToken } from '../../../lib/exec/shared-tokens.ts';
import { travel } from '../../support/travel.ts';

const SITE = { method: 'broadcast', location: 'job.ts:3', position: '/job.ts:3:1' };
const TASK: CurrentTask = { scope: {} as CurrentTask['scope'], accumulators: new AccumulatorPartials() };
const inline = <T>(value: T) => new DriverBroadcast(value, SITE, undefined);

describe('where tasks run in the caller’s thread', () => {
  it('is the caller’s object, not encoded', () => {
    const value = { at: Promise.resolve() };
    const handle = inline(value);
    expect([handle.value, handle.sizeBytes]).toEqual([value, 0]);
    expect(withTask(TASK, () => handle.value)).toBe(value);
    handle.unpersist();
    expect(handle.value).toBe(value);
  });

  it('is gone once it is destroyed', () => {
    const handle = inline([1]);
    handle.destroy();
    handle.destroy();
    handle.unpersist();
    expect(() => handle.value).toThrow(
      `BROADCAST_DESTROYED: broadcast ${handle.id}, of broadcast at job.ts:3, was used after destroy()`,
    );
  });

  it('identifies functions that use it by the value it has then', async () => {
    const value = { n: 1 };
    const bytes = async (handle = inline(value)) => (await capture([() => handle.value.n])).bytes;
    const before = await bytes();
    expect(Buffer.compare(await bytes(), before)).toBe(0);
    value.n = 2;
    expect(Buffer.compare(await bytes(), before)).not.toBe(0);
    const nothing = inline({ at: Promise.resolve() });
    expect((await capture([() => nothing.value])).volatile).toHaveLength(1);
  });
});

describe('where tasks run in workers', () => {
  it('is a snapshot of the moment in which it was broadcast', async () => {
    const registry = new BroadcastRegistry();
    const worker = new WorkerBroadcasts();
    const value = { list: [1, 2] };
    const handle = new DriverBroadcast(value, SITE, { registry });
    value.list.push(3);
    expect(handle.value).toBe(value);
    expect(handle.sizeBytes).toBe(registry.sizeOf(handle.id));
    expect(handle.sizeBytes).toBeGreaterThan(0);
    const update = registry.entriesSince(0);
    if (update !== undefined) await worker.apply(structuredClone(update));
    const read = await travel(() => handle.value, {
      resolveToken: (kind, id, parts) => resolveSharedToken(kind, id, worker, parts),
    });
    expect(read()).toEqual({ list: [1, 2] });
    expect((await capture([() => handle.value])).volatile).toEqual([]);
  });

  it('tells the registry what is to be freed', () => {
    const registry = new BroadcastRegistry();
    const handle = new DriverBroadcast('x', SITE, { registry });
    const { version } = registry;
    handle.unpersist();
    expect(registry.entriesSince(version)?.unpersisted).toEqual([handle.id]);
    handle.destroy();
    expect(registry.entriesSince(version)?.changed).toEqual([
      { id: handle.id, state: { kind: 'destroyed', callSite: 'broadcast at job.ts:3' } },
    ]);
    expect(() => handle.value).toThrow(/BROADCAST_DESTROYED/);
    expect(handle.sizeBytes).toBe(0);
  });

  it('refuses at once what cannot travel', () => {
    const registry = new BroadcastRegistry();
    const make = () => new DriverBroadcast({ jobs: new WeakMap() }, SITE, { registry });
    expect(make).toThrow(/TASK_NOT_SERIALIZABLE: broadcast of Object\.jobs -> WeakMap/);
    expect(registry.count).toBe(0);
  });
});

it('takes no promises, and is freed outside of tasks only', () => {
  expect(() => inline(Promise.resolve(1))).toThrow(/INVALID_ARGUMENT: broadcast: value must be a value \(await the/);
  const handle = inline(1);
  expect(() => withTask(TASK, () => handle.destroy())).toThrow(/ACTION_INSIDE_TASK: destroy/);
  expect(() => withTask(TASK, () => handle.unpersist())).toThrow(/ACTION_INSIDE_TASK: unpersist/);
});

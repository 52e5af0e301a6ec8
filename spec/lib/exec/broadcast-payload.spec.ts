import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import {
  type BroadcastPayload,
  encodeBroadcast,
  openPayload,
  payloadIdentity,
  payloadSize,
} from '../../../lib/exec/broadcast-payload.ts';

const NO_TOKENS = () => undefined;

function encodedNow(value: unknown): BroadcastPayload {
  const payload = encodeBroadcast(value);
  if (payload instanceof Promise) throw new TypeError('encoded later');
  return payload;
}

/** The value as a worker gets it. */
async function sent<T>(value: T): Promise<T> {
  const payload = structuredClone(await encodeBroadcast(value));
  return (await openPayload(payload, NO_TOKENS))() as T;
}

describe('data', () => {
  const data = {
    text: 'grüße, 世界 👋',
    numbers: [1, -0, Number.NaN, 2n ** 80n],
    bytes: Buffer.from('abc'),
    floats: Float64Array.of(1.5, 2.5),
    map: new Map([['a', new Set([1])]]),
    date: new Date(0),
    nothing: undefined,
  };

  it('goes as one record into shared memory, and comes out as it was', async () => {
    const payload = encodedNow(data);
    expect(payload.kind === 'data' && payload.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(payloadSize(payload)).toBeGreaterThan(50);
    expect(await sent(data)).toEqual(data);
    for (const value of [undefined, null, 0, '', []]) expect(await sent(value)).toEqual(value);
  });

  it('is decoded anew each time, into memory of its own', async () => {
    const make = await openPayload(encodedNow(data), NO_TOKENS);
    const [a, b] = [make() as typeof data, make() as typeof data];
    a.bytes[0] = 0;
    a.floats[0] = 0;
    expect(b).toEqual(data);
    expect(make()).toEqual(data);
  });
});

describe('what is no record', () => {
  it('goes as a closure does: functions, instances, cycles', async () => {
    class Scale {
      readonly by: number;
      constructor(by: number) {
        this.by = by;
      }
      of(n: number): number {
        return n * this.by;
      }
    }
    const model = { scale: new Scale(3), plus: (n: number) => n + 1, self: undefined as unknown };
    model.self = model;
    const there = await sent(model);
    expect([there.scale.of(2), there.plus(2), there.self === there]).toEqual([6, 3, true]);
    expect(payloadSize(encodedNow(model))).toBeGreaterThan(50);
  });

  it('is encoded a moment later when a package has to be read first', async () => {
    const { compact } = createRequire(import.meta.url)('lodash') as { readonly compact: (list: unknown[]) => unknown };
    const value = { compact };
    const first = encodeBroadcast(value);
    expect(first).toBeInstanceOf(Promise);
    expect((await first).kind).toBe('packet');
    expect((await sent(value)).compact).toBe(compact);
  });

  it('that cannot travel either is told with its path', () => {
    expect(() => encodeBroadcast({ jobs: [Promise.resolve()] })).toThrow(
      /TASK_NOT_SERIALIZABLE: broadcast of Object\.jobs -> Array\[0\] -> Promise/,
    );
  });
});

describe('identities', () => {
  it('are those of the content', () => {
    const of = (value: unknown) => payloadIdentity(encodedNow(value));
    expect(of({ a: 1 })).toBe(of({ a: 1 }));
    expect(of({ a: 1 })).not.toBe(of({ a: 2 }));
    const adding = (n: number) => ({ add: (m: number) => m + n });
    expect(of(adding(1))).toBe(of(adding(1)));
    expect(of(adding(1))).not.toBe(of(adding(2)));
  });

  it('are missing where there is no content to hash', () => {
    expect(payloadIdentity(encodedNow({ memory: new SharedArrayBuffer(8) }))).toBe(undefined);
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

interface Runner {
  run(fn: unknown, args?: readonly unknown[], options?: object): Promise<unknown>;
  close(): Promise<void>;
}
interface Case {
  readonly name: string;
  readonly run: (worker: Runner) => Promise<string | undefined>;
}

const FIXTURES = '../../fixtures/lib/closure';
const { OneWorker } = (await import(`${FIXTURES}/one-worker.mjs`)) as { OneWorker: new () => Runner };
const shared = (await import(`${FIXTURES}/src/cases.ts`)) as {
  cases: readonly (readonly [name: string, ...rest: unknown[]])[];
  runCase: (worker: Runner, each: unknown) => Promise<string | undefined>;
};
const edges = (await import(`${FIXTURES}/src/edge.mjs`)) as {
  edgeCases: readonly { readonly name: string }[];
  runEdgeCase: (worker: Runner, each: unknown) => Promise<string | undefined>;
};

const ALL: readonly Case[] = [
  ...shared.cases.map((each) => ({ name: each[0], run: (worker: Runner) => shared.runCase(worker, each) })),
  ...edges.edgeCases.map((each) => ({ name: each.name, run: (worker: Runner) => edges.runEdgeCase(worker, each) })),
];

describe('a closure in another thread', () => {
  let worker: Runner;
  beforeAll(() => {
    worker = new OneWorker();
  });
  afterAll(() => worker.close());

  it('has all the cases there are', () => {
    expect(shared.cases).toHaveLength(91);
    expect(edges.edgeCases).toHaveLength(61);
  });

  it.each(ALL.map((each) => [each.name, each] as const))('does as intended: %s', async (_name, each) => {
    expect(await each.run(worker)).toBeUndefined();
  });

  it('keeps one identity for a class from one task to the next', async () => {
    class Point {
      readonly x = 1;
    }
    const keep = (point: unknown) => {
      Reflect.set(globalThis, '__kept', point);
      return true;
    };
    const point = new Point();
    expect(await worker.run(() => keep(point))).toBe(true);
    expect(await worker.run(() => Reflect.get(globalThis, '__kept') instanceof Point)).toBe(true);
  });

  it('takes a class for another one once what it captures has changed', async () => {
    const settings = { factor: 2 };
    class Scale {
      apply(x: number) {
        return x * settings.factor;
      }
    }
    expect(await worker.run((x: number) => new Scale().apply(x), [10])).toBe(20);
    settings.factor = 3;
    expect(await worker.run((x: number) => new Scale().apply(x), [10])).toBe(30);
  });

  it('shows the lines of functions that had to be created together', async () => {
    const place = new Error().stack ?? '';
    const ping = (n: number): number => {
      if (n > 2) throw new RangeError('deep');
      return pong(n + 1);
    };
    function pong(n: number): number {
      return ping(n + 1);
    }
    const error = await worker
      .run((n: number) => ping(n), [0])
      .then(
        () => undefined,
        (reason: Error) => reason,
      );
    const linesIn = (stack = '') => [...stack.matchAll(/closures\.spec\.ts:(\d+)/g)].map((match) => Number(match[1]));
    const [start = 0] = linesIn(place);
    expect(
      linesIn(error?.stack)
        .slice(0, 3)
        .map((line) => line - start),
    ).toEqual([2, 6, 3]);
  });

  it('knows nothing of the spies and clocks of vitest, and may use what vitest exports', async () => {
    const spy = vi.fn((x: number) => x + 1);
    await expect(worker.run((x: number) => spy(x), [1])).rejects.toThrow(/captures 'spy' -> /);
    vi.useFakeTimers({ now: 0 });
    try {
      expect(Date.now()).toBe(0);
      expect(await worker.run(() => Date.now() > 0)).toBe(true);
    } finally {
      vi.useRealTimers();
    }
    const judge = (x: number) => {
      expect(x).toBe(1);
      return 'fine';
    };
    expect(await worker.run(judge, [1])).toBe('fine');
    await expect(worker.run(judge, [2])).rejects.toThrow(/expected 2 to be 1/);
  });

  it('imports what is shipped by reference', async () => {
    const { two } = (await import(`${FIXTURES}/src/barrel-parts.mjs`)) as { two: () => number };
    const byReference = (url: string) => url.includes('barrel-parts') || url.includes('node_modules');
    expect(await worker.run(() => two(), [], { byReference })).toBe(2);
  });

  it('shows where an error was thrown, in the sources', async () => {
    const place = new Error().stack ?? '';
    const failing = (x: number) => {
      if (x > 0) throw new RangeError(`boom ${x}`);
      return x;
    };
    const error = await worker.run(failing, [1]).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toBe('boom 1');
    expect(error?.stack?.split('\n')[1]).toMatch(/closures\.spec\.ts:\d+:\d+/);
    const lineIn = (stack: string) => Number(/closures\.spec\.ts:(\d+)/.exec(stack)?.[1]);
    expect(lineIn(error?.stack ?? '')).toBe(lineIn(place) + 2);
  });
});

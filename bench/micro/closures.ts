/**
 * Closures on their way: `node --import tsx bench/micro/closures.ts`. Medians, in milliseconds.
 *
 * Bars: a function made again runs within 10 % of the original over 10 million calls; capturing a small closure takes
 * less than 0.3 ms. Exits with 1 when one is missed.
 */
import { capture, check } from '../../lib/closure/capture.ts';
import { revive } from '../../lib/closure/revive.ts';

const ROUNDS = 15;
const CALLS = 10_000_000;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

async function time(run: () => unknown, rounds = ROUNDS): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

function print(name: string, ms: number, note = ''): void {
  process.stdout.write(`${name.padEnd(44)} ${ms.toFixed(3).padStart(10)} ${note}\n`);
}

type Kernel = (x: number) => number;

let loopCount = 0;

/** A loop of its own for each function, as the engine makes one for each stage: calls stay monomorphic. */
function loopOver(fn: Kernel): () => number {
  // The number makes each source new to V8, which would otherwise share code between the loops.
  const source = `/* ${loopCount++} */ return () => { let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum += f(i & 1023); return sum; }`;
  return new Function('f', source)(fn) as () => number;
}

const factor = 3;
const lookup = new Map(Array.from({ length: 1024 }, (_, i) => [i, i * 2]));
const plus = (x: number) => x + factor;
const kernels: Readonly<Record<string, Kernel>> = {
  arithmetic: (x) => x * factor + 1,
  'call of a helper': (x) => plus(x) * 2,
  'Map.get': (x) => lookup.get(x) ?? 0,
};

/** Original and copy in turn, so that a noisy moment hits both. */
async function compareSpeed(name: string, original: Kernel): Promise<boolean> {
  const [copy] = (await revive(await capture([original]))) as [Kernel];
  const loops = [loopOver(original), loopOver(copy)] as const;
  if (loops[0]() !== loops[1]()) throw new Error(`${name}: the copy gives another answer`);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of [0, 1] as const) {
      const start = performance.now();
      loops[which]();
      times[which].push(performance.now() - start);
    }
  }
  const best = times.map((each) => Math.min(...each)) as [number, number];
  const ratio = best[1] / best[0];
  print(`10 M calls, ${name}`, best[1], `original ${best[0].toFixed(3)}, ratio ${ratio.toFixed(2)}`);
  return ratio <= 1.1;
}

async function measure(): Promise<boolean> {
  const holds: boolean[] = [];
  const small = (x: number) => x * factor + (lookupSmall.get(x) ?? 0);
  print('first check in the process', await time(() => check(small), 1));
  await time(() => capture([small]), 300);
  print('check a small closure', await time(() => check(small), 300));
  const captureMs = await time(() => capture([small]), 300);
  print('capture a small closure', captureMs);
  holds.push(captureMs < 0.3);
  const packet = await capture([small]);
  print('revive a small closure', await time(() => revive(packet), 300));
  for (const [name, kernel] of Object.entries(kernels)) holds.push(await compareSpeed(name, kernel));
  await measureData();
  return holds.every(Boolean);
}

const lookupSmall = new Map([[1, 2]]);

async function measureData(): Promise<void> {
  class Point {
    readonly x: number;
    constructor(x: number) {
      this.x = x;
    }
  }
  const rows = Array.from({ length: 200_000 }, (_, id) => ({ id, name: `user ${id}`, v: id / 3, ok: true }));
  const points = Array.from({ length: 100_000 }, (_, i) => new Point(i));
  let list: unknown = null;
  for (let i = 0; i < 100_000; i++) list = { list };
  const data: Readonly<Record<string, () => unknown>> = {
    '200,000 rows': () => rows,
    '100,000 instances': () => points,
    'a list 100,000 deep': () => list,
  };
  for (const [name, fn] of Object.entries(data)) {
    print(`capture ${name}`, await time(() => capture([fn]), 5));
    const packet = await capture([fn]);
    print(`revive ${name}`, await time(() => revive(packet), 5));
  }
  print('structuredClone of the 200,000 rows', await time(() => structuredClone(rows), 5));
}

process.exitCode = (await measure()) ? 0 : 1;

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { taskContext } from '../../../lib/api/task-context.ts';
import type { EngineEvent } from '../../../lib/events/engine-event.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

/** Events of a kind, from now on. */
function listen<K extends EngineEvent['kind']>(session: Session, kind: K): (EngineEvent & { readonly kind: K })[] {
  const seen: (EngineEvent & { readonly kind: K })[] = [];
  session.onEvent((event) => {
    if (event.kind === kind) seen.push(event as EngineEvent & { readonly kind: K });
  });
  return seen;
}

describe('tasks on workers that are cancelled', () => {
  const of = useSession({ master: 'local[2]' });

  /** Each runs two tasks that never end by themselves, and counts up in memory that all threads share once one runs. */
  const WAYS: Readonly<Record<string, (session: Session, begun: Int32Array) => Promise<unknown>>> = {
    'loop in the engine': (session, begun) =>
      session
        .range(0, Number.MAX_SAFE_INTEGER, 1, 2)
        .filter(() => Atomics.add(begun, 0, 1) < 0)
        .count(),
    'loop in a function': (session, begun) =>
      session
        .range(0, 2, 1, 2)
        .map(() => {
          for (;;) Atomics.add(begun, 0, 1);
        })
        .collect(),
    'wait for a promise': (session, begun) =>
      session
        .range(0, 2, 1, 2)
        .mapAsync(() => {
          Atomics.add(begun, 0, 1);
          return new Promise((resolve) => setTimeout(resolve, 30_000));
        })
        .collect(),
    'go through records by themselves': (session, begun) =>
      session
        .range(0, Number.MAX_SAFE_INTEGER, 1, 2)
        .mapPartitions((records) => {
          let sum = 0;
          for (const n of records) sum += (Atomics.add(begun, 0, 1) + n) % 3;
          return [sum];
        })
        .collect(),
  };

  it.each(Object.entries(WAYS))('and %s end, and the workers serve the next job', async (_way, run) => {
    const { session } = of;
    const ended = listen(session, 'task-ended');
    const controller = new AbortController();
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const job = session.withJobs({ signal: controller.signal }, () => run(session, begun));
    const failed = expect(job).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await failed;
    while (ended.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(ended.map(({ outcome }) => outcome.kind)).toEqual(['cancelled', 'cancelled']);
    expect(await session.range(0, 4, 1, 2).collect()).toEqual([0, 1, 2, 3]);
  });
});

describe('tasks on workers', () => {
  const of = useSession({ master: 'local[2]', task: { timeout: '300 ms', maxFailures: 1 } });

  it('that take longer than they may end, with their thread', async () => {
    const ids = () =>
      of.session
        .range(0, 2, 1, 2)
        .mapPartitions(() => [process.getBuiltinModule('node:worker_threads').threadId])
        .collect();
    const before = new Set(await ids());
    const endless = of.session.range(0, 1, 1, 1).map(() => {
      for (;;);
    });
    await expect(endless.collect()).rejects.toMatchObject({ cause: { code: 'TASK_TIMED_OUT' } });
    expect((await ids()).some((id) => !before.has(id))).toBe(true);
  });

  it('of two jobs run at once, and give each its own', async () => {
    const { session } = of;
    const jobs = [1, 2, 3, 4].map((factor) =>
      session
        .range(0, 40, 1, 8)
        .map((n) => [n % 4, n * factor] as const)
        .reduceByKey((a, b) => a + b)
        .sortByKey()
        .collect(),
    );
    const answer = [180, 190, 200, 210];
    expect(await Promise.all(jobs)).toEqual(
      [1, 2, 3, 4].map((factor) => answer.map((sum, key) => [key, sum * factor])),
    );
  });

  it('cannot change the directory of the process, nor what it has in its environment', async () => {
    const { session } = of;
    await expect(
      session
        .range(0, 1)
        .map(() => process.chdir('/'))
        .collect(),
    ).rejects.toMatchObject({
      cause: { code: 'ERR_WORKER_UNSUPPORTED_OPERATION', message: expect.stringContaining('process.chdir') },
    });
    const set = session.range(0, 1).map(() => {
      process.env.CAIRN_SPEC_SET = 'set';
      return process.env.CAIRN_SPEC_SET;
    });
    expect(await set.collect()).toEqual(['set']);
    expect(process.env.CAIRN_SPEC_SET).toBeUndefined();
  });

  it('may do with the port of their thread what they like', async () => {
    const { session } = of;
    const closes = session.range(0, 2, 1, 2).map((n) => {
      const { parentPort } = process.getBuiltinModule('node:worker_threads');
      parentPort?.postMessage({ kind: 'ended', taskId: 0 });
      parentPort?.close();
      return n;
    });
    expect(await closes.collect()).toEqual([0, 1]);
    expect(await closes.collect()).toEqual([0, 1]);
  });

  it('that listen for the end of their thread, and for errors, keep no session open', async () => {
    using directory = temporaryDirectory();
    const session = await Session.open({ dir: directory.path, master: 'local[2]' });
    const listens = session.range(0, 2, 1, 2).map((n) => {
      process.on('exit', () => {
        for (;;);
      });
      process.on('uncaughtException', () => {});
      setInterval(() => {}, 1000);
      return n;
    });
    expect(await listens.collect()).toEqual([0, 1]);
    await session.close();
  });
});

it('removes what a worker that is gone has spilled', async () => {
  using directory = temporaryDirectory();
  const session = await Session.open({
    dir: directory.path,
    master: 'local[2]',
    memory: '64 KiB',
    task: { maxFailures: 2 },
  });
  const spilled = () =>
    readdirSync(join(directory.path, 'scratch'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.includes('temp_shuffle'),
    );
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const [attempts] = [0];
  const pairs = session.range(0, 40_000, 1, 1).map((n) => {
    if (n === 39_999 && Atomics.add(gate, attempts, 1) === 0) {
      Atomics.wait(gate, attempts, 1, 60_000);
      process.exit(1);
    }
    return [n, `record ${n}`] as const;
  });
  const job = pairs.groupByKey(2).count();
  while (Atomics.load(gate, attempts) === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(spilled().length).toBeGreaterThan(0);
  const before = new Set(spilled());
  Atomics.store(gate, attempts, 2);
  Atomics.notify(gate, attempts);
  expect(await job).toBe(40_000);
  expect(spilled().filter((name) => before.has(name))).toEqual([]);
  await session.close();
});

describe('blocks on workers', () => {
  const of = useSession({ master: 'local[2]', task: { maxFailures: 4 } });

  const LEVELS = ['MEMORY_ONLY', 'MEMORY_ONLY_SER', 'MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER', 'DISK_ONLY'] as const;
  it.each(LEVELS)('of %s are computed once, whoever reads them', async (level) => {
    const { session } = of;
    const computed = session.longAccumulator('computed');
    const kept = session
      .range(0, 8, 1, 4)
      .map((n) => {
        computed.add(1);
        return { n, text: `record ${n}` };
      })
      .persist(level);
    expect(await kept.count()).toBe(8);
    const once = computed.value;
    expect(once).toBe(8);
    // One task reads the blocks of all workers.
    expect((await kept.coalesce(1).collect()).map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect((await kept.map(({ n }) => n).collect()).length).toBe(8);
    expect(computed.value).toBe(once);
    kept.unpersist();
    expect(await kept.count()).toBe(8);
    expect(computed.value).toBe(2 * once);
  });

  it('are handed over by a worker with time for it, and computed again while it has none', async () => {
    using directory = temporaryDirectory();
    const session = await Session.open({ dir: directory.path, master: 'local[2]', locality: { wait: 0 } });
    const computed = session.longAccumulator('computed');
    const kept = session
      .range(0, 4, 1, 1)
      .map((n) => {
        computed.add(1);
        return n + 1;
      })
      .persist('MEMORY_ONLY');
    await kept.count();
    const gate = new Int32Array(new SharedArrayBuffer(8));
    const [entered, open] = [0, 1];
    const where = () => process.getBuiltinModule('node:worker_threads').threadId;
    // On the thread that holds the block, since it reads it.
    const occupied = kept.mapPartitions((records) => {
      const sum = [...records].reduce((a, b) => a + b, 0);
      Atomics.add(gate, entered, 1);
      while (Atomics.load(gate, open) === 0) Atomics.wait(gate, open, 0, 1000);
      return [sum, where()];
    });
    const busy = occupied.collect();
    while (Atomics.load(gate, entered) === 0) await new Promise((resolve) => setImmediate(resolve));
    const reader = kept.mapPartitions((records) => [[...records], where()]);
    const [records, reading] = await reader.collect();
    expect([records, computed.value]).toEqual([[1, 2, 3, 4], 8]);
    Atomics.store(gate, open, 1);
    Atomics.notify(gate, open);
    const [sum, holding] = await busy;
    expect(sum).toBe(10);
    expect(reading).not.toBe(holding);
    await session.close();
  });

  it('go with their worker, but not from disk', async () => {
    const { session } = of;
    const computed = session.longAccumulator('computed');
    const counted = (n: number) => {
      computed.add(1);
      return n;
    };
    const inMemory = session.range(0, 4, 1, 4).map(counted).persist('MEMORY_ONLY');
    const onDisk = session.range(0, 4, 1, 4).map(counted).persist('DISK_ONLY');
    await Promise.all([inMemory.count(), onDisk.count()]);
    expect(computed.value).toBe(8);
    const lost = listen(session, 'block-lost');
    const dies = session.range(0, 2, 1, 2).map((n) => {
      if (taskContext()?.attempt === 0) process.exit(1);
      return n;
    });
    expect(await dies.collect()).toEqual([0, 1]);
    expect(await onDisk.collect()).toEqual([0, 1, 2, 3]);
    expect(computed.value).toBe(8);
    expect(await inMemory.collect()).toEqual([0, 1, 2, 3]);
    expect(lost.length).toBeGreaterThan(0);
    expect(computed.value).toBe(8 + lost.length);
  });

  it('that a task stores while their dataset is given up are given up too', async () => {
    using directory = temporaryDirectory();
    const session = await Session.open({ dir: directory.path, master: 'local[2]' });
    for (const level of ['MEMORY_ONLY', 'DISK_ONLY'] as const) {
      const [entered, open] = [0, 1];
      const gate = new Int32Array(new SharedArrayBuffer(8));
      const kept = session
        .range(0, 2, 1, 2)
        .map((n) => {
          Atomics.add(gate, entered, 1);
          while (Atomics.load(gate, open) === 0) Atomics.wait(gate, open, 0, 1000);
          return n;
        })
        .persist(level);
      const dropped = listen(session, 'block-dropped');
      const stored = listen(session, 'block-stored');
      const job = kept.collect();
      while (Atomics.load(gate, entered) < 2) await new Promise((resolve) => setImmediate(resolve));
      kept.unpersist();
      Atomics.store(gate, open, 1);
      Atomics.notify(gate, open);
      expect(await job).toEqual([0, 1]);
      expect([stored, dropped]).toEqual([[], []]);
    }
    const files = readdirSync(directory.path, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /rdd_\d+_\d+$/.test(name))).toEqual([]);
    await session.close();
  });
});

describe('a long session', () => {
  const of = useSession({ master: 'local[2]' });

  it('keeps nothing of its jobs in its workers', async () => {
    const { session } = of;
    const job = async (i: number) => {
      const numbers = session.parallelize(
        Array.from({ length: 20 }, (_, n) => n + i),
        2,
      );
      await numbers
        .map((n) => [n % 3, n + i] as const)
        .reduceByKey((a, b) => a + b)
        .collect();
    };
    const heaps = async () =>
      await session
        .range(0, 2, 1, 2)
        .map(() => {
          const { setFlagsFromString: set, getHeapStatistics } = process.getBuiltinModule('node:v8');
          set('--expose-gc');
          const collect = process.getBuiltinModule('node:vm').runInNewContext('gc');
          collect();
          return getHeapStatistics().used_heap_size;
        })
        .collect();
    // Map outputs go once the program holds their datasets no more.
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const settle = async () => {
      for (let i = 0; i < 5; i++) {
        collectGarbage();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    for (let i = 0; i < 200; i++) await job(i);
    await settle();
    const before = await heaps();
    for (let i = 0; i < 300; i++) await job(i);
    await settle();
    const after = await heaps();
    // A stage that stayed would be several kilobytes, and there were 600. What V8 compiles takes up to half of this.
    for (const [i, bytes] of after.entries()) expect(bytes - (before[i] as number)).toBeLessThan(600 * 2000);
  });
});

it.each([
  ['the session is closed at once', 'await session.close();'],
  ['the process exits at once', 'process.exit();'],
])('prints what tasks print, in order and before what follows, when %s', (_when, then) => {
  using directory = temporaryDirectory();
  const program = `
    const { Session } = await import(${JSON.stringify(join(PROJECT_ROOT, 'dist/lib/index.js'))});
    const session = await Session.open({ dir: ${JSON.stringify(directory.path)}, master: 'local[2]', progress: 'off' });
    await session.range(0, 2, 1, 2).foreach((n) => {
      for (let i = 0; i < 300; i++) console.log(n, i);
    });
    console.log('done');
    await session.range(0, 2, 1, 2).foreach((n) => console.log('again', n));
    ${then}`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect([child.status, child.stderr]).toEqual([0, '']);
  const lines = child.stdout.trimEnd().split('\n');
  const numbers = Array.from({ length: 300 }, (_, i) => i);
  for (const task of ['0', '1']) {
    const own = lines.filter((line) => line.startsWith(`${task} `)).map((line) => Number(line.slice(2)));
    expect(own).toEqual(numbers);
  }
  expect(lines.indexOf('done')).toBe(600);
  expect(lines.slice(601).toSorted()).toEqual(['again 0', 'again 1']);
});

import type { Rdd, Session } from '../../lib/index.ts';
import { compare } from '../support/harness.ts';
import { benchSession } from '../support/session.ts';

/** Numbers whose Collatz paths are followed; each costs about a microsecond. */
const NUMBERS = 1_000_000;
const PARTITIONS = 8;
const EMPTY_TASKS = 1000;

/**
 * What worker threads bring to functions that compute, and what they cost: starting them, and tasks that do nothing.
 * The ratio needs a machine whose two processors are otherwise idle.
 */
export async function workers(): Promise<boolean> {
  await using inline = await benchSession();
  await using one = await benchSession({ master: 'local[1]' });
  await using two = await benchSession({ master: 'local[2]' });
  const steps = (session: typeof inline) => () =>
    session
      .range(1, NUMBERS + 1, 1, PARTITIONS)
      .map((start) => {
        let count = 0;
        for (let n = start; n !== 1; n = n % 2 === 0 ? n / 2 : 3 * n + 1) count++;
        return count;
      })
      .sum();
  const computing = await compare({
    title: `a function that computes, over ${NUMBERS} numbers`,
    variants: [
      { name: "caller's thread", run: steps(inline) },
      { name: 'one worker', run: steps(one) },
      { name: 'two workers', run: steps(two) },
    ],
    bars: [{ faster: 'two workers', slower: 'one worker', times: 1.7 }],
  });

  const words = (session: typeof inline) => () =>
    session
      .range(0, 2_000_000, 1, PARTITIONS)
      .map((i): [string, number] => [`word-${(i * 2654435761) % 100_003}`, 1])
      .reduceByKey((a, b) => a + b, PARTITIONS)
      .count();
  const shuffling = await compare({
    title: 'counting 2 M words of 100 k kinds',
    variants: [
      { name: "caller's thread", run: words(inline) },
      { name: 'one worker', run: words(one) },
      { name: 'two workers', run: words(two) },
    ],
    bars: [{ faster: 'two workers', slower: 'one worker' }],
  });

  const empty = await compare({
    title: `${EMPTY_TASKS} tasks that do nothing`,
    variants: [
      { name: 'two workers', run: () => two.range(0, EMPTY_TASKS, 1, EMPTY_TASKS).foreach(() => {}) },
      { name: "caller's thread", run: () => inline.range(0, EMPTY_TASKS, 1, EMPTY_TASKS).foreach(() => {}) },
    ],
    limits: [{ name: 'two workers', ms: 500 }],
  });

  const [fresh, freshInline] = [await FreshSessions.open('local[2]'), await FreshSessions.open('local')];
  const starting = await compare({
    title: "a session's first job: two workers start, and run one task each",
    variants: [
      { name: 'two workers', run: () => fresh.run(), after: () => fresh.renew() },
      { name: "caller's thread", run: () => freshInline.run(), after: () => freshInline.renew() },
    ],
    limits: [{ name: 'two workers', ms: 150 }],
  });
  await fresh.close();
  await freshInline.close();
  const cancelling = await compare({
    title: 'a job whose tasks never end: started, cancelled, and the next job run by the same workers',
    variants: [
      {
        name: 'loops in the engine',
        run: () => cancelled(two, (begun) => two.range(0, ENDLESS, 1, 2).filter(() => Atomics.add(begun, 0, 1) < 0)),
      },
      {
        name: 'loops in a function',
        run: () => cancelled(two, (begun) => two.range(0, 2, 1, 2).map(() => spin(begun))),
      },
    ],
    limits: [
      { name: 'loops in the engine', ms: 1000 },
      { name: 'loops in a function', ms: 1000 },
    ],
  });
  return computing && shuffling && empty && starting && cancelling;
}

const ENDLESS = Number.MAX_SAFE_INTEGER;

function spin(begun: Int32Array): never {
  for (;;) Atomics.add(begun, 0, 1);
}

/** Cancels a job once a task of it runs; gives what the next one counts. */
async function cancelled(session: Session, make: (begun: Int32Array) => Rdd<unknown>): Promise<number> {
  const controller = new AbortController();
  const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const job = make(begun).count({ signal: controller.signal });
  while (Atomics.load(begun, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await job.catch(() => {});
  return await session.range(0, 4, 1, 2).count();
}

/** A session that has run nothing yet, again and again: opening and closing it is not measured. */
class FreshSessions {
  readonly #master: string;
  #session: Session;

  private constructor(master: string, session: Session) {
    this.#master = master;
    this.#session = session;
  }

  static async open(master: string): Promise<FreshSessions> {
    return new FreshSessions(master, await benchSession({ master }));
  }

  run(): Promise<number> {
    return this.#session.range(0, 2, 1, 2).count();
  }

  async renew(): Promise<void> {
    await this.#session.close();
    this.#session = await benchSession({ master: this.#master });
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

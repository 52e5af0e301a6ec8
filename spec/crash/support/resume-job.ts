import { createHash } from 'node:crypto';
import { PeriodicCheckpointer } from '../../../lib/api/periodic-checkpointer.ts';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { engineOf, type Session } from '../../../lib/api/session.ts';

const KEYS = 17;
const RECORDS = 4000;
const BUSY = 6000;
const PLAIN_ROUNDS = 4;
const ROUNDS = 10;
const PRIME = 10_007;

type Counted = [key: number, value: number];

/** The text of the job's input. */
export function resumeJobInput(): string {
  return Array.from({ length: RECORDS }, (_, n) => `${(n * 37) % RECORDS}\n`).join('');
}

/** What of the job goes to its owner while it runs. */
export interface ResumeJobNotes {
  /** The first number that a shuffle of the `iterate` loop may have: those before are the same in each run. */
  readonly loopBegins: (nextShuffle: number, nextNode: number) => void;
  /** A round of a loop is over: one more moment at which a process may die. */
  readonly round: (round: number) => void;
  readonly loopEnded: (resumedAt: number | undefined) => void;
}

/**
 * A job whose every kind of work can be gone on from: aggregation and grouping, a join, a sort that is sampled, first
 * numbers of partitions, a loop with checkpoints, one with a PeriodicCheckpointer, and one of `iterate`.
 */
export async function resumeJob(session: Session, input: string, notes: ResumeJobNotes): Promise<string> {
  // Long enough that processes die in the middle of a stage some of whose outputs can be found already.
  const pairs = session.textFile(input, 8).map((line): Counted => {
    let n = Number(line);
    for (let turn = 0; turn < BUSY; turn++) n = (n * 31 + 7) % RECORDS;
    return [n % KEYS, n];
  });
  const sums = pairs.reduceByKey((a, b) => a + b, 3);
  const groups = pairs.groupByKey(2).mapValues((values) => [values.length, Math.max(...values)] as const);
  const names = session.range(0, KEYS + 3, 1, 2).map((n): [number, string] => [n, `key ${n}`]);
  const joined = sums.join(groups, 3).join(names, 3);
  const sorted = joined.sortBy(([, [[sum], name]]) => `${sum % 7} ${name}`, { numPartitions: 3 });
  const indexed = sorted.zipWithIndex();
  const table = await indexed.collect();

  let state: Rdd<Counted> = indexed
    .map(([[, [[sum, [count]]]], at]): Counted => [at, (sum + count) % PRIME])
    .checkpoint({ name: 'table' });
  await state.count();
  for (let round = 1; round <= PLAIN_ROUNDS; round++) {
    state = nextState(state, round);
    if (round % 2 !== 0) continue;
    state.checkpoint({ name: `round ${round}` });
    await state.count();
    notes.round(round);
  }
  const checkpointer = new PeriodicCheckpointer<Counted>(session, { interval: 2 });
  for (let round = PLAIN_ROUNDS + 1; round <= ROUNDS; round++) {
    state = nextState(state, round);
    checkpointer.update(state);
    await state.count();
    notes.round(round);
  }
  checkpointer.unpersistDataSet();
  checkpointer.deleteAllCheckpointsButLast();

  const engine = engineOf(session);
  notes.loopBegins(engine.nextShuffleId(), engine.origin('mark').id);
  const result = await session.iterate(state, (each, iteration) => nextState(each, iteration), {
    iterations: ROUNDS,
    checkpointEvery: 2,
    until: (_, iteration) => {
      notes.round(iteration);
      return false;
    },
    version: 'the notes are beside the answer',
  });
  notes.loopEnded(result.resumedAt);
  const last = (await result.state.collect()).sort(([a], [b]) => a - b);
  return hashOf(table, last);
}

function nextState(state: Rdd<Counted>, round: number): Rdd<Counted> {
  return state
    .flatMap(([key, value]): Counted[] => [
      [key, value],
      [(key * 3 + round) % KEYS, (value + round) % PRIME],
    ])
    .reduceByKey((a, b) => (a + b) % PRIME, 3);
}

/** What the job gives, by plain arrays. */
export function resumeJobAnswer(): string {
  const groups = new Map<number, number[]>();
  for (const line of resumeJobInput().trimEnd().split('\n')) {
    let n = Number(line);
    for (let turn = 0; turn < BUSY; turn++) n = (n * 31 + 7) % RECORDS;
    const values = groups.get(n % KEYS);
    if (values === undefined) groups.set(n % KEYS, [n]);
    else values.push(n);
  }
  const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rows = [...groups].map(([key, values]) => {
    const [sum, count, most] = [sumOf(values), values.length, Math.max(...values)];
    return { order: `${sum % 7} key ${key}`, row: [key, [[sum, [count, most]], `key ${key}`]], start: sum + count };
  });
  rows.sort((a, b) => (a.order < b.order ? -1 : 1));
  let state = new Map(rows.map(({ start }, at) => [at, start % PRIME]));
  const advance = (round: number): void => {
    const next = new Map<number, number>();
    const add = (key: number, value: number) => next.set(key, ((next.get(key) ?? 0) + value) % PRIME);
    for (const [key, value] of state) {
      add(key, value);
      add((key * 3 + round) % KEYS, (value + round) % PRIME);
    }
    state = next;
  };
  for (let round = 1; round <= ROUNDS; round++) advance(round);
  for (let round = 1; round <= ROUNDS; round++) advance(round);
  const last = [...state].sort(([a], [b]) => a - b);
  return hashOf(
    rows.map(({ row }, at) => [row, at]),
    last,
  );
}

function hashOf(table: unknown, last: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([table, last]))
    .digest('hex');
}

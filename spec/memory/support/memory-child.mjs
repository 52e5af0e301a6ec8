/**
 * A process of its own for `limit.spec.ts`, over the built engine and without a loader: `memory-child.mjs <settings as JSON>`
 * runs one job over records that are made as they are read, checks its answer, and prints what it took as JSON.
 */
import { readFileSync } from 'node:fs';
import { Session } from '../../../dist/lib/index.js';

const { dir, master, memory, job, records, partitions } = JSON.parse(process.argv[2]);

/** Scatters integers of 32 bits: a different one for each. */
const mix = (n) => {
  let x = n >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
};

/** What tells sets of numbers apart, whatever their order: how many there are, and their sum in 32 bits. */
const summary = () => ({ count: 0, hash: 0 });
const include = (all, number) => {
  all.count++;
  all.hash = (all.hash + mix(number)) >>> 0;
  return all;
};
const combine = (a, b) => ({ count: a.count + b.count, hash: (a.hash + b.hash) >>> 0 });

/** The summary of `f` of each integer from `from` to `to`. */
const expected = (f, from, to) => {
  const all = summary();
  for (let n = from; n < to; n++) include(all, f(n));
  return all;
};

const JOBS = {
  async sort(session) {
    const sorted = session
      .range(0, records, 1, partitions)
      .map((n) => [mix(n) / 7, n])
      .sortByKey();
    const parts = await sorted
      .mapPartitions(function* (pairs) {
        const all = summary();
        let first;
        let last = Number.NEGATIVE_INFINITY;
        let isSorted = true;
        for (const [key, n] of pairs) {
          first ??= key;
          isSorted &&= key > last && key === mix(n) / 7;
          last = key;
          include(all, n);
        }
        yield { ...all, first, last, isSorted };
      })
      .collect();
    const isSorted = parts.every((part, i) => part.isSorted && (i === 0 || part.first > parts[i - 1].last));
    return [
      { ...parts.reduce(combine, summary()), isSorted },
      { ...expected((n) => n, 0, records), isSorted: true },
    ];
  },

  async reduce(session) {
    const distinct = Math.floor(records / 2);
    const sums = session
      .range(0, records, 1, partitions)
      .map((n) => [mix(n % distinct), n % 1000])
      .reduceByKey((a, b) => a + b);
    const found = await sums.aggregate(summary(), (all, [key, sum]) => include(all, key ^ (sum << 8)), combine);
    const sumOf = (n) => {
      let sum = 0;
      for (let i = n; i < records; i += distinct) sum += i % 1000;
      return sum;
    };
    return [found, expected((n) => mix(n) ^ (sumOf(n) << 8), 0, distinct)];
  },

  async group(session) {
    // Three of ten records have one and the same key.
    const keyOf = (n) => (n % 10 < 3 ? -1 : n % 100_003);
    const groups = session
      .range(0, records, 1, partitions)
      .map((n) => [keyOf(n), n])
      .groupByKey();
    const found = await groups
      .map(([key, values]) => {
        const all = summary();
        for (const n of values) include(all, keyOf(n) === key ? n : -1);
        return all;
      })
      .reduce(combine);
    return [found, expected((n) => n, 0, records)];
  },

  async join(session) {
    const half = Math.floor(records / 2);
    const quarter = Math.floor(records / 4);
    const left = session.range(0, half, 1, partitions).map((n) => [mix(n), n]);
    const right = session.range(quarter, quarter + half, 1, partitions).map((n) => [mix(n), `right ${n}`]);
    const found = await left
      .join(right)
      .aggregate(summary(), (all, [key, [n, text]]) => include(all, text === `right ${n}` ? key : 0), combine);
    return [found, expected(mix, quarter, half)];
  },

  async distinct(session) {
    const distinct = Math.floor(records / 2);
    const keys = session
      .range(0, records, 1, partitions)
      .map((n) => `key ${mix(n % distinct)}`)
      .distinct();
    const found = await keys.aggregate(summary(), (all, key) => include(all, Number(key.slice(4))), combine);
    return [found, expected(mix, 0, distinct)];
  },

  async arrays(session) {
    const found = await session
      .range(0, records, 1, partitions)
      .map((n) => [mix(n) % 4096, n])
      .aggregateByKey(
        [],
        (all, n) => {
          all.push(n);
          return all;
        },
        (a, b) => {
          for (const n of b) a.push(n);
          return a;
        },
      )
      .aggregate(
        summary(),
        (all, [key, numbers]) => {
          for (const n of numbers) include(all, mix(n) % 4096 === key ? n : -1);
          return all;
        },
        combine,
      );
    return [found, expected((n) => n, 0, records)];
  },

  async persist(session) {
    const kept = session
      .range(0, records, 1, partitions)
      .map((n) => ({ id: n, name: `name ${mix(n)}`, half: n / 2, tags: [`tag ${n % 7}`, n] }))
      .persist('MEMORY_AND_DISK');
    const sumUp = () =>
      kept.aggregate(
        summary(),
        (all, { id, name, half }) => include(all, name === `name ${mix(id)}` && half === id / 2 ? id : -1),
        combine,
      );
    const first = await sumUp();
    const second = await sumUp();
    const once = expected((n) => n, 0, records);
    return [
      [first, second],
      [once, once],
    ];
  },
};

/** The most memory that the process has had, in bytes. */
function peakRssBytes() {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(kib) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const session = await Session.open({ dir, master, memory, progress: 'off' });
try {
  const { result, metrics } = await session.measure(() => JOBS[job](session));
  const [found, wanted] = result;
  const { spilledBytes, peakMemoryBytes } = metrics;
  const wallMs = Math.round(performance.now());
  const report = { found, wanted, spilledBytes, peakMemoryBytes, peakRssBytes: peakRssBytes(), wallMs };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await session.close();
}

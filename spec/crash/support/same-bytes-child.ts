/**
 * Another process for `same-bytes.spec.ts`: `same-bytes-child.ts <data directory> <options as JSON>` runs jobs over
 * records of every kind and prints the hash of each map output's data by shuffle and map task, then of the answer.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import type { Rdd } from '../../../lib/api/rdd.ts';
import { Session } from '../../../lib/api/session.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';

const [, , dir = '', options = '{}'] = argv;
await using session = await Session.open({
  dir,
  master: 'local',
  progress: 'off',
  ...(JSON.parse(options) as SessionOptions),
});

const keys = [
  0,
  -0,
  1.5,
  'text',
  'ключ',
  true,
  null,
  undefined,
  12n,
  new Date(5),
  [1, 'a'],
  { b: 1, a: [2] },
  Number.NaN,
];
const records = session
  .range(0, 3000, 1, 3)
  .map((n): [unknown, unknown] => [keys[n % keys.length], { n, half: n / 2, name: `name ${n}`, tags: ['x', n] }]);
// Held to the end: the map outputs of datasets that nobody holds are removed.
const datasets = [
  records.groupByKey(4).mapValues((rows) => [...rows].length),
  records.map(([key]): [unknown, number] => [key, 1]).reduceByKey((a, b) => a + b, 3),
  session
    .range(0, 5000, 1, 4)
    .map((n) => (n * 7919) % 5000)
    .sortBy((n) => n, { numPartitions: 3 }),
  session.range(0, 100, 1, 2).repartition(5).glom(),
  records
    .map(([key]): [unknown, number] => [key, 1])
    .cogroup(
      session.range(0, 50, 1, 2).map((n): [unknown, string] => [keys[n % 7], `right ${n}`]),
      3,
    )
    .mapValues(([left, right]) => [[...left].length, [...right]]),
] as const;
const answers: unknown[] = [];
for (const dataset of datasets) answers.push(await (dataset as Rdd<unknown>).collect());

const shuffles = join(dir, 'shuffle', session.run);
const files = readdirSync(shuffles, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.data'))
  .map((name) => ({ name, numbers: /shuffle_(\d+)_(\d+)_0\.data$/.exec(name)?.slice(1).map(Number) ?? [] }))
  .sort((a, b) => (a.numbers[0] ?? 0) - (b.numbers[0] ?? 0) || (a.numbers[1] ?? 0) - (b.numbers[1] ?? 0));
const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const say = (line: string) => writeSync(1, `${line}\n`);
// Tasks are numbered in the order of their partitions: the n-th file of a shuffle is that of map partition n.
for (const { name, numbers } of files) say(`shuffle ${numbers[0]} ${hash(readFileSync(join(shuffles, name)))}`);
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
say(`answer ${hash(JSON.stringify(answers, text))}`);

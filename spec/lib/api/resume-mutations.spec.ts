/**
 * One program, run twice in one directory, with something changed in between: what the first run left is used where the
 * change cannot matter, and refused, with a reason that names it, where it may. The answer is the changed program's.
 */
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longAccumulator } from '../../../lib/api/accumulator.ts';
import type { Rdd } from '../../../lib/api/rdd.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import type { ReuseDecisionRow } from '../../../storage/metadata/rows.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { type EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type RunOfSpec, type RunOptions, runOnce } from '../../support/resuming.ts';
import { ON_WORKERS } from '../../support/spec-master.ts';

let home: SpecDirectory;
beforeAll(() => {
  home = new SpecDirectory();
});
afterAll(() => home[Symbol.dispose]());

/** A directory and an input of a case's own. */
interface Place {
  readonly dir: string;
  readonly input: string;
}
let places = 0;
function newPlace(): Place {
  const path = home.join(`case-${places++}`);
  const place = { dir: path, input: `${path}.txt` };
  write(place, Array.from({ length: 40 }, (_, n) => `${'abc'[n % 3]}${n % 10}\n`).join(''));
  return place;
}
/** In a past that is the same for every case. */
function write({ input }: Place, text: string, second = 1_700_000_000): void {
  writeFileSync(input, text);
  utimesSync(input, second, second);
}

type Pairs = Rdd<[string, number]>;
type Build = (bench: EngineOfSpec, place: Place) => Pairs;

const lines = (bench: EngineOfSpec, { input }: Place): Pairs =>
  bench.lines(input, 2).map((line): [string, number] => [line.slice(0, 1), Number(line.slice(1))]);
const sum: Build = (bench, place) => lines(bench, place).reduceByKey((a, b) => a + b, 2);

// Functions of one text whose captured values are what the cases are about.
const scaled = (by: unknown): Build => {
  const factor = by as number;
  return (bench, place) => scaledBy(bench, place, (n) => n * Number(factor));
};
const scaledBy = (bench: EngineOfSpec, place: Place, scale: (n: number) => number): Pairs =>
  lines(bench, place)
    .mapValues((n) => scale(n))
    .reduceByKey((a, b) => a + b, 2);
const throughObject = (rates: { readonly of: { readonly a: number } }): Build => {
  return (bench, place) => scaledBy(bench, place, (n) => n * rates.of.a);
};
const throughMap = (rates: ReadonlyMap<string, number>): Build => {
  return (bench, place) => scaledBy(bench, place, (n) => n * (rates.get('a') ?? 0));
};
const throughHelper = (factor: number): Build => {
  const inner = (n: number): number => n * factor;
  const outer = (n: number): number => inner(n) + 1;
  return (bench, place) => scaledBy(bench, place, (n) => outer(n));
};
const throughBroadcast = (rate: number): Build => {
  return (bench, place) => {
    const shared = bench.engine.broadcast({ rate });
    return scaledBy(bench, place, (n) => n * shared.value.rate);
  };
};
const partitioned = (shift: number): Build => {
  return (bench, place) => {
    const partitioner = {
      numPartitions: 2,
      getPartition: (key: unknown) => (String(key).charCodeAt(0) + shift) % 2,
    };
    return lines(bench, place).reduceByKey((a, b) => a + b, partitioner);
  };
};
const counting = (added: number): Build => {
  return (bench, place) => {
    const seen = longAccumulator('seen');
    seen.add(added);
    return scaledBy(bench, place, (n) => {
      seen.add(1);
      return n;
    });
  };
};
const sorted =
  (skipped: number): Build =>
  (bench, place) => {
    for (let i = 0; i < skipped; i++) bench.parallelize([0], 1);
    return sum(bench, place).sortBy(([key]) => key, { numPartitions: 2 });
  };

interface Mutation {
  readonly what: string;
  readonly before?: Build;
  readonly after?: Build;
  readonly first?: SessionOptions;
  readonly second?: SessionOptions;
  /** Done to the directory or its input between the runs. */
  readonly between?: (place: Place) => void;
  /** The reason to refuse; undefined where what was left is to be used. */
  readonly says?: RegExp;
}

const FILE = String.raw`input \S*\.txt:`;
const HERE = String.raw`at \S*resume-mutations\.spec\.ts:\d+`;
const captured = (name: string): RegExp => new RegExp(`^captured '${name}' changed ${HERE}$`);

const MUTATIONS: readonly Mutation[] = [
  { what: 'nothing' },

  // Inputs
  { what: 'more lines', between: (at) => appendFileSync(at.input, 'a1\n'), says: new RegExp(`${FILE} size`) },
  {
    what: 'the time of the input',
    between: ({ input }) => utimesSync(input, 1_700_000_001, 1_700_000_001),
    says: new RegExp(`${FILE} modified`),
  },
  {
    what: 'other lines of the same size',
    between: (place) => write(place, readFileSync(place.input, 'utf8').replaceAll('a', 'c'), 1_700_000_009),
    says: new RegExp(`${FILE} modified`),
  },
  {
    what: 'the time of an input that is known by its content',
    first: { fingerprint: { inputs: 'content' } },
    second: { fingerprint: { inputs: 'content' } },
    between: ({ input }) => utimesSync(input, 1_700_000_001, 1_700_000_001),
  },
  {
    what: 'other lines of the same size and time, of an input that is known by its content',
    first: { fingerprint: { inputs: 'content' } },
    second: { fingerprint: { inputs: 'content' } },
    between: (place) => write(place, readFileSync(place.input, 'utf8').replaceAll('a', 'c')),
    says: new RegExp(FILE),
  },
  {
    what: 'what inputs are known by',
    second: { fingerprint: { inputs: 'content' } },
    says: new RegExp(FILE),
  },

  // Functions and what they capture
  {
    what: 'the text of a function',
    before: (bench, place) => scaledBy(bench, place, (n) => n + 1),
    after: (bench, place) => scaledBy(bench, place, (n) => n + 2),
    says: /function .* changed/,
  },
  { what: 'a captured number', before: scaled(2), after: scaled(3), says: captured('factor') },
  { what: 'the type of a captured value', before: scaled(2), after: scaled('2'), says: captured('factor') },
  { what: 'an equal captured number', before: scaled(2), after: scaled(2) },
  {
    what: 'something in a captured object',
    before: throughObject({ of: { a: 1 } }),
    after: throughObject({ of: { a: 2 } }),
    says: captured('rates'),
  },
  { what: 'an equal object', before: throughObject({ of: { a: 1 } }), after: throughObject({ of: { a: 1 } }) },
  {
    what: 'a value of a captured Map',
    before: throughMap(new Map([['a', 2]])),
    after: throughMap(new Map([['a', 3]])),
    says: captured('rates'),
  },
  { what: 'what a helper captures', before: throughHelper(2), after: throughHelper(3), says: captured('factor') },
  { what: 'a broadcast value', before: throughBroadcast(2), after: throughBroadcast(3), says: captured('shared') },
  { what: 'an equal broadcast value', before: throughBroadcast(2), after: throughBroadcast(2) },
  { what: 'an accumulator', before: counting(0), after: counting(7) },
  {
    what: 'a declared version',
    before: (bench, place) => scaledBy(bench, place, (n) => n).withVersion('1'),
    after: (bench, place) => scaledBy(bench, place, (n) => n).withVersion('2'),
    says: new RegExp(`^declared version of .* ${HERE}: 1 -> 2$`),
  },

  // Partitions
  {
    what: 'the partitions of the result',
    before: (bench, place) => lines(bench, place).reduceByKey((a, b) => a + b, 2),
    after: (bench, place) => lines(bench, place).reduceByKey((a, b) => a + b, 3),
    says: /^partitioner of .*: hash\(2\) -> hash\(3\)$/,
  },
  {
    what: 'the partitions of the source',
    after: (bench, { input }) =>
      bench
        .lines(input, 5)
        .map((line): [string, number] => [line.slice(0, 1), Number(line.slice(1))])
        .reduceByKey((a, b) => a + b, 2),
    says: /'minPartitions'|partitions of/,
  },
  {
    what: 'the parallelism that a shuffle follows',
    before: (bench, place) => lines(bench, place).reduceByKey((a, b) => a + b),
    after: (bench, place) => lines(bench, place).reduceByKey((a, b) => a + b),
    first: { parallelism: 2 },
    second: { parallelism: 3 },
    says: /^partitioner of .*: hash\(2\) -> hash\(3\)$/,
  },
  { what: 'parallelism that nothing follows', first: { parallelism: 2 }, second: { parallelism: 5 } },
  { what: 'what a partitioner captures', before: partitioned(0), after: partitioned(1), says: captured('shift') },
  {
    what: 'the kind of a partitioner',
    before: sum,
    after: partitioned(0),
    says: /^partitioner of .* -> /,
  },

  // Steps
  {
    what: 'the order of steps',
    before: (bench, place) =>
      lines(bench, place)
        .mapValues((n) => n + 1)
        .filter(([, n]) => n > 2)
        .reduceByKey((a, b) => a + b, 2),
    after: (bench, place) =>
      lines(bench, place)
        .filter(([, n]) => n > 2)
        .mapValues((n) => n + 1)
        .reduceByKey((a, b) => a + b, 2),
    says: / is in the place of | was added| was removed|function .* changed/,
  },
  {
    what: 'a step more',
    after: (bench, place) =>
      lines(bench, place)
        .filter(([, n]) => n > 2)
        .reduceByKey((a, b) => a + b, 2),
    says: new RegExp(`^filter ${HERE} was added$`),
  },
  {
    what: 'a dataset more before a sort, whose sample has another seed then',
    before: sorted(0),
    after: sorted(2),
    says: /^seed of the ranges of sortBy/,
  },

  // How it is run
  { what: 'the codec of map outputs', first: { shuffle: { codec: 'none' } }, second: { shuffle: { codec: 'zstd' } } },
  { what: 'the codec of blocks', second: { storage: { codec: 'zstd' } } },
  { what: 'the codec of checkpoints', second: { checkpoint: { codec: 'zstd' } } },
  { what: 'memory', first: { memory: '512 MiB' }, second: { memory: '64 MiB' } },
  { what: 'generated code', first: { codegen: 'on' }, second: { codegen: 'off' } },
  { what: 'the size of batches', second: { batch: { rows: 3 } } },
  {
    what: "the master, from the caller's thread to workers",
    first: { master: 'local' },
    second: { master: 'local[2]' },
  },
  {
    what: "the master, from workers to the caller's thread",
    first: { master: 'local[2]' },
    second: { master: 'local' },
  },

  // The engine itself
  {
    what: 'the version of fingerprints',
    between: (place) => {
      using database = MetadataDatabase.open(join(place.dir, 'cairn.sqlite'));
      database.transaction(() => {
        // What an engine of another version would have written: other digests, and the version in the records.
        const other = `substr(fingerprint, 1, 60) || 'fade'`;
        database.run(`UPDATE retained_shuffles SET fingerprint = ${other}`);
        database.run(`UPDATE checkpoints SET fingerprint = ${other} WHERE fingerprint IS NOT NULL`);
        const record = `json_set(record, '$.version', 0, '$.fingerprint', ${other})`;
        database.run(`UPDATE fingerprint_records SET record = ${record}, fingerprint = ${other}`);
      });
    },
    says: /^version of fingerprints: 0 -> \d+$/,
  },
];

const OPTIONS = { parallelism: 2 } as const;

function decisionsOf({ dir }: Place, run: string): readonly ReuseDecisionRow[] {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  const reader = new RunReader(database);
  return reader.reuseOf(reader.findRun(run).run);
}

type Answer = [string, number][];

/** One run of a program, and what it decided. */
async function run(place: Place, build: Build, kind: Kind, options: RunOptions = {}) {
  const program = async (bench: EngineOfSpec): Promise<Answer> => {
    bench.engine.checkpoints.setDirectory(`${place.dir}-checkpoints`);
    const dataset = build(bench, place);
    if (kind === 'a checkpoint') dataset.checkpoint();
    return (await dataset.collect()).sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const found: RunOfSpec<Answer> = await runOnce(place.dir, program, { ...OPTIONS, ...options });
  return { ...found, decisions: decisionsOf(place, found.run) };
}

/** What a run without anything to go on from gives. */
async function answerOf(place: Place, build: Build): Promise<Answer> {
  const fresh = { ...place, dir: `${place.dir}-fresh-${places++}` };
  return (await run(fresh, build, 'map outputs', { resume: false })).answer;
}

const KINDS = ['map outputs', 'a checkpoint'] as const;
type Kind = (typeof KINDS)[number];

describe.each(KINDS)('between two runs, of which the first left %s', (kind) => {
  // Options that choose the road are the project's where it has chosen one.
  const isFree = process.env.CAIRN_CODEGEN === undefined && process.env.CAIRN_MEMORY === undefined && !ON_WORKERS;
  const table = MUTATIONS.filter(({ first, second }) => isFree || (first === undefined && second === undefined));
  it.each(table)('$what changes', async ({ before = sum, after = before, first, second, between, says }) => {
    const place = newPlace();
    const one = await run(place, before, kind, { ...first, stops: true });
    expect([one.reused, one.refused]).toEqual([undefined, undefined]);
    between?.(place);
    const two = await run(place, after, kind, second);
    const reused = two.decisions.filter(({ partsReused }) => partsReused > 0);
    if (says === undefined) {
      expect(two.answer).toEqual(one.answer);
      expect([two.refused, two.decisions.length]).toEqual([undefined, reused.length]);
      expect(two.reused).toMatchObject(
        kind === 'a checkpoint' ? { checkpoints: 1 } : { checkpoints: 0, mapOutputs: 2 },
      );
      return;
    }
    expect(two.answer).toEqual(await answerOf(place, after));
    // Of a sort, what is below the sort does not change.
    if (!/seed of the ranges/.test(says.source)) expect([two.reused, reused]).toEqual([undefined, []]);
    const reasons = two.decisions.filter(({ decision }) => decision === 'refused').flatMap((each) => each.reasons);
    expect(reasons).toContainEqual(expect.stringMatching(says));
    expect(two.refused?.reasons).toContainEqual(expect.stringMatching(says));
    expect(two.refused?.fromRuns).toEqual([one.run]);
    expect(two.refused && two.refused.checkpoints + two.refused.shuffles).toBeGreaterThan(0);
  });
});

describe('a function that no fingerprint speaks for', () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const load = createRequire(import.meta.url);
  const CASES: readonly (readonly [what: string, scale: (n: number) => number, says: RegExp])[] = [
    ['shared memory', (n) => n + Atomics.load(shared, 0), /shared/],
    ['a module that it requires', (n) => n + load('node:path').sep.length, /./],
  ];

  it.each(CASES)('since it uses %s is run by each run, unless it has a version', async (_, scale, says) => {
    const build: Build = (bench, place) =>
      lines(bench, place)
        .mapValues((n) => scale(n))
        .reduceByKey((a, b) => a + b, 2);
    const versioned: Build = (bench, place) =>
      lines(bench, place)
        .mapValues((n) => scale(n))
        .withVersion('1')
        .reduceByKey((a, b) => a + b, 2);
    for (const kind of KINDS) {
      const place = newPlace();
      const one = await run(place, build, kind, { stops: true, master: 'local' });
      const two = await run(place, build, kind, { stops: true, master: 'local' });
      expect([two.answer, two.reused]).toEqual([one.answer, undefined]);
      const reasons = two.decisions.filter(({ decision }) => decision === 'volatile').flatMap((each) => each.reasons);
      expect(reasons).toContainEqual(expect.stringMatching(says));
      await run(place, versioned, kind, { stops: true, master: 'local' });
      const last = await run(place, versioned, kind, { master: 'local' });
      expect([last.answer, last.reused?.fromRuns.length]).toEqual([one.answer, 1]);
    }
  });

  it('since it loads modules by import() is run by each run', async () => {
    const build: Build = (bench, place) =>
      lines(bench, place)
        .mapAsync(async ([key, n]): Promise<[string, number]> => [key, n + (await import('node:path')).sep.length])
        .reduceByKey((a, b) => a + b, 2);
    const place = newPlace();
    const one = await run(place, build, 'map outputs', { stops: true, master: 'local' });
    const two = await run(place, build, 'map outputs', { stops: true, master: 'local' });
    expect([two.answer, two.reused]).toEqual([one.answer, undefined]);
    expect(two.decisions.map(({ decision }) => decision)).toEqual(['volatile']);
  });
});

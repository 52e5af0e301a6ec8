/**
 * While a session goes on from an earlier run, every call to the file system fails once, the disk is full after any number
 * of bytes, and what is read has a bit that is another one: the answer is right, or there is an error with a code. What is
 * committed then is sound, and the next run goes on from it.
 */
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { openCheckpoint } from '../../../storage/checkpoint/open-checkpoint.ts';
import { verifyPart } from '../../../storage/checkpoint/part-reader.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type Fault, FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { OpenHandles } from '../../support/open-handles.ts';
import { ON_WORKERS } from '../../support/spec-master.ts';

/** What other projects change, these specs fix: one of them is enough. */
const runs = process.env.CAIRN_CODEGEN === undefined && process.env.CAIRN_MEMORY === undefined && !ON_WORKERS;
/** Every so manieth call; `CAIRN_FAULT_STEP=1` takes each one. */
const EVERY = Number(process.env.CAIRN_FAULT_STEP ?? 5);

let home: SpecDirectory;
beforeAll(async () => {
  home = new SpecDirectory();
  await run(home.join('whole'), nodeFileSystem, true);
  cpSync(home.join('whole'), home.join('torn'), { recursive: true });
  tear(home.join('torn'));
});
afterAll(() => home[Symbol.dispose]());

/** Removes every other map output, and a part of the checkpoint: these are made again. */
function tear(dir: string): void {
  const files = readdirSync(dir, { recursive: true }).map(String).sort();
  const outputs = files.filter((name) => name.endsWith('.data')).filter((_, i) => i % 2 === 0);
  const parts = files.filter((name) => name.endsWith('part-00000'));
  expect([outputs.length > 2, parts.length]).toEqual([true, 1]);
  for (const name of [...outputs, ...parts]) rmSync(join(dir, name));
}

type Answer = [number, number][];
const NUMBERS = Array.from({ length: 200 }, (_, n) => n);
const ANSWER: Answer = [4, 3, 2, 1, 0].map((key) => [
  key,
  NUMBERS.filter((n) => n % 5 === key).reduce((a, b) => a + b, 0) + 1,
]);

/** Aggregates, joins, checkpoints and sorts. */
async function job(engine: EngineOfSpec): Promise<Answer> {
  const sums = engine
    .parallelize(NUMBERS, 3)
    .map((n): [number, number] => [n % 5, n])
    .reduceByKey((a, b) => a + b, 2);
  const counted = engine
    .parallelize(NUMBERS, 2)
    .map((n): [number, number] => [n % 5, 1])
    .reduceByKey((a, b) => Math.max(a, b), 2);
  const added = sums
    .join(counted)
    .mapValues(([sum, one]) => sum + one)
    .checkpoint();
  await added.count();
  const ordered = await added.sortByKey({ ascending: false, numPartitions: 2 }).collect();
  // Another dataset of the same shuffles, past the checkpoint: its map outputs are read.
  const again = await sums.mapValues((sum) => sum + 1).collect();
  expect(again.sort(([a], [b]) => b - a)).toEqual(ordered);
  return ordered;
}

/** In a session of the directory; its checkpoints are below it, so that both are copied together. */
async function run(dir: string, fileSystem: typeof nodeFileSystem, stops = false): Promise<Answer> {
  const checkpoint = { dir: join(dir, 'checkpoints') };
  const engine = await EngineOfSpec.open({ dir, name: 'faults', master: 'local', checkpoint }, { fileSystem });
  try {
    const answer = await job(engine);
    // Stands for a crash: what was computed stays.
    if (stops)
      await engine
        .parallelize([1], 1)
        .map(() => JSON.parse('{'))
        .count()
        .catch(() => {});
    return answer;
  } finally {
    await engine.engine.close();
  }
}

async function failureOf(action: () => Promise<unknown>): Promise<CairnError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    expect([error.code, error.kind === 'internal']).toEqual([error.code, false]);
    return error;
  }
}

/** Everything that rows call complete is, but for what may not have been looked at since it was torn. */
function expectSound(dir: string, torn: readonly string[]): void {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  expect(database.findDamage()).toEqual([]);
  for (const { directory } of new CheckpointCatalog(database).list('complete')) {
    if (torn.includes(basename(dirname(directory)))) continue;
    const { place, parts } = openCheckpoint(nodeFileSystem, directory);
    for (const part of parts) verifyPart(nodeFileSystem, place, part);
  }
}

/** Goes on over a disk that is prepared so; gives whether anything failed, and what became of it. */
async function goOn(left: string, prepare: (disk: FaultyFileSystem) => void) {
  const dir = home.join('case');
  rmSync(dir, { recursive: true, force: true });
  cpSync(home.join(left), dir, { recursive: true });
  const handles = new OpenHandles(nodeFileSystem);
  const disk = new FaultyFileSystem(handles);
  prepare(disk);
  const failure = await failureOf(async () => expect(await run(dir, disk)).toEqual(ANSWER));
  expect(handles.paths).toEqual([]);
  disk.recover();
  if (existsSync(join(dir, 'lock'))) rmSync(join(dir, 'lock'));
  expectSound(dir, left === 'torn' ? readdirSync(home.join(left, 'checkpoints')) : []);
  expect(await run(dir, nodeFileSystem)).toEqual(ANSWER);
  expectSound(dir, []);
  expect(leftovers(dir).filter((path) => path.split('/').length > 2)).toEqual([]);
  return { faults: disk.faultCount, calls: disk.callCount, failure };
}

test.runIf(runs)('the run that goes on reuses a checkpoint and map outputs', async () => {
  const dir = home.join('probe');
  cpSync(home.join('whole'), dir, { recursive: true });
  const checkpoint = { dir: join(dir, 'checkpoints') };
  const engine = await EngineOfSpec.open({ dir, name: 'faults', master: 'local', checkpoint });
  expect(await job(engine)).toEqual(ANSWER);
  const reused = engine.eventsOf('work-reused');
  expect(reused.reduce((sum, each) => sum + each.checkpoints, 0)).toBe(1);
  expect(reused.reduce((sum, each) => sum + each.mapOutputs, 0)).toBeGreaterThan(3);
  await engine.engine.close();
});

const KINDS: readonly (Omit<Fault, 'at'> & { readonly says: string })[] = [
  { says: 'with EIO', errno: 'EIO' },
  { says: 'with EIO, and all later ones', errno: 'EIO', forever: true },
  { says: 'with EMFILE', errno: 'EMFILE', calls: ['open'] },
  { says: 'with ENOSPC after a short write', errno: 'ENOSPC', calls: ['write', 'open', 'rename'], bytesWritten: 10 },
];

describe.runIf(runs).each(['whole', 'torn'])('while a run goes on from what is %s', (left) => {
  test.each(KINDS)('and the n-th call fails $says, the answer is right or an error with a code', async (kind) => {
    const { says, ...fault } = kind;
    let [faults, answers] = [0, 0];
    const every = fault.calls === undefined ? EVERY : 1;
    for (let at = 1; ; at += every) {
      const found = await goOn(left, (disk) => disk.fail({ ...fault, at }));
      if (found.faults === 0) break;
      faults++;
      if (found.failure === undefined) answers++;
    }
    expect(faults).toBeGreaterThan(4);
    // What cannot be read is computed again.
    if (fault.forever !== true) expect(answers).toBeGreaterThan(0);
  });

  test('and the disk is full after any number of bytes, the answer is right or an error with a code', async () => {
    const codes = new Set<string | undefined>();
    for (let bytes = 0; ; bytes += EVERY * 10) {
      const { failure } = await goOn(left, (disk) => disk.fillAfter(bytes));
      if (failure === undefined) break;
      codes.add(failure.cause instanceof CairnError ? failure.cause.code : failure.code);
    }
    expect([...codes].filter((code) => code !== 'DISK_FULL')).toEqual([]);
  });

  test('and a bit of what is read is another one, the answer is right or an error with a code', async () => {
    const { calls } = await goOn(left, () => {});
    for (let at = 1; at < calls / 4; at += Math.ceil(EVERY / 4)) {
      await goOn(left, (disk) => disk.flipBitOnRead(at, at * 37));
    }
  });
});

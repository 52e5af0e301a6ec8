/**
 * Processes die with kill -9: at every failpoint, and at moments that nobody chose. The next session in the same
 * directory finds no damage, removes what was left, says which run was killed, and gives the same answer.
 *
 * `CAIRN_CRASH_ROUNDS` sets how many unchosen moments are tried (6 unless set).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Session } from '../../lib/api/session.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { FAILPOINTS } from '../../lib/base/failpoint.ts';
import { runId } from '../../lib/base/ids.ts';
import { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { RunReader } from '../../storage/metadata/run-reader.ts';
import { leftovers, SpecDirectory } from '../support/engine-of-spec.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Child } from './support/child.ts';
import { crashJob, crashJobAnswer, crashJobCheckpoints, crashJobInput, crashJobRecords } from './support/crash-job.ts';

const SCRIPT = join(import.meta.dirname, 'support/session-child.ts');

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, crashJobInput());
});
afterAll(() => home[Symbol.dispose]());

/** The places of one round. */
function placesOf(name: string) {
  return { dir: home.join(name), output: home.join(`${name}.out`) };
}

function stateOf(directory: string, run: string): string | undefined {
  using database = MetadataDatabase.open(join(directory, 'cairn.sqlite'), { readOnly: true });
  expect(database.findDamage()).toEqual([]);
  return new RunReader(database).listRuns().find((row) => row.run === runId(run))?.state;
}

function savedIn(directory: string): string {
  const parts = readdirSync(directory)
    .filter((name) => name.startsWith('part-'))
    .sort();
  expect(readdirSync(directory)).toContain('_SUCCESS');
  return parts.map((name) => readFileSync(join(directory, name), 'utf8')).join('');
}

const SAVED = crashJobAnswer()
  .map(([key, sum]) => `${key} ${sum}\n`)
  .join('');

/** A checkpoint is there whole, in the catalog and on disk, or not at all. */
async function checkCheckpoints(session: Session): Promise<void> {
  const directory = crashJobCheckpoints(session.directory);
  if (!existsSync(directory)) return;
  const found = readdirSync(directory).flatMap((id) =>
    readdirSync(join(directory, id)).map((name) => join(directory, id, name)),
  );
  using database = MetadataDatabase.open(join(session.directory, 'cairn.sqlite'), { readOnly: true });
  const rows = new CheckpointCatalog(database).list();
  expect(rows.map(({ state, directory: path }) => [state, path])).toEqual(found.map((path) => ['complete', path]));
  for (const path of found) {
    const records = await session.openCheckpoint<[number, number]>(path).collect();
    expect(records.sort(([, a], [, b]) => a - b)).toEqual(crashJobRecords());
    session.removeCheckpoint(path);
  }
}

/** Opens the directory of a dead process and checks all that must hold. */
async function recover(name: string, run: string | undefined): Promise<void> {
  const { dir, output } = placesOf(name);
  // A saved dataset is there whole, or not at all.
  if (existsSync(output)) expect(savedIn(output)).toBe(SAVED);
  const session = await Session.open({ dir, master: 'local', memory: '400 B', memoryFraction: 1, progress: 'off' });
  await checkCheckpoints(session);
  const own = leftovers(dir).filter((path) => path.split('/').length > 1 && !path.includes(session.run));
  expect(own.filter((path) => !path.startsWith('scratch/'))).toEqual([]);
  expect(await crashJob(session, input, output)).toEqual(crashJobAnswer());
  await session.close();
  expect(savedIn(output)).toBe(SAVED);
  expect(readdirSync(home.path).filter((entry) => entry.includes(`${name}.out`))).toEqual([`${name}.out`]);
  expect(leftovers(dir).filter((path) => path.includes('/'))).toEqual([]);
  expect(readdirSync(dir).filter((entry) => entry.startsWith('lock'))).toEqual([]);
  expect(stateOf(dir, session.run)).toBe('succeeded');
  if (run !== undefined) expect(['killed', 'succeeded']).toContain(stateOf(dir, run));
}

describe('a process that dies at a failpoint', () => {
  // Their children start two at a time: they do not meet.
  test.concurrent.each(FAILPOINTS)('%s leaves nothing that matters', async (failpoint) => {
    const name = failpoint.replace('/', '-');
    const { dir, output } = placesOf(name);
    const child = new Child(SCRIPT, [dir, input, output, '2'], { CAIRN_FAILPOINT: `${failpoint}=kill` });
    expect([await child.ended(), child.errors]).toEqual(['SIGKILL', '']);
    const run = child.lines.find((line) => line.startsWith('open '))?.slice(5);
    await recover(name, run);
  });
});

describe('a process whose tasks run on workers', () => {
  const around = FAILPOINTS.filter((name) => name.startsWith('checkpoint/'));
  test.concurrent.each(around)('dies at %s and leaves a whole checkpoint, or none', async (failpoint) => {
    const name = `workers-${failpoint.replace('/', '-')}`;
    const { dir, output } = placesOf(name);
    const child = new Child(SCRIPT, [dir, input, output, '2', 'local[2]'], { CAIRN_FAILPOINT: `${failpoint}=kill` });
    expect([await child.ended(), child.errors]).toEqual(['SIGKILL', '']);
    await recover(name, child.lines.find((line) => line.startsWith('open '))?.slice(5));
  });
});

const ROUNDS = Number(process.env.CAIRN_CRASH_ROUNDS ?? 6);

test('a process that is killed at any moment leaves nothing that matters', async () => {
  const random = seededRandom(8_128);
  for (let round = 0; round < ROUNDS; round++) {
    const name = `moment-${round % 3}`;
    const { dir, output } = placesOf(name);
    const child = new Child(SCRIPT, [dir, input, output, '50']);
    // By what it has printed, not by time: the same moments on every machine, more or less.
    await child.said(1 + Math.floor(random() * 300));
    child.kill();
    expect(await child.ended()).toBe('SIGKILL');
    const run = child.lines.find((line) => line.startsWith('open '))?.slice(5);
    expect(child.errors).toBe('');
    await recover(name, run);
    if (run !== undefined) expect(stateOf(dir, run)).toBe('killed');
  }
});

test('a second process is refused with the pid and the command of the first, and touches nothing of it', async () => {
  const { dir, output } = placesOf('second');
  const first = new Child(SCRIPT, [dir, input, output, 'wait']);
  await first.saidLine('answer');
  // Else it removes what its collected datasets left behind meanwhile.
  first.process.kill('SIGSTOP');
  const before = readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => !name.includes('sqlite'))
    .sort();
  const error = await Session.open({ dir, master: 'local' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CairnError);
  expect(error).toMatchObject({ code: 'DIRECTORY_LOCKED', params: { pid: first.process.pid } });
  expect((error as CairnError).message).toContain('session-child.ts');
  const second = new Child(SCRIPT, [dir, input, output, '1']);
  expect(await second.ended()).not.toBe(0);
  expect(second.errors).toContain('DIRECTORY_LOCKED');
  const after = readdirSync(dir, { recursive: true })
    .map(String)
    .filter((name) => !name.includes('sqlite'))
    .sort();
  expect(after).toEqual(before);
  expect(before.some((name) => name.includes('shuffle_'))).toBe(true);
  first.kill();
  await first.ended();
  await recover('second', first.lines[0]?.slice(5));
});

/**
 * Every call to the file system fails once, and the disk fills up at many points: a session answers rightly all the
 * same, or with an error that has a code; it leaves nothing behind, and can be opened again.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { EngineOfSpec, leftovers, SpecDirectory } from '../../support/engine-of-spec.ts';
import { type Fault, FaultyFileSystem } from '../../support/faulty-file-system.ts';
import { OpenHandles } from '../../support/open-handles.ts';
import { LITTLE_MEMORY, mainJobInput, runMainJob } from './support/main-job.ts';

/** What other projects change, options of these specs fix: one of them is enough. */
const runs = process.env.CAIRN_CODEGEN === undefined && process.env.CAIRN_MEMORY === undefined;

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, mainJobInput());
});
afterAll(() => home[Symbol.dispose]());

/** The error of an action, or undefined; anything but an error with a code fails the spec. */
async function failureOf(action: () => Promise<unknown>): Promise<CairnError | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    expect(error.kind).not.toBe('internal');
    if (error.code === 'JOB_FAILED') expect(error.cause).toBeInstanceOf(CairnError);
    return error;
  }
}

/** A session of its own over a disk that can be made to fail. */
async function withEngine(
  name: string,
  run: (engine: EngineOfSpec, disk: FaultyFileSystem, handles: OpenHandles) => Promise<void>,
): Promise<void> {
  const handles = new OpenHandles(nodeFileSystem);
  const disk = new FaultyFileSystem(handles);
  const engine = await EngineOfSpec.open({ ...LITTLE_MEMORY, dir: home.join(name) }, { fileSystem: disk });
  try {
    await run(engine, disk, handles);
  } finally {
    await engine.engine.close();
  }
  expect(engine.engine.blocks.openReads).toBe(0);
  engine.engine.budget.assertAllReleased();
  expect(handles.paths).toEqual([]);
  expect(leftovers(home.join(name)).filter((path) => path.split('/').length > 1)).toEqual([]);
}

test.runIf(runs)(
  'the job spills, evicts, reads blocks back and shuffles: it meets what these specs are about',
  async () => {
    await withEngine('probe', async (engine, disk) => {
      await runMainJob(engine, input);
      expect(disk.callCount).toBeGreaterThan(150);
      const ended = engine.eventsOf('task-ended');
      expect(ended.some(({ metrics }) => metrics.spilledBytes > 0)).toBe(true);
      expect(engine.eventsOf('block-stored').some(({ diskBytes }) => diskBytes > 0)).toBe(true);
    });
  },
);

/** Every third call; `CAIRN_FAULT_STEP=1` takes each one. */
const EVERY = Number(process.env.CAIRN_FAULT_STEP ?? 3);

type Kind = Omit<Fault, 'at'> & { readonly every: number; readonly says: string };
const KINDS: readonly Kind[] = [
  { says: 'with EIO', errno: 'EIO', every: EVERY },
  { says: 'with EIO though it took effect', errno: 'EIO', every: 5, takesEffect: true },
  {
    says: 'with ENOSPC after a short write',
    errno: 'ENOSPC',
    every: 3,
    calls: ['write', 'open', 'makeDirectory', 'rename'],
    bytesWritten: 10,
  },
  { says: 'with EMFILE', errno: 'EMFILE', every: 3, calls: ['open'] },
  { says: 'with EACCES', errno: 'EACCES', every: 9 },
  { says: 'with EIO, and all later ones', errno: 'EIO', every: 13, forever: true },
];

test.runIf(runs).each(KINDS)(
  'when the n-th call of a job fails $says, the answer is right or an error with a code',
  async (kind) => {
    const { every, says, ...fault } = kind;
    let faults = 0;
    let failures = 0;
    await withEngine(`job ${says}`, async (engine, disk, handles) => {
      const { blocks, scheduler } = engine.engine;
      for (let at = 1; ; at += every) {
        const before = disk.faultCount;
        disk.fail({ ...fault, at });
        const failure = await failureOf(() => runMainJob(engine, input));
        disk.recover();
        expect(scheduler.size).toEqual({ jobs: 0, stages: 0, taskSets: 0, tasks: 0 });
        expect(blocks.openReads).toBe(0);
        expect(handles.paths).toEqual([]);
        if (disk.faultCount === before) break;
        faults++;
        if (failure === undefined) continue;
        failures++;
        // What failed can be done again in the same session.
        await runMainJob(engine, input);
      }
    });
    expect(faults).toBeGreaterThan(8);
    // Where removing failed as well, directories of an unfinished save stay, hidden, for the next process to remove.
    const saved = readdirSync(home.path).filter((entry) => entry.includes('input.txt.'));
    const hidden = /^\.input\.txt\.out\..+\.(?:staging|retired)$/;
    expect(saved.filter((entry) => !hidden.test(entry))).toEqual(['input.txt.out']);
    for (const entry of saved) if (hidden.test(entry)) rmSync(home.join(entry), { recursive: true });
    // One failure of a task is retried: planning, publishing and the removal of blocks are all that may fail for one.
    if (fault.errno !== 'EACCES' && fault.forever !== true) expect(failures).toBeLessThan(faults / 2);
  },
);

test.runIf(runs)(
  'a disk that is full after any number of bytes gives an answer or an error, and room gives an answer again',
  async () => {
    const codes = new Set<string>();
    await withEngine('full', async (engine, disk, handles) => {
      for (let bytes = 0; ; bytes += 509) {
        const failure = await failureOf(() => runMainJob(engine, input, () => disk.fillAfter(bytes)));
        disk.recover();
        expect(handles.paths).toEqual([]);
        if (failure === undefined) {
          expect(bytes).toBeGreaterThan(2_000);
          break;
        }
        codes.add(failure.cause instanceof CairnError ? failure.cause.code : failure.code);
        await runMainJob(engine, input);
      }
    });
    expect([...codes]).toEqual(['DISK_FULL']);
  },
);

describe.runIf(runs).each(['EIO', 'ENOSPC', 'EACCES', 'EMFILE'])(
  'when the n-th call of opening or closing a session fails with %s',
  (errno) => {
    test.each([
      { says: 'once', stays: {} },
      { says: 'though it took effect', stays: { takesEffect: true } },
      { says: 'and all later ones', stays: { forever: true } },
    ])('$says, there is an error with a code, and the directory can be opened again', async ({ says, stays }) => {
      const name = `open ${errno} ${says}`;
      let faults = 0;
      for (let at = 1; ; at++) {
        const handles = new OpenHandles(nodeFileSystem);
        const disk = new FaultyFileSystem(handles).fail({ errno, at, ...stays });
        let opened: EngineOfSpec | undefined;
        await failureOf(async () => {
          opened = await EngineOfSpec.open({ ...LITTLE_MEMORY, dir: home.join(name) }, { fileSystem: disk });
          if (at % 8 === 0) await failureOf(() => runMainJob(opened as EngineOfSpec, input));
          await opened.engine.close();
        });
        expect(handles.paths).toEqual([]);
        opened?.engine.budget.assertAllReleased();
        if (disk.faultCount === 0) break;
        faults++;
        // A lock that could not be removed is this process's own, which lives.
        const locked = await failureOf(() => withEngine(name, async () => {}));
        if (locked !== undefined) {
          expect(locked.code).toBe('DIRECTORY_ALREADY_OPEN');
          rmSync(home.join(name, 'lock'));
          await withEngine(name, async () => {});
        }
      }
      await withEngine(name, (engine) => runMainJob(engine, input));
      expect(faults).toBeGreaterThan(20);
    });
  },
);

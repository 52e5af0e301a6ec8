import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryLock } from '../../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { systemProcesses } from '../../../storage/fs/process-identity.ts';
import { ScratchSpace } from '../../../storage/fs/scratch-space.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';

const SUPPORT = join(import.meta.dirname, '..', '..', 'support');
const RACERS = Number(process.env.CAIRN_RACERS ?? 4);
const ROUNDS = Number(process.env.CAIRN_RACE_ROUNDS ?? 250);

function start(script: string, ...args: readonly string[]): ChildProcess {
  const argv = ['--import', 'tsx', join(SUPPORT, script), ...args];
  return spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function startHolder(directory: string): Promise<ChildProcess> {
  const holder = start('lock-holder.ts', directory);
  await once(holder.stdout as NonNullable<typeof holder.stdout>, 'data');
  return holder;
}

/** A round's directory: free, with the lock of a process of an earlier boot, or with one that died taking over. */
function prepareRound(directory: string, round: number): void {
  mkdirSync(directory, { recursive: true });
  if (round % 4 === 0) return;
  const earlier = new FakeProcesses();
  const { owner } = DirectoryLock.acquire(nodeFileSystem, directory, earlier.start(4711));
  if (round % 4 === 3) {
    const claimant = owner.token.replace('4711', '4712');
    const record = readFileSync(join(directory, 'lock'), 'utf8').replaceAll('4711', '4712');
    expect(record).toContain(claimant);
    writeFileSync(join(directory, `lock.${owner.token}.next`), record);
  }
}

describe('DirectoryLock between processes', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'cairn-lock-'));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it(`has one winner in each of ${ROUNDS} rounds of ${RACERS} processes`, async () => {
    for (let round = 0; round < ROUNDS; round++) prepareRound(join(base, `round-${round}`), round);
    const racers = Array.from({ length: RACERS }, (_, i) =>
      start('lock-racer.ts', base, String(i), String(RACERS), String(ROUNDS)),
    );
    const codes = await Promise.all(racers.map((racer) => once(racer, 'exit').then(([code]) => code as unknown)));
    expect(codes).toEqual(racers.map(() => 0));
    const results = racers.map((_, i) => {
      const errors = join(base, `error-${i}`);
      expect(existsSync(errors) ? readFileSync(errors, 'utf8') : '').toBe('');
      return readFileSync(join(base, `result-${i}`), 'utf8');
    });
    for (let round = 0; round < ROUNDS; round++) {
      const letters = results
        .map((result) => result[round])
        .sort()
        .join('');
      expect(letters, `round ${round}`).toBe(`${'L'.repeat(RACERS - 1)}W`);
    }
    for (let round = 0; round < ROUNDS; round++) {
      const directory = join(base, `round-${round}`);
      DirectoryLock.acquire(nodeFileSystem, directory).release();
      expect(nodeFileSystem.list(directory), `left of round ${round}`).toEqual([]);
    }
  });

  it('names a live holder, and takes its lock and scratch space over once it is killed', async () => {
    const holder = await startHolder(base);
    const scratch = () => nodeFileSystem.list(join(base, 'scratch')).map((entry) => entry.name);
    try {
      expect(() => DirectoryLock.acquire(nodeFileSystem, base)).toThrow(
        expect.objectContaining({
          code: 'DIRECTORY_LOCKED',
          params: expect.objectContaining({ pid: holder.pid, command: 'node lock-holder.ts' }),
        }),
      );
      ScratchSpace.open(nodeFileSystem, base).close();
      expect(scratch(), 'the space of a live process').toHaveLength(1);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    {
      using lock = DirectoryLock.acquire(nodeFileSystem, base);
      expect(lock.owner.owner).toEqual(systemProcesses().self);
      ScratchSpace.open(nodeFileSystem, base).close();
      expect(scratch()).toEqual([]);
    }
    expect(nodeFileSystem.list(base).map((entry) => entry.name)).toEqual(['scratch']);
  });
});

import { describe, expect, it } from 'vitest';
import { DirectoryLock } from '../../../storage/fs/directory-lock.ts';
import { fileError } from '../../../storage/fs/file-error.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { Actor, SteppedFileSystem } from '../../support/interleaving.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

interface World {
  readonly fs: MemoryFileSystem;
  readonly processes: FakeProcesses;
  /** Pids that hold the directory now, as far as they know. */
  readonly holders: Set<number>;
}

/** A process that takes the directory, keeps it for `holdSteps` steps and gives it up; for ever when undefined. */
function contender(world: World, pid: number, holdSteps: number | undefined): Actor {
  const table = world.processes.start(pid);
  return new Actor((actor) => {
    const fs = new SteppedFileSystem(world.fs, actor);
    const stepped = {
      ...table,
      stateOf: (identity: Parameters<typeof table.stateOf>[0]) => actor.step(() => table.stateOf(identity)),
    };
    const lock = DirectoryLock.acquire(fs, '/data', stepped, { clock, unique: () => 0 });
    actor.step(() => world.holders.add(pid));
    if (holdSteps === undefined) return;
    for (let i = 0; i < holdSteps; i++) actor.step(() => undefined);
    actor.step(() => world.holders.delete(pid));
    lock.release();
  });
}

function run(seed: number): { readonly winners: number; readonly disturbed: boolean } {
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const world: World = { fs: new MemoryFileSystem(), processes: new FakeProcesses(), holders: new Set() };
  if (chance(0.8)) {
    DirectoryLock.acquire(world.fs, '/data', world.processes.start(1), { clock });
    world.processes.kill(1);
  }
  const disturbed = chance(0.6);
  const winners = new Set<number>();
  let nextPid = 10;
  let alive = new Map<number, Actor>();
  const start = () => {
    const pid = nextPid++;
    alive.set(pid, contender(world, pid, chance(0.3) ? Math.floor(random() * 5) : undefined));
  };
  for (let i = 0; i < 3; i++) start();
  let pid = 10;
  for (let moves = 0; moves < 2000; moves++) {
    const running = [...alive].filter(([, actor]) => !actor.done);
    if (running.length === 0) break;
    // Runs of steps of one process reach deeper states than an even mixture would.
    if (!running.some(([id]) => id === pid) || chance(0.4)) {
      pid = (running[Math.floor(random() * running.length)] as [number, Actor])[0];
    }
    const actor = alive.get(pid) as Actor;
    if (disturbed && nextPid < 18 && chance(0.04)) {
      world.processes.kill(pid);
      world.holders.delete(pid);
      alive = new Map([...alive].filter(([id]) => id !== pid));
      start();
      continue;
    }
    actor.advance(disturbed && chance(0.04) ? fileError('EIO', { operation: 'injected', path: '/data' }) : undefined);
    expect(world.holders.size, `holders of seed ${seed}: ${[...world.holders]}`).toBeLessThanOrEqual(1);
    for (const holder of world.holders) winners.add(holder);
  }
  return { winners: winners.size, disturbed };
}

const SCHEDULES = Number(process.env.CAIRN_SCHEDULES ?? 1500);

describe('DirectoryLock in any interleaving', () => {
  it(`has at most one owner at every step of ${SCHEDULES} schedules with deaths and failures, and one without them`, () => {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const { winners, disturbed } = run(seed);
      if (!disturbed) expect(winners, `winners of seed ${seed}`).toBeGreaterThanOrEqual(1);
    }
  });
});

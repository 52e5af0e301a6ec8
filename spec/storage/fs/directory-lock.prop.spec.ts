import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { DirectoryLock } from '../../../storage/fs/directory-lock.ts';
import { fileError } from '../../../storage/fs/file-error.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { Actor, SteppedFileSystem } from '../../support/interleaving.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const clock = { nowMs: () => 0, monotonicMs: () => 0 };

/** Directory, candidate (4), link, read, judge, claim. */
const STEPS_TO_CLAIM = 9;

const EIO = fileError('EIO', { operation: 'injected', path: '/data' });

interface World {
  readonly fs: MemoryFileSystem;
  readonly processes: FakeProcesses;
  /** Pids that hold the directory now, as far as they know. */
  readonly holders: Set<number>;
  /** Whom each refused process was told of. */
  readonly refusals: Map<number, unknown>;
}

function createWorld(): World {
  return { fs: new MemoryFileSystem(), processes: new FakeProcesses(), holders: new Set(), refusals: new Map() };
}

function leaveDeadOwner(world: World): void {
  DirectoryLock.acquire(world.fs, '/data', world.processes.start(1), { clock });
  world.processes.kill(1);
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
    let lock: DirectoryLock;
    try {
      lock = DirectoryLock.acquire(fs, '/data', stepped, { clock, unique: () => 0 });
    } catch (error) {
      if (CairnError.is(error, 'DIRECTORY_LOCKED')) world.refusals.set(pid, error.params.pid);
      throw error;
    }
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
  const world = createWorld();
  if (chance(0.8)) leaveDeadOwner(world);
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
    actor.advance(disturbed && chance(0.04) ? EIO : undefined);
    expect(world.holders.size, `holders of seed ${seed}: ${[...world.holders]}`).toBeLessThanOrEqual(1);
    for (const holder of world.holders) winners.add(holder);
  }
  return { winners: winners.size, disturbed };
}

function advance(actor: Actor, steps: number): void {
  for (let i = 0; i < steps && !actor.done; i++) actor.advance();
}

const SCHEDULES = Number(process.env.CAIRN_SCHEDULES ?? 600);

describe('DirectoryLock in any interleaving', () => {
  it(`has at most one owner at every step of ${SCHEDULES} schedules with deaths and failures, and one without them`, () => {
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const { winners, disturbed } = run(seed);
      if (!disturbed) expect(winners, `winners of seed ${seed}`).toBeGreaterThanOrEqual(1);
    }
  });

  it('is not misled by a claim that was withdrawn before its process died', () => {
    const most = 18;
    for (let early = 1; early < most; early++) {
      for (let other = 1; other < most; other++) {
        const world = createWorld();
        leaveDeadOwner(world);
        const withdrawing = contender(world, 10, undefined);
        while (!world.fs.tree('/data').some((path) => path.endsWith('.next'))) withdrawing.advance();
        const slow = contender(world, 11, undefined);
        advance(slow, early);
        withdrawing.advance(EIO);
        advance(withdrawing, 100);
        world.processes.kill(10);
        const second = contender(world, 12, undefined);
        advance(second, other);
        advance(slow, 100);
        advance(second, 100);
        expect([...world.holders], `${early} and ${other} steps`).toHaveLength(1);
      }
    }
  });

  it('names the owner, not a late claimant of a lock that has moved on', () => {
    const most = 20;
    let met = 0;
    for (let early = 1; early < most; early++) {
      for (let late = 1; late < most; late++) {
        const world = createWorld();
        leaveDeadOwner(world);
        const refused = contender(world, 10, undefined);
        advance(refused, early);
        const claimant = contender(world, 11, undefined);
        // It finds the dead owner, and makes its claim only after another has taken over.
        advance(claimant, STEPS_TO_CLAIM - 1);
        advance(contender(world, 12, undefined), 100);
        if (!world.holders.has(12)) continue;
        met++;
        advance(claimant, late);
        advance(refused, 100);
        expect(world.refusals.get(10), `${early} and ${late} steps`).toBe(12);
      }
    }
    expect(met).toBeGreaterThan(100);
  });
});

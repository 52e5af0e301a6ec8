import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { DirectoryLock, findDirectoryOwner } from '../../../storage/fs/directory-lock.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { ProcessTable } from '../../../storage/fs/process-identity.ts';
import { FakeProcesses } from '../../support/fake-processes.ts';
import { FaultyFileSystem, failEveryCall } from '../../support/faulty-file-system.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const DIRECTORY = '/data';
const clock = { nowMs: () => Date.UTC(2024, 4, 6, 7, 8, 9), monotonicMs: () => 0 };

function acquire(fs: FileSystem, processes: ProcessTable): DirectoryLock {
  return DirectoryLock.acquire(fs, DIRECTORY, processes, { clock });
}

/** The lock, or the code of the refusal; other errors are failures of the spec. */
function tryAcquire(fs: FileSystem, processes: ProcessTable): DirectoryLock | string {
  try {
    return acquire(fs, processes);
  } catch (error) {
    if (error instanceof CairnError && error.code.startsWith('DIRECTORY_')) return error.code;
    throw error;
  }
}

function expectOnlyLock(fs: MemoryFileSystem): void {
  expect(fs.tree(DIRECTORY)).toEqual([`${DIRECTORY}/lock`]);
  expect(fs.openHandles).toBe(0);
}

function setUp() {
  const fs = new MemoryFileSystem();
  const processes = new FakeProcesses();
  return { fs, processes, first: processes.start(100), second: processes.start(200) };
}

/** A directory whose owner died, as did `claimants` processes that tried to take over. */
function withDeadOwner(claimants = 0) {
  const fs = new MemoryFileSystem();
  const processes = new FakeProcesses();
  acquire(fs, processes.start(10));
  processes.kill(10);
  for (let i = 0; i < claimants; i++) {
    const pid = 11 + i;
    // Dies between its claim and the rename: neither that nor any cleaning up has an effect.
    const dying = new FaultyFileSystem(fs, { at: 1, calls: ['rename', 'removeFile'], errno: 'EIO', forever: true });
    expect(() => acquire(dying, processes.start(pid))).toThrow();
    processes.kill(pid);
  }
  return { fs, processes };
}

describe('DirectoryLock', () => {
  it('names the owner to whoever comes second', () => {
    const { fs, first, second } = setUp();
    const lock = acquire(fs, first);
    expectOnlyLock(fs);
    expect(() => acquire(fs, second)).toThrow(
      expect.objectContaining({
        code: 'DIRECTORY_LOCKED',
        params: { path: DIRECTORY, pid: 100, command: 'node job-100.ts', startedAt: '2024-05-06T07:08:09.000Z' },
      }),
    );
    expectOnlyLock(fs);
    lock.release();
    expect(fs.tree(DIRECTORY)).toEqual([]);
    acquire(fs, second);
  });

  it('says so when the same process opens the directory twice', () => {
    const { fs, first } = setUp();
    using _lock = acquire(fs, first);
    expect(() => acquire(fs, first)).toThrow(expect.objectContaining({ code: 'DIRECTORY_ALREADY_OPEN' }));
    expectOnlyLock(fs);
  });

  it('takes over from a process that is gone, whose pid was reused, or that ran before the last boot', () => {
    const gone = setUp();
    acquire(gone.fs, gone.first);
    gone.processes.kill(100);
    expect(acquire(gone.fs, gone.second).owner.owner.pid).toBe(200);
    expectOnlyLock(gone.fs);

    const reused = setUp();
    acquire(reused.fs, reused.first);
    const successor = reused.processes.start(100);
    expect(tryAcquire(reused.fs, successor)).toBeInstanceOf(DirectoryLock);
    expectOnlyLock(reused.fs);

    const rebooted = setUp();
    acquire(rebooted.fs, rebooted.first);
    rebooted.processes.reboot();
    const again = rebooted.processes.start(100);
    expect(tryAcquire(rebooted.fs, again)).toBeInstanceOf(DirectoryLock);
    expectOnlyLock(rebooted.fs);
  });

  it('never takes over from a live process, whatever the age of its lock', () => {
    const { fs, first, second } = setUp();
    const longAgo = { nowMs: () => 0, monotonicMs: () => 0 };
    const far = { nowMs: () => Date.UTC(2999, 0), monotonicMs: () => 0 };
    DirectoryLock.acquire(fs, DIRECTORY, first, { clock: longAgo });
    expect(() => DirectoryLock.acquire(fs, DIRECTORY, second, { clock: far })).toThrow(/process 100/);
  });

  it('does not judge a process of another container', () => {
    const { fs, processes, second } = setUp();
    const elsewhere = processes.start(1, { pidNamespace: '99' });
    acquire(fs, elsewhere);
    processes.kill(1);
    expect(() => acquire(fs, second)).toThrow(expect.objectContaining({ code: 'DIRECTORY_LOCKED_ELSEWHERE' }));
    expectOnlyLock(fs);
  });

  it('releases once, and only its own lock', () => {
    const { fs, first, second } = setUp();
    const lock = acquire(fs, first);
    fs.removeFile(`${DIRECTORY}/lock`);
    const other = acquire(fs, second);
    lock.release();
    lock.release();
    expect(findDirectoryOwner(fs, DIRECTORY, first)?.record.owner.pid).toBe(200);
    other.release();
    expect(findDirectoryOwner(fs, DIRECTORY, first)).toBeUndefined();
  });

  it('tells readers who owns a directory and whether it lives', () => {
    const { fs, first, processes, second } = setUp();
    acquire(fs, first);
    expect(findDirectoryOwner(fs, DIRECTORY, second)).toMatchObject({
      record: { command: 'node job-100.ts' },
      state: 'alive',
    });
    processes.kill(100);
    expect(findDirectoryOwner(fs, DIRECTORY, second)?.state).toBe('dead');
  });

  it('refuses a damaged lock and one of a later release rather than taking it over', () => {
    for (const [content, code] of [
      ['', 'CORRUPT_FILE'],
      ['{"format":1', 'CORRUPT_FILE'],
      ['{"format":1,"token":"../../x"}', 'CORRUPT_FILE'],
      ['null', 'CORRUPT_FILE'],
      ['[]', 'CORRUPT_FILE'],
      ['{"format":2}', 'UNSUPPORTED_VERSION'],
    ]) {
      const { fs, first } = setUp();
      fs.makeDirectory(DIRECTORY);
      {
        using file = fs.open(`${DIRECTORY}/lock`, 'create');
        file.write(new TextEncoder().encode(content));
      }
      expect(() => acquire(fs, first), content).toThrow(expect.objectContaining({ code }));
      expectOnlyLock(fs);
    }
  });

  it('is whole or not there after a power cut, and then belongs to an earlier boot', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { fs, first, processes } = setUp();
      fs.makeDirectory(DIRECTORY);
      fs.syncDirectory('/');
      acquire(fs, first);
      const after = fs.crash({ keep: 'subset', seed });
      processes.reboot();
      acquire(after, processes.start(100));
      expectOnlyLock(after);
    }
  });

  it('succeeds a chain of processes that died while taking over', () => {
    for (const claimants of [1, 2, 5]) {
      const { fs, processes } = withDeadOwner(claimants);
      expect(fs.tree(DIRECTORY).filter((path) => path.endsWith('.next'))).toHaveLength(claimants);
      expect(tryAcquire(fs, processes.start(50))).toBeInstanceOf(DirectoryLock);
      expectOnlyLock(fs);
    }
  });
});

describe('DirectoryLock under failures', () => {
  for (const deadOwner of [false, true]) {
    for (const fault of [{ errno: 'EIO' }, { errno: 'ENOSPC' }, { errno: 'EIO', takesEffect: true }]) {
      const title = `leaves nothing of an attempt whose n-th call failed with ${JSON.stringify(fault)}`;
      it(`${title}${deadOwner ? ', taking over' : ''}`, () => {
        const failed = failEveryCall(fault, (wrap) => {
          const { fs, processes } = deadOwner ? withDeadOwner(1) : setUp();
          const faulty = wrap(fs);
          const me = processes.start(300);
          let lock: DirectoryLock | undefined;
          try {
            lock = acquire(faulty, me);
          } catch (error) {
            expect(error).toBeInstanceOf(CairnError);
          }
          // A failure while leftovers are removed does not fail the acquisition; one of the release can be repeated.
          try {
            lock?.release();
          } catch {
            lock?.release();
          }
          expect(tryAcquire(fs, me), 'a second attempt').toBeInstanceOf(DirectoryLock);
          expect(fs.openHandles).toBe(0);
          // A file that was created although its creation failed carries the token of a live process until it ends.
          processes.kill(300);
          acquire(fs, processes.start(301));
          expectOnlyLock(fs);
        });
        expect(failed).toBeGreaterThan(deadOwner ? 14 : 8);
      });
    }
  }

  it('can be released again after the release failed', () => {
    for (const calls of [['readFile'], ['removeFile']] as const) {
      const { fs, first, second } = setUp();
      const faulty = new FaultyFileSystem(fs);
      const lock = acquire(faulty, first);
      faulty.fail({ at: 1, calls, errno: 'EIO' });
      expect(() => lock.release()).toThrow(expect.objectContaining({ code: 'IO_ERROR' }));
      lock.release();
      expect(tryAcquire(fs, second)).toBeInstanceOf(DirectoryLock);
    }
  });
});

/** How many calls a whole acquisition makes in a given state; more than enough when it is refused. */
const MANY_CALLS = 40;

const STATES: Readonly<Record<string, () => { fs: MemoryFileSystem; processes: FakeProcesses }>> = {
  'a free directory': setUp,
  'a dead owner': () => withDeadOwner(0),
  'a dead owner and a dead claimant': () => withDeadOwner(1),
};

for (const [name, state] of Object.entries(STATES)) {
  describe(`DirectoryLock with ${name}`, () => {
    it('has one winner when another process comes at any moment', () => {
      for (let at = 1; at <= MANY_CALLS; at++) {
        const { fs, processes } = state();
        const outcomes: (DirectoryLock | string)[] = [];
        const outer = new FaultyFileSystem(fs).beforeCall(at, () =>
          outcomes.push(tryAcquire(fs, processes.start(200))),
        );
        outcomes.push(tryAcquire(outer, processes.start(100)));
        if (outcomes.length === 1) break;
        expect(
          outcomes.filter((outcome) => outcome instanceof DirectoryLock),
          `at call ${at}`,
        ).toHaveLength(1);
        expectOnlyLock(fs);
      }
    });

    it('goes to the first when another comes, wins and leaves at any moment', () => {
      for (let at = 1; at <= MANY_CALLS; at++) {
        const { fs, processes } = state();
        let inner: DirectoryLock | string | undefined;
        const outer = new FaultyFileSystem(fs).beforeCall(at, () => {
          inner = tryAcquire(fs, processes.start(200));
          if (inner instanceof DirectoryLock) inner.release();
        });
        expect(tryAcquire(outer, processes.start(100)), `at call ${at}`).toBeInstanceOf(DirectoryLock);
        if (inner === undefined) break;
        expectOnlyLock(fs);
      }
    });

    it('has one winner among three, nested at any two moments', () => {
      let rounds = 0;
      for (let at = 1; at <= MANY_CALLS; at++) {
        for (let deeper = 1; deeper <= MANY_CALLS; deeper++) {
          const { fs, processes } = state();
          const outcomes: (DirectoryLock | string)[] = [];
          const middle = new FaultyFileSystem(fs).beforeCall(deeper, () =>
            outcomes.push(tryAcquire(fs, processes.start(300))),
          );
          const outer = new FaultyFileSystem(fs).beforeCall(at, () =>
            outcomes.push(tryAcquire(middle, processes.start(200))),
          );
          outcomes.push(tryAcquire(outer, processes.start(100)));
          const winners = outcomes.filter((outcome) => outcome instanceof DirectoryLock);
          expect(winners, `at calls ${at} and ${deeper}`).toHaveLength(1);
          expectOnlyLock(fs);
          rounds++;
          if (outcomes.length < 3) break;
        }
      }
      expect(rounds).toBeGreaterThan(100);
    });

    it('is taken by the next one after a death at any call, and by the one after two deaths', () => {
      for (let at = 1; at <= MANY_CALLS; at++) {
        for (let second = 1; second <= MANY_CALLS; second++) {
          const { fs, processes } = state();
          const dying = [
            { pid: 100, fs: new FaultyFileSystem(fs).cutPowerAt(at) },
            { pid: 200, fs: new FaultyFileSystem(fs).cutPowerAt(second) },
          ].map(({ pid, fs: own }) => {
            let died = false;
            try {
              acquire(own, processes.start(pid));
            } catch {
              died = true;
            }
            processes.kill(pid);
            return died;
          });
          expect(tryAcquire(fs, processes.start(300)), `deaths at ${at} and ${second}`).toBeInstanceOf(DirectoryLock);
          expectOnlyLock(fs);
          if (dying[1] === false) break;
        }
      }
    });

    it('is not given to two when a claimant dies in the middle of another attempt', () => {
      for (let at = 1; at <= MANY_CALLS; at++) {
        for (let death = 1; death <= MANY_CALLS; death++) {
          const { fs, processes } = state();
          const outcomes: (DirectoryLock | string)[] = [];
          let died = false;
          const outer = new FaultyFileSystem(fs).beforeCall(at, () => {
            const dying = new FaultyFileSystem(fs).cutPowerAt(death);
            try {
              acquire(dying, processes.start(200));
            } catch {
              died = true;
            }
            processes.kill(200);
            outcomes.push(tryAcquire(fs, processes.start(300)));
          });
          outcomes.push(tryAcquire(outer, processes.start(100)));
          expect(
            outcomes.filter((outcome) => outcome instanceof DirectoryLock),
            `at ${at}, death at ${death}`,
          ).toHaveLength(1);
          // What it left after the winner had looked for leftovers goes with the next owner.
          processes.kill(100);
          processes.kill(300);
          acquire(fs, processes.start(400));
          expectOnlyLock(fs);
          if (!died) break;
        }
      }
    });
  });
}

import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ExitGuard, type Exiting, type ExitingProcess } from '../../../lib/api/exit-guard.ts';

class ProcessOfSpec extends EventEmitter implements ExitingProcess {
  exitCode?: number;
}

class SessionOfSpec implements Exiting {
  readonly ends: (readonly [by: string, code: number | undefined])[] = [];
  stuck: readonly string[] = [];

  failStuckJobs(): readonly string[] {
    return this.stuck;
  }

  abandon(by: string, code?: number): void {
    this.ends.push([by, code]);
  }
}

function setUp() {
  const process = new ProcessOfSpec();
  const warnings: string[] = [];
  const at = { insideTask: false };
  const logger = { warn: (message: string) => void warnings.push(message), info: () => {} };
  const guard = new ExitGuard({ process, logger, isInsideTask: () => at.insideTask });
  return { process, warnings, at, guard };
}

describe('an exit guard', () => {
  test('listens from the first session to the last', () => {
    const { process, guard } = setUp();
    const counts = () => [process.listenerCount('beforeExit'), process.listenerCount('exit')];
    const first = guard.guard(new SessionOfSpec());
    const second = guard.guard(new SessionOfSpec());
    expect(counts()).toEqual([1, 1]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(counts()).toEqual([1, 1]);
    second[Symbol.dispose]();
    expect(counts()).toEqual([0, 0]);
  });

  test('fails the jobs that nothing can end, says so, and sets an exit code', () => {
    const { process, guard, warnings } = setUp();
    const [first, second] = [new SessionOfSpec(), new SessionOfSpec()];
    first.stuck = ['job 0 (count at a.ts:1)', 'job 1 (count at a.ts:2)'];
    second.stuck = ['job 0 (collect at b.ts:1)'];
    guard.guard(first);
    guard.guard(second);
    process.emit('beforeExit', 0);
    expect(process.exitCode).toBe(13);
    expect(warnings.map((line) => line.slice(0, line.indexOf(' can never end')))).toEqual([
      ...first.stuck,
      ...second.stuck,
    ]);
  });

  test('has nothing to say of a process that is done, and leaves a code that is not 0', () => {
    const { process, guard, warnings } = setUp();
    const session = new SessionOfSpec();
    guard.guard(session);
    process.emit('beforeExit', 0);
    expect([process.exitCode, warnings]).toEqual([undefined, []]);
    session.stuck = ['job 0 (count at a.ts:1)'];
    process.exitCode = 5;
    process.emit('beforeExit', 5);
    expect([process.exitCode, warnings.length]).toEqual([5, 1]);
  });

  test('ends the sessions with the process, each whatever the others raise, and keeps its code', () => {
    const { process, guard, warnings } = setUp();
    const [broken, other] = [new SessionOfSpec(), new SessionOfSpec()];
    broken.abandon = () => {
      throw new TypeError('cannot be ended');
    };
    guard.guard(broken);
    guard.guard(other);
    process.emit('exit', 0);
    process.emit('exit', 3);
    expect(other.ends).toEqual([
      ['the end of its process (exit code 0)', 0],
      ['the end of its process (exit code 3)', 3],
    ]);
    expect([process.exitCode, warnings]).toEqual([undefined, []]);
  });

  test('turns exit code 0 from within a task into 1, and leaves any other', () => {
    const { process, guard, warnings, at } = setUp();
    const session = new SessionOfSpec();
    guard.guard(session);
    at.insideTask = true;
    process.emit('exit', 3);
    expect([process.exitCode, warnings]).toEqual([undefined, []]);
    process.emit('exit', 0);
    expect([process.exitCode, warnings.length]).toEqual([1, 1]);
    expect(session.ends.at(-1)).toEqual(['a function of a job, which called process.exit(0)', 0]);
  });
});

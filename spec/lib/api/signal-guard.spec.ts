import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type EndingSignal, type Interruptible, SignalGuard } from '../../../lib/api/signal-guard.ts';

const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A process that signals itself: one without listeners has ended. */
class ProcessOfSpec extends EventEmitter {
  readonly pid = 7;
  readonly endedBy: string[] = [];

  kill(pid: number, signal: EndingSignal): void {
    if (pid === this.pid && !this.emit(signal, signal)) this.endedBy.push(signal);
  }
}

class SessionOfSpec implements Interruptible {
  readonly calls: string[] = [];
  close: () => void = () => {};
  fail: (error: unknown) => void = () => {};

  interrupt(by: string): Promise<void> {
    this.calls.push(`interrupt by ${by}`);
    return new Promise((resolve, reject) => {
      this.close = resolve;
      this.fail = reject;
    });
  }

  abandon(by: string): void {
    this.calls.push(`abandon by ${by}`);
  }
}

function setUp(options: { readonly isReached?: boolean } = {}) {
  const process = new ProcessOfSpec();
  const time = { ms: 0 };
  let late: (() => void) | undefined;
  const guard = new SignalGuard({
    process,
    clock: { nowMs: () => time.ms, monotonicMs: () => time.ms },
    isReached: options.isReached ?? true,
    timer: (delayMs, action) => {
      expect(delayMs).toBe(1500);
      late = action;
      return () => {
        late = undefined;
      };
    },
  });
  const listenerCounts = () => SIGNALS.map((signal) => process.listenerCount(signal));
  return { process, guard, time, listenerCounts, passDeadline: () => late?.(), isTimed: () => late !== undefined };
}

/** Lets what promises cause happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a signal guard', () => {
  test('listens from the first session to the last', () => {
    const { guard, listenerCounts } = setUp();
    expect(listenerCounts()).toEqual([0, 0, 0]);
    const first = guard.guard(new SessionOfSpec());
    const second = guard.guard(new SessionOfSpec());
    expect(listenerCounts()).toEqual([1, 1, 1]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(listenerCounts()).toEqual([1, 1, 1]);
    second[Symbol.dispose]();
    expect(listenerCounts()).toEqual([0, 0, 0]);
  });

  test.each(SIGNALS)('ends all sessions at %s, then the process by it', async (signal) => {
    const { guard, process, listenerCounts, isTimed } = setUp();
    const sessions = [new SessionOfSpec(), new SessionOfSpec(), new SessionOfSpec()] as const;
    const guarded = sessions.map((session) => guard.guard(session));
    process.emit(signal, signal);
    for (const { calls } of sessions) expect(calls).toEqual([`interrupt by ${signal}`]);
    sessions[0].close();
    sessions[1].fail(new TypeError('cannot be closed'));
    await settled();
    expect(process.endedBy).toEqual([]);
    for (const each of guarded) each[Symbol.dispose]();
    expect(listenerCounts()).toEqual([1, 1, 1]);
    sessions[2].close();
    await settled();
    expect(process.endedBy).toEqual([signal]);
    expect(listenerCounts()).toEqual([0, 0, 0]);
    expect(isTimed()).toBe(false);
  });

  test('leaves sessions that take too long, each whatever the others raise', async () => {
    const { guard, process, passDeadline } = setUp();
    const [broken, other] = [new SessionOfSpec(), new SessionOfSpec()];
    broken.abandon = () => {
      throw new TypeError('cannot be left');
    };
    guard.guard(broken);
    guard.guard(other);
    process.emit('SIGTERM', 'SIGTERM');
    passDeadline();
    expect(other.calls).toEqual(['interrupt by SIGTERM', 'abandon by SIGTERM']);
    expect(process.endedBy).toEqual(['SIGTERM']);
    broken.close();
    other.close();
    await settled();
    expect(process.endedBy).toEqual(['SIGTERM']);
  });

  test('takes a signal that comes with the first one for the same request, and ends at once by a later one', () => {
    const { guard, process, time } = setUp();
    const session = new SessionOfSpec();
    guard.guard(session);
    process.emit('SIGINT', 'SIGINT');
    time.ms = 249;
    process.emit('SIGINT', 'SIGINT');
    expect(process.endedBy).toEqual([]);
    time.ms = 250;
    process.emit('SIGTERM', 'SIGTERM');
    expect(process.endedBy).toEqual(['SIGTERM']);
    expect(session.calls).toEqual(['interrupt by SIGINT']);
  });

  test.each(['before', 'after'])('does nothing where the program listens itself, since %s the session', (when) => {
    const { guard, process } = setUp();
    const session = new SessionOfSpec();
    const heard: string[] = [];
    const listen = () => process.on('SIGTERM', (signal) => heard.push(signal));
    if (when === 'before') listen();
    guard.guard(session);
    if (when === 'after') listen();
    process.emit('SIGTERM', 'SIGTERM');
    expect([heard, session.calls, process.endedBy]).toEqual([['SIGTERM'], [], []]);
    process.emit('SIGINT', 'SIGINT');
    expect(session.calls).toEqual(['interrupt by SIGINT']);
  });

  test('leaves a signal to a listener that wanted one only, and takes the next', () => {
    const { guard, process } = setUp();
    const session = new SessionOfSpec();
    process.once('SIGINT', () => {});
    guard.guard(session);
    process.emit('SIGINT', 'SIGINT');
    expect(session.calls).toEqual([]);
    process.emit('SIGINT', 'SIGINT');
    expect(session.calls).toEqual(['interrupt by SIGINT']);
  });

  test('and one of another copy of the engine do not wait for each other', async () => {
    const { guard, process } = setUp();
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const copy = new SignalGuard({ process, clock, isReached: true, timer: () => () => {} });
    const [mine, other] = [new SessionOfSpec(), new SessionOfSpec()];
    guard.guard(mine);
    copy.guard(other);
    process.emit('SIGINT', 'SIGINT');
    mine.close();
    await settled();
    expect(process.endedBy).toEqual([]);
    other.close();
    await settled();
    expect(process.endedBy).toEqual(['SIGINT']);
  });

  test.each([3, 4])('and the package signal-exit %s do not wait for each other', async (release) => {
    const { guard, process } = setUp();
    const session = new SessionOfSpec();
    const emitter = { count: 1 };
    const holder = release === 3 ? process : globalThis;
    const key = release === 3 ? '__signal_exit_emitter__' : Symbol.for('signal-exit emitter');
    const before = Object.getOwnPropertyDescriptor(holder, key);
    if (before !== undefined) return;
    // As that package does: it ends the process where nobody but its own kind listens.
    const listener = () => {
      if (process.listenerCount('SIGINT') !== emitter.count) return;
      process.off('SIGINT', listener);
      process.kill(process.pid, 'SIGINT');
    };
    process.on('SIGINT', listener);
    Object.defineProperty(holder, key, { value: emitter, configurable: true });
    try {
      guard.guard(session);
      process.emit('SIGINT', 'SIGINT');
      session.close();
      await settled();
      expect(process.endedBy).toEqual(['SIGINT']);
    } finally {
      Reflect.deleteProperty(holder, key);
    }
  });

  test('guards again where others kept the process alive', async () => {
    const { guard, process } = setUp();
    const first = new SessionOfSpec();
    guard.guard(first)[Symbol.dispose]();
    guard.guard(first);
    process.emit('SIGINT', 'SIGINT');
    first.close();
    await settled();
    const second = new SessionOfSpec();
    guard.guard(second);
    process.emit('SIGINT', 'SIGINT');
    expect(second.calls).toEqual(['interrupt by SIGINT']);
  });

  test('does nothing in a thread that no signal reaches', () => {
    const { guard, listenerCounts } = setUp({ isReached: false });
    const guarded = guard.guard(new SessionOfSpec());
    expect(listenerCounts()).toEqual([0, 0, 0]);
    guarded[Symbol.dispose]();
  });
});

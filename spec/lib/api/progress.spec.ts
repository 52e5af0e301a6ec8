import { describe, expect, it } from 'vitest';
import { chooseStyle, Progress, type ProgressStyle } from '../../../lib/api/progress.ts';
import { Session } from '../../../lib/api/session.ts';
import { ScratchDirectory } from '../../storage/metadata/example-run.ts';
import { expectGolden } from '../../support/golden.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { Lineage } from '../scheduler/support/lineages.ts';
import { RecorderScript } from './support/recorder-script.ts';

const ERASE = '\r\u001b[K';

/** A terminal that keeps what it is sent, and a timer that is moved by hand. */
class Screen implements Disposable {
  readonly script = new RecorderScript();
  readonly written: string[] = [];
  readonly timers = new Set<() => void>();
  readonly progress: Progress;

  constructor(style: ProgressStyle) {
    const { script, timers } = this;
    this.progress = new Progress({
      events: script.events,
      style,
      terminal: { isInteractive: style === 'bar', columns: 80, write: (text) => void this.written.push(text) },
      clock: { nowMs: () => script.nowMs, monotonicMs: () => script.nowMs },
      timer: (_everyMs, action) => {
        timers.add(action);
        return () => timers.delete(action);
      },
    });
  }

  tick(ms: number): void {
    this.script.wait(ms);
    for (const action of this.timers) action();
  }

  /** What was written since, one line each. */
  take(): string {
    const text = this.written.map((each) => each.replaceAll(ERASE, '<erase>')).join('\n');
    this.written.length = 0;
    return text;
  }

  [Symbol.dispose](): void {
    this.progress[Symbol.dispose]();
    this.script[Symbol.dispose]();
  }
}

function start(screen: Screen) {
  screen.script.startJob(0, new Lineage().collection(4), [0]);
  screen.script.submitStage(0, { tasks: 4 });
  return screen.script.startTask(0, 0);
}

describe('progress on a terminal', () => {
  it('appears after half a second, is drawn over, and is gone when the job is done', () => {
    using screen = new Screen('bar');
    const { script } = screen;
    const steps: string[] = [];
    const note = (what: string) => steps.push(`# ${what}`, screen.take() || '(nothing)');
    const task = start(screen);
    note('submitted');
    screen.tick(499);
    note('at 499 ms');
    screen.tick(1);
    note('at 500 ms');
    script.wait(100);
    script.endTask(task, 0, 0);
    note('a task ends at 600 ms: not due');
    script.wait(100);
    script.startTask(0, 1);
    note('a task starts at 700 ms: due, without the timer');
    script.wait(10);
    script.endStage(0);
    note('the stage completes');
    script.endJob(0);
    note('the job ends');
    screen.tick(1000);
    note('a second later');
    expectGolden('lib/api/progress.txt', steps.join('\n'));
  });

  it('erases its line before the job is over for its caller', () => {
    using screen = new Screen('bar');
    start(screen);
    screen.tick(600);
    screen.take();
    screen.script.endJob(0);
    expect(screen.take()).toBe('<erase>');
  });

  it('leaves its line to a warning, and draws it again', () => {
    using screen = new Screen('bar');
    start(screen);
    screen.tick(600);
    screen.take();
    screen.script.emit({ kind: 'warning', message: 'x' });
    expect(screen.take()).toBe('<erase>');
    screen.tick(200);
    expect(screen.take()).toMatch(/^<erase>\[stage 0/);
  });

  it('runs a timer only while jobs run, and erases its line when it is disposed of', () => {
    using screen = new Screen('bar');
    expect(screen.timers.size).toBe(0);
    start(screen);
    expect(screen.timers.size).toBe(1);
    screen.script.startJob(1, new Lineage().collection(1), []);
    screen.script.endJob(1);
    expect(screen.timers.size).toBe(1);
    screen.tick(600);
    screen.take();
    screen.progress[Symbol.dispose]();
    expect(screen.take()).toBe('<erase>');
    expect(screen.timers.size).toBe(0);
    screen.script.endJob(0);
    expect(screen.take()).toBe('');
  });
});

describe('progress elsewhere', () => {
  it.each([
    [
      'lines',
      'cairn: stage 0 (map at job.ts:2): 2 tasks in 0.2 s\ncairn: stage 1 (map at job.ts:2): 2 tasks in 2.0 s\n',
    ],
    ['long-lines', 'cairn: stage 1 (map at job.ts:2): 2 tasks in 2.0 s\n'],
    ['none', ''],
  ] as const)('in the style %s writes a line for a stage that is over', (style, expected) => {
    using screen = new Screen(style);
    screen.script.startJob(0, new Lineage().collection(2), [0, 1]);
    screen.script.runStage(0);
    screen.script.runStage(1, { taskMs: 1000 });
    screen.script.endJob(0);
    expect(screen.written.join('')).toBe(expected);
    expect(screen.timers.size).toBe(0);
  });
});

describe('the style of progress', () => {
  const terminal = { isInteractive: true };
  const pipe = { isInteractive: false };

  it.each([
    ['auto', terminal, {}, 'bar'],
    ['auto', pipe, {}, 'none'],
    ['auto', pipe, { CI: 'true' }, 'long-lines'],
    ['auto', pipe, { CI: 'false' }, 'none'],
    ['auto', terminal, { VITEST: 'true' }, 'none'],
    ['auto', pipe, { CI: '1', NODE_TEST_CONTEXT: 'child-v8' }, 'none'],
    ['on', terminal, { VITEST: 'true' }, 'bar'],
    ['on', pipe, {}, 'lines'],
    ['off', terminal, { CI: '1' }, 'none'],
  ] as const)('%s on %o with %o is %s', (mode, where, environment, style) => {
    expect(chooseStyle(mode, where, environment)).toBe(style);
  });
});

describe('a session', () => {
  it('shows its stages, and nothing any more once it is closed', async () => {
    using scratch = new ScratchDirectory();
    const written: string[] = [];
    const terminal = { isInteractive: false, columns: 80, write: (text: string) => void written.push(text) };
    const options = { dir: scratch.path, master: SPEC_MASTER, progress: 'on' } as const;
    await using session = await Session.openWith(options, { terminal });
    await session.range(0, 10, 1, 1).count();
    expect(written).toEqual([
      expect.stringMatching(/^cairn: stage 0 \(count at progress\.spec\.ts:\d+\): 1 task in \d+\.\d s\n$/),
    ]);
  });
});

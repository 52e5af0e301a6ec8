/**
 * Shows how far the running stages are, on stderr: on a terminal as one line that is drawn over and gone when they are
 * done, elsewhere as one line for each stage that is over.
 *
 * The line goes before the promise of a job resolves, so that what the program prints then starts on a clean line. It is
 * drawn when an event finds it due, since tasks in the session's own thread let no timer through, and by a timer, since
 * tasks on workers may be quiet for long.
 */
import type { Clock } from '../base/clock.ts';
import type { Terminal } from '../base/terminal.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import type { EventBus } from '../events/event-bus.ts';
import { RunReport, type StageReport } from '../events/run-report.ts';
import { renderProgress, renderStageEnd } from './progress-line.ts';

/** Stages are shown once they run for so long: most are over before anyone could read their name. */
const SHOW_AFTER_MS = 500;
const REFRESH_MS = 200;
/** Back to the first column, and the line erased from there. */
const ERASE = '\r\u001b[K';

/** Calls back every so often until stopped by what it gives. Must not keep the process alive. */
export type ProgressTimer = (everyMs: number, action: () => void) => () => void;

export interface ProgressOptions {
  readonly events: EventBus;
  readonly style: ProgressStyle;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly timer?: ProgressTimer;
}

/** `bar` draws over its line; `lines` writes one for each stage, `long-lines` for each that was worth a bar. */
export type ProgressStyle = 'bar' | 'lines' | 'long-lines' | 'none';

/**
 * How progress is shown. `auto` is silent where nobody asked: outside of terminals, except for the log of a build
 * server, and in the test runners of Node, Vitest and Jest.
 */
export function chooseStyle(
  mode: 'auto' | 'on' | 'off',
  terminal: Pick<Terminal, 'isInteractive'>,
  environment: Readonly<Record<string, string | undefined>>,
): ProgressStyle {
  if (mode === 'off') return 'none';
  if (mode === 'on') return terminal.isInteractive ? 'bar' : 'lines';
  const isSet = (name: string) => !['', '0', 'false'].includes(environment[name] ?? '');
  if (isSet('VITEST') || isSet('NODE_TEST_CONTEXT') || isSet('JEST_WORKER_ID')) return 'none';
  if (terminal.isInteractive) return 'bar';
  return isSet('CI') ? 'long-lines' : 'none';
}

/** See the file header. Disposing of it ends it, with its line erased. */
export class Progress implements Disposable {
  readonly #style: ProgressStyle;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #timer: ProgressTimer;
  readonly #subscription: Disposable;
  #report = new RunReport();
  #runningJobs = 0;
  #isDrawn = false;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(options: ProgressOptions) {
    this.#style = options.style;
    this.#terminal = options.terminal;
    this.#clock = options.clock;
    this.#timer = options.timer ?? startInterval;
    this.#subscription =
      this.#style === 'none' ? { [Symbol.dispose]() {} } : options.events.subscribe((event) => this.#onEvent(event));
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#rest();
  }

  #onEvent(event: EngineEvent): void {
    this.#report.add(event);
    switch (event.kind) {
      case 'job-submitted':
        this.#runningJobs++;
        if (this.#style === 'bar') this.#stopTimer ??= this.#timer(REFRESH_MS, () => this.#draw());
        break;
      case 'job-ended':
        this.#runningJobs--;
        this.#report.forgetJob(event.jobId);
        this.#erase();
        if (this.#runningJobs === 0) this.#rest();
        break;
      case 'stage-completed':
      case 'stage-failed':
        this.#endStage(this.#report.stages.get(event.stageId));
        break;
      case 'warning':
        // Whoever writes it down does so after this.
        this.#erase();
        break;
      default:
        this.#drawWhenDue();
    }
  }

  #endStage(stage: StageReport | undefined): void {
    if (this.#style === 'bar') {
      if (this.#isDrawn) this.#draw();
      return;
    }
    if (stage === undefined) return;
    const { submittedAtMs, endedAtMs = submittedAtMs } = stage;
    if (this.#style === 'long-lines' && endedAtMs - submittedAtMs < SHOW_AFTER_MS) return;
    this.#terminal.write(`cairn: ${renderStageEnd(stage)}\n`);
  }

  #drawWhenDue(): void {
    if (this.#style === 'bar' && this.#clock.monotonicMs() - this.#drawnAtMs >= REFRESH_MS) this.#draw();
  }

  #draw(): void {
    this.#drawnAtMs = this.#clock.monotonicMs();
    const shownSince = this.#clock.nowMs() - SHOW_AFTER_MS;
    const stages = [...this.#report.stages.values()].filter(
      ({ status, submittedAtMs }) => status === 'running' && submittedAtMs <= shownSince,
    );
    if (stages.length === 0) {
      this.#erase();
      return;
    }
    this.#terminal.write(ERASE + renderProgress(stages, this.#terminal.columns));
    this.#isDrawn = true;
  }

  #erase(): void {
    if (this.#isDrawn) this.#terminal.write(ERASE);
    this.#isDrawn = false;
  }

  /** Nothing runs: a session of many jobs holds none of them. */
  #rest(): void {
    this.#erase();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#report = new RunReport();
  }
}

function startInterval(everyMs: number, action: () => void): () => void {
  const interval = setInterval(action, everyMs);
  interval.unref();
  return () => clearInterval(interval);
}

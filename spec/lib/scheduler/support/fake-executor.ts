import type { StageId } from '../../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../../lib/events/engine-event.ts';
import type { Executor } from '../../../../lib/exec/executor.ts';
import type { AccumulatorUpdate, TaskDescription, TaskOutcome } from '../../../../lib/exec/task.ts';

/** An attempt under way, to be ended by hand. */
export interface RunningAttempt {
  readonly task: TaskDescription;
  readonly signal: AbortSignal;
  /** `stage.attempt/partition#attempt`. */
  readonly name: string;
  end(outcome: TaskOutcome): void;
}

/**
 * Runs nothing: attempts wait until a spec ends them. Without names of threads it is one thread that takes several
 * attempts, as the inline one; with names, each thread takes one.
 */
export class FakeExecutor implements Executor {
  readonly slots: number;
  readonly threads: string[];
  readonly #isNamed: boolean;
  /** In the order they were started. */
  readonly running: RunningAttempt[] = [];
  readonly forgotten: StageId[] = [];
  started = 0;
  #onIdle: () => void = () => {};

  constructor(slots = 2, threads: readonly string[] = []) {
    this.slots = threads.length === 0 ? slots : threads.length;
    this.threads = [...threads];
    this.#isNamed = threads.length > 0;
  }

  get names(): string[] {
    return this.running.map(({ name }) => name);
  }

  idle(): readonly string[] {
    if (!this.#isNamed) return this.running.length < this.slots ? ['driver'] : [];
    return this.threads.filter((name) => this.running.every(({ task }) => task.executor !== name));
  }

  onIdle(listener: () => void): void {
    this.#onIdle = listener;
  }

  /** A thread comes to those there are. */
  addThread(name: string): void {
    this.threads.push(name);
    this.#onIdle();
  }

  run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    this.started++;
    return new Promise((resolve) => {
      const attempt: RunningAttempt = {
        task,
        signal,
        name: `${task.stageId}.${task.stageAttempt}/${task.partition}#${task.attempt}`,
        end: (outcome) => {
          this.running.splice(this.running.indexOf(attempt), 1);
          resolve(outcome);
        },
      };
      this.running.push(attempt);
    });
  }

  forgetStage(stageId: StageId): void {
    this.forgotten.push(stageId);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The attempt of this name; the oldest one by default. */
  find(name?: string): RunningAttempt {
    const attempt = name === undefined ? this.running[0] : this.running.find((each) => each.name === name);
    if (attempt === undefined) throw new RangeError(`${name ?? 'no task'} does not run: ${this.names.join(' ')}`);
    return attempt;
  }

  /** What runs where, as `0.0/1#0@worker-1`. */
  get places(): string[] {
    return this.running.map(({ name, task }) => `${name}@${task.executor}`);
  }

  /** Ends an attempt well; a result is `<partition>!` unless given. Resolves when the scheduler has taken it in. */
  async succeed(name?: string, value?: unknown): Promise<void> {
    const attempt = this.find(name);
    attempt.end(succeeded(attempt.task, value ?? `${attempt.task.partition}!`));
    await settled();
  }

  async fail(error: Error, name?: string): Promise<void> {
    this.find(name).end({ kind: 'failed', error, metrics: NO_METRICS });
    await settled();
  }

  /** Ends all attempts well, and those started meanwhile. */
  async succeedAll(): Promise<void> {
    while (this.running.length > 0) await this.succeed();
  }

  /** Ends as cancelled what the scheduler aborted. */
  async endAborted(): Promise<void> {
    for (const attempt of this.running.filter(({ signal }) => signal.aborted)) {
      attempt.end({ kind: 'cancelled', metrics: NO_METRICS });
    }
    await settled();
  }
}

/** The outcome of a task that did its work. */
export function succeeded(
  task: TaskDescription,
  value: unknown,
  accumulators: readonly AccumulatorUpdate[] = [],
): TaskOutcome {
  const { work, partition, taskId } = task;
  const common = { kind: 'succeeded', accumulators, metrics: NO_METRICS } as const;
  if (work.kind === 'result') return { ...common, value, mapOutput: undefined };
  const { shuffleId } = work.dependency;
  const mapOutput = { shuffleId, mapIndex: partition, taskId, partitionBytes: [], partitionRows: [] };
  return { ...common, value: undefined, mapOutput };
}

/** When all that was waiting to go on has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { setRecordCodegen } from '../../formats/record/record-codegen.ts';
import { CairnError } from '../base/errors.ts';
import type { StageId } from '../base/ids.ts';
import { startTimeout } from '../base/start-timeout.ts';
import type { Executor } from './executor.ts';
import { StageChains } from './stage-chains.ts';
import type { TaskDescription, TaskOutcome } from './task.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { runTask, YIELD_MS } from './task-runner.ts';

const DRIVER: readonly string[] = ['driver'];

/**
 * Runs tasks in the caller's thread. With more than one slot, tasks that wait for promises or for their turn of the
 * event loop overlap; computing itself is one at a time. The same task code as on workers.
 */
export class InlineExecutor implements Executor {
  readonly slots: number;
  readonly #environment: TaskEnvironment;
  readonly #taskTimeoutMs: number | undefined;
  #running = 0;
  #turnMs = Number.NEGATIVE_INFINITY;
  readonly #stages = new Map<StageId, StageChains>();

  /** `taskTimeoutMs`: how long an attempt may take; undefined for no limit. */
  constructor(environment: TaskEnvironment, slots: number, taskTimeoutMs?: number) {
    setRecordCodegen(environment.codegen !== 'off');
    this.slots = slots;
    this.#environment = environment;
    this.#taskTimeoutMs = taskTimeoutMs;
  }

  idle(): readonly string[] {
    return this.#running < this.slots ? DRIVER : [];
  }

  /** Its thread is there from the start. */
  onIdle(): void {}

  async run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    this.#running++;
    try {
      return await this.#run(task, signal);
    } finally {
      this.#running--;
    }
  }

  async #run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    const { clock } = this.#environment;
    // Many short tasks in a row must not keep timers and signals waiting.
    if (clock.monotonicMs() - this.#turnMs >= YIELD_MS) {
      await nextTurn();
      this.#turnMs = clock.monotonicMs();
    }
    if (this.#taskTimeoutMs !== undefined) return await this.#runWithin(this.#taskTimeoutMs, task, signal);
    return await runTask(task, this.#environment, this.#chainsOf(task.stageId), signal);
  }

  /** An attempt past its time is told to stop as if it was cancelled, and has failed. */
  async #runWithin(limitMs: number, task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
    const late = new AbortController();
    const stopTimer = startTimeout(limitMs, () => late.abort());
    try {
      const either = AbortSignal.any([signal, late.signal]);
      const outcome = await runTask(task, this.#environment, this.#chainsOf(task.stageId), either);
      if (outcome.kind !== 'cancelled' || signal.aborted) return outcome;
      const { taskId, partition } = task;
      const params = { task: taskId, partition, timeout: `${limitMs} ms` };
      return { kind: 'failed', error: new CairnError('TASK_TIMED_OUT', params), metrics: outcome.metrics };
    } finally {
      stopTimer();
    }
  }

  forgetStage(stageId: StageId): void {
    this.#stages.delete(stageId);
  }

  close(): Promise<void> {
    this.#stages.clear();
    return Promise.resolve();
  }

  #chainsOf(stageId: StageId): StageChains {
    let chains = this.#stages.get(stageId);
    if (chains === undefined) {
      chains = new StageChains(stageId, this.#environment.codegen);
      this.#stages.set(stageId, chains);
    }
    return chains;
  }
}

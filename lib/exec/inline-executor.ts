import { setImmediate as nextTurn } from 'node:timers/promises';
import { setRecordCodegen } from '../../formats/record/record-codegen.ts';
import type { StageId } from '../base/ids.ts';
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
  #running = 0;
  #turnMs = Number.NEGATIVE_INFINITY;
  readonly #stages = new Map<StageId, StageChains>();

  constructor(environment: TaskEnvironment, slots: number) {
    setRecordCodegen(environment.codegen !== 'off');
    this.slots = slots;
    this.#environment = environment;
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
    return await runTask(task, this.#environment, this.#chainsOf(task.stageId), signal);
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

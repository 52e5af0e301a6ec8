import type { StageId } from '../base/ids.ts';
import type { Executor } from './executor.ts';
import { StageChains } from './stage-chains.ts';
import type { TaskDescription, TaskOutcome } from './task.ts';
import type { TaskEnvironment } from './task-environment.ts';
import { runTask } from './task-runner.ts';

/** Runs tasks in the caller's thread, one at a time: master `local`. The same task code as on workers. */
export class InlineExecutor implements Executor {
  readonly slots = 1;
  readonly name = 'driver';
  readonly #environment: TaskEnvironment;
  readonly #stages = new Map<StageId, StageChains>();

  constructor(environment: TaskEnvironment) {
    this.#environment = environment;
  }

  async run(task: TaskDescription, signal: AbortSignal): Promise<TaskOutcome> {
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

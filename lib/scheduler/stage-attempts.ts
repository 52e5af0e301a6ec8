/** Attempts at the partitions of a stage: which run, which are still wanted, and how often each was tried. */
import type { TaskDescription } from '../exec/task.ts';
import type { StageState, Tries } from './stage-graph.ts';

/** Whether the task belongs to the stage attempt that runs now; otherwise it was given up, and only a success counts. */
export function isCurrent(state: StageState, task: TaskDescription): boolean {
  return state.phase === 'running' && task.stageAttempt === state.attempt;
}

/** Whether the current attempt waits for the task's partition; otherwise another copy of the task was first. */
export function isWanted(state: StageState, task: TaskDescription): boolean {
  return isCurrent(state, task) && state.unfinished.has(task.partition);
}

/** How often the partition was tried in the current attempt at the stage; for the caller to change. */
export function triesOf(state: StageState, partition: number): Tries {
  let tries = state.tries.get(partition);
  if (tries === undefined) {
    tries = { starts: 0, failures: 0, strays: 0 };
    state.tries.set(partition, tries);
  }
  return tries;
}

export function noteStart(state: StageState, task: TaskDescription): void {
  const { taskId, partition } = task;
  const others = state.running.get(partition);
  state.running.set(partition, others === undefined ? [taskId] : [...others, taskId]);
  if (isCurrent(state, task)) triesOf(state, partition).starts++;
}

/** A task that was never started is not noted. */
export function noteEnd(state: StageState, { taskId, partition }: TaskDescription): void {
  const left = state.running.get(partition)?.filter((other) => other !== taskId) ?? [];
  if (left.length === 0) state.running.delete(partition);
  else state.running.set(partition, left);
}

/** Whether this task alone computes a partition that the stage waits for, be it left over from an earlier attempt. */
export function isAloneFor(state: StageState, { taskId, partition }: TaskDescription): boolean {
  if (state.phase !== 'running' || !state.unfinished.has(partition)) return false;
  const running = state.running.get(partition);
  return running?.length === 1 && running[0] === taskId;
}

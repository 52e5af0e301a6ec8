import { CairnError, describeValue } from '../base/errors.ts';
import type { TaskScope } from './current-task.ts';
import type { TaskDescription } from './task.ts';
import type { TaskListeners } from './task-listeners.ts';

/**
 * What functions see of an attempt. It keeps nothing of the attempt's work alive: what a function opens in a task, and
 * leaves open, refers to it for as long as that lives.
 */
export function newTaskScope(
  { partition, attempt, stageId, taskId }: TaskDescription,
  signal: AbortSignal,
  isCancelled: () => boolean,
  listeners: TaskListeners,
): TaskScope {
  return Object.freeze<TaskScope>({
    partition,
    attempt,
    stage: stageId,
    taskId,
    signal,
    isInterrupted: isCancelled,
    onCompletion: (listener) => listeners.onCompletion(checkListener('onCompletion', listener)),
    onFailure: (listener) => listeners.onFailure(checkListener('onFailure', listener)),
  });
}

/** Whether an attempt is to stop, by its signal or by what loops of a worker can see. */
export function cancellation(
  { taskId }: TaskDescription,
  signal: AbortSignal,
  isCancelled: ((taskId: TaskDescription['taskId']) => boolean) | undefined,
): () => boolean {
  return () => signal.aborted || isCancelled?.(taskId) === true;
}

function checkListener<F>(method: string, listener: F): F {
  if (typeof listener === 'function') return listener;
  const found = describeValue(listener);
  throw new CairnError('INVALID_ARGUMENT', { method, argument: 'listener', expected: 'a function', found });
}

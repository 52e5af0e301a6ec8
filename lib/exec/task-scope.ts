import { AsyncLocalStorage } from 'node:async_hooks';
import { CairnError } from '../base/errors.ts';

/**
 * Knows whether code runs on behalf of a task, across awaits: datasets and actions are refused there, since a task that
 * waited for another job would hold the slot that the job needs.
 */
const scope = new AsyncLocalStorage<true>();

/** Runs `work` as part of a task. */
export function insideTask<T>(work: () => T): T {
  return scope.run(true, work);
}

/** Raises ACTION_INSIDE_TASK when called on behalf of a task. */
export function refuseInsideTask(method: string): void {
  if (scope.getStore() === true) throw new CairnError('ACTION_INSIDE_TASK', { method });
}

import { CairnError } from '../base/errors.ts';
import { unreachable } from '../base/invariant.ts';

/**
 * Whether running a task again may help after this error. By kind, never by text: bad luck, damage and shortage pass
 * or are worked around, and a user's function may depend on the world outside. A call that is wrong stays wrong, a
 * cancelled task is not wanted, and a bug of the engine is better seen at once.
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof CairnError)) return true;
  switch (error.kind) {
    case 'transient':
    case 'corruption':
      return true;
    case 'resource':
      // What needs more than there is at all needs it again.
      return error.code !== 'MEMORY_LIMIT';
    case 'user':
      return error.code === 'TASK_FAILED';
    case 'cancelled':
    case 'internal':
      return false;
    default:
      return unreachable(error.kind);
  }
}

/** What becomes of a partition whose task failed for the `failures`-th time in one stage attempt. */
export function decideRetry(error: unknown, failures: number, maxFailures: number): 'retry' | 'abort' {
  return failures < maxFailures && isRetryable(error) ? 'retry' : 'abort';
}

/** The error as its thrower made it: user functions' errors are wrapped once by the task that ran them. */
export function originalError(error: unknown): unknown {
  return CairnError.is(error, 'TASK_FAILED') && error.cause !== undefined ? error.cause : error;
}

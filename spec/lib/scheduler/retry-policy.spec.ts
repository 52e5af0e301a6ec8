import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { taskId } from '../../../lib/base/ids.ts';
import { decideRetry, isRetryable, originalError } from '../../../lib/scheduler/retry-policy.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';
import { TaskMemory } from '../../../storage/memory/task-memory.ts';

const thrown = new TypeError('x is undefined');
const wrapped = new CairnError(
  'TASK_FAILED',
  { operation: 'map', partition: 0, dataset: 'd', attempt: 0, reason: 'x' },
  { cause: thrown },
);
const transient = new CairnError('IO_ERROR', { operation: 'read', path: '/a', reason: 'EIO' });

describe('retrying', () => {
  it.each([
    ['what a user function threw', wrapped, true],
    ['an error that is none of ours', thrown, true],
    ['bad luck', transient, true],
    ['damage', new CairnError('CORRUPT_DATA', { offset: 0, expected: 'a', found: 'b' }), true],
    ['more than there is', new TaskMemory(new MemoryBudget({ totalBytes: 1 }), taskId(0), 1).limitError('x', 2), false],
    ['shortage', new CairnError('DISK_FULL', { path: '/a', neededBytes: 1, freeBytes: 0 }), true],
    [
      'a worker that is gone',
      new CairnError('WORKER_LOST', { worker: 'w', task: 1, partition: 0, dataset: 'd', reason: 'x' }),
      true,
    ],
    ['a task that hung', new CairnError('TASK_TIMED_OUT', { task: 1, partition: 0, timeout: '1 s' }), true],
    ['what cannot travel', new CairnError('TASK_NOT_SERIALIZABLE', { path: 'p', reason: 'x', remedy: 'y' }), false],
    ['a value that cannot', new CairnError('VALUE_NOT_SERIALIZABLE', { path: 'p', found: 'x', remedy: 'y' }), false],
    ['a call that is wrong', new CairnError('FILE_NOT_FOUND', { path: '/a' }), false],
    ['a cancelled task', new CairnError('TASK_CANCELLED', { task: 1 }), false],
    ['a bug of the engine', new CairnError('INTERNAL', { detail: 'x' }), false],
  ])('of %s: %s is %s', (_, error, expected) => {
    expect(isRetryable(error)).toBe(expected);
    expect(decideRetry(error, 1, 4)).toBe(expected ? 'retry' : 'abort');
  });

  it('ends when a partition has failed as often as it may', () => {
    expect([1, 2, 3, 4, 5].map((failures) => decideRetry(transient, failures, 4))).toEqual([
      'retry',
      'retry',
      'retry',
      'abort',
      'abort',
    ]);
    expect(decideRetry(transient, 1, 1)).toBe('abort');
  });
});

describe('the original error', () => {
  it('is the very object a user function threw', () => {
    expect(originalError(wrapped)).toBe(thrown);
  });

  it('is the error itself when it was not wrapped, or wraps nothing', () => {
    expect(originalError(transient)).toBe(transient);
    expect(originalError(thrown)).toBe(thrown);
    const empty = new CairnError('TASK_FAILED', wrapped.params, { cause: undefined });
    expect(originalError(empty)).toBe(empty);
  });
});

import { describe, expect, test } from 'vitest';
import { RunningActions } from '../../../lib/api/running-actions.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { jobId } from '../../../lib/base/ids.ts';
import type { JobHandle } from '../../../lib/scheduler/job-handle.ts';

/** A job that ends when it is cancelled, or by `end`. */
function jobOfSpec(id: number) {
  let resolve: (values: unknown[]) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<unknown[]>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  const cancel = (reason: string) => reject(new CairnError('JOB_CANCELLED', { job: id, name: 'count', reason }));
  const handle: JobHandle = { jobId: jobId(id), result: promise, cancel };
  return { handle, end: resolve };
}

describe('running actions', () => {
  test('give the values of their jobs, and are gone when disposed', async () => {
    const actions = new RunningActions();
    const action = actions.begin('count at a.ts:1');
    const { handle, end } = jobOfSpec(0);
    const values = action.follow(handle);
    expect(actions.size).toBe(1);
    end([1, 2]);
    expect(await values).toEqual([1, 2]);
    action[Symbol.dispose]();
    expect(actions.size).toBe(0);
  });

  test('that are stuck fail with JOB_ABANDONED, whose cause tells what was done', async () => {
    const actions = new RunningActions();
    const action = actions.begin('count at a.ts:1');
    const values = action.follow(jobOfSpec(4).handle);
    expect(actions.failStuck()).toEqual(['job 4 (count at a.ts:1)']);
    const error = await values.catch((thrown: unknown) => action.explain(thrown));
    expect(error).toMatchObject({ code: 'JOB_ABANDONED', params: { job: 4, name: 'count at a.ts:1' } });
    expect((error as CairnError).cause).toMatchObject({ code: 'JOB_CANCELLED' });
  });

  test('that wait for no job of theirs are not stuck, and other errors stay what they are', async () => {
    const actions = new RunningActions();
    const action = actions.begin('count at a.ts:1');
    expect(actions.failStuck()).toEqual([]);
    const { handle, end } = jobOfSpec(0);
    end([]);
    await action.follow(handle);
    expect(actions.failStuck()).toEqual([]);
    const cancelled = new CairnError('JOB_CANCELLED', { job: 0, name: 'count', reason: 'its user had enough' });
    expect(action.explain(cancelled)).toBe(cancelled);
    const stuck = action.follow(jobOfSpec(1).handle);
    actions.failStuck();
    await stuck.catch(() => {});
    const failed = new TypeError('something else');
    expect(action.explain(failed)).toBe(failed);
  });

  test('are undone, each whatever the others raise', () => {
    const actions = new RunningActions();
    const undone: string[] = [];
    actions.begin('a', () => {
      throw new TypeError('cannot be undone');
    });
    actions.begin('b', () => undone.push('b'));
    actions.begin('c');
    actions.begin('d', () => undone.push('d'))[Symbol.dispose]();
    expect(() => actions.undo()).toThrow('cannot be undone');
    expect(undone).toEqual(['b']);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { stageId, taskId } from '../../../lib/base/ids.ts';
import { currentTask } from '../../../lib/exec/current-task.ts';
import { TaskListeners } from '../../../lib/exec/task-listeners.ts';
import { cancellation, newTaskScope } from '../../../lib/exec/task-scope.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { origin } from '../../support/scan-task.ts';
import { describeTask, runOn, taskBench } from './support/task-bench.ts';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

const node = new CollectionNode(origin(), [1], 1);
const task = describeTask({ kind: 'result', node, action: { kind: 'count' } }, 3, {
  taskId: taskId(9),
  attempt: 1,
  stageId: stageId(5),
});

describe('what functions see of a task', () => {
  it('is its place, and the way to its end', async () => {
    const { signal } = new AbortController();
    const listeners = new TaskListeners(async () => {});
    const scope = newTaskScope(task, signal, () => false, listeners);
    expect(scope).toMatchObject({ partition: 3, attempt: 1, stage: 5, taskId: 9, signal });
    expect([scope.isInterrupted(), Object.isFrozen(scope)]).toEqual([false, true]);
    const ran: string[] = [];
    scope.onCompletion(() => ran.push('completion'));
    scope.onFailure(({ message }) => ran.push(message));
    await listeners.run(new Error('why'));
    expect(ran).toEqual(['why', 'completion']);
    expect(() => scope.onCompletion(undefined as never)).toThrow(/INVALID_ARGUMENT: onCompletion: listener must be/);
    expect(() => scope.onFailure('x' as never)).toThrow(/onFailure: listener must be a function, found "x"/);
  });

  it('tells of an interruption by the signal, and by what a loop can see', () => {
    const controller = new AbortController();
    let flagged = -1;
    const isCancelled = cancellation(task, controller.signal, (id) => id === flagged);
    expect(isCancelled()).toBe(false);
    flagged = 9;
    expect(isCancelled()).toBe(true);
    flagged = 8;
    expect(isCancelled()).toBe(false);
    controller.abort();
    expect(isCancelled()).toBe(true);
    expect(cancellation(task, new AbortController().signal, undefined)()).toBe(false);
  });

  it('does not keep the task’s work alive for what a function leaves open', async () => {
    const kept: unknown[] = [];
    const lineages: WeakRef<object>[] = [];
    const bench = taskBench();
    await (async () => {
      const source = new CollectionNode(origin(), [1, 2], 1);
      const opening = new StepNode(origin(), source, {
        kind: 'map',
        f: () => {
          kept.push(
            setInterval(() => {}, 1000),
            currentTask(),
          );
          currentTask()?.scope.onCompletion(() => nextTurn());
        },
      });
      lineages.push(new WeakRef(source));
      await runOn(bench, describeTask({ kind: 'result', node: opening, action: { kind: 'count' } }));
    })();
    for (let i = 0; i < 50 && lineages[0]?.deref() !== undefined; i++) {
      // A reference that was asked for is kept until the turn ends.
      await nextTurn();
      collectGarbage();
    }
    expect(lineages[0]?.deref()).toBe(undefined);
    for (const each of kept) if (each instanceof Object && 'ref' in each) clearInterval(each as NodeJS.Timeout);
  });
});

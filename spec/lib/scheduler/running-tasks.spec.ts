import { describe, expect, it } from 'vitest';
import { stageId, taskId } from '../../../lib/base/ids.ts';
import { RunningTasks } from '../../../lib/scheduler/running-tasks.ts';
import { runningTask } from './support/running-task.ts';

describe('running tasks', () => {
  it('are found by id and by stage, in the order they were started', () => {
    const tasks = new RunningTasks();
    const all = [runningTask({ id: 5 }), runningTask({ id: 3 }), runningTask({ id: 4, stage: 1 })];
    for (const each of all) tasks.add(each);
    expect(tasks.size).toBe(3);
    expect(tasks.find(taskId(3))).toBe(all[1]);
    expect(tasks.find(taskId(9))).toBeUndefined();
    expect(tasks.ofStage(stageId(0))).toEqual(all.slice(0, 2));
    expect([...tasks.values()]).toEqual(all);
  });

  it('keep a thread busy until its last one has ended', () => {
    const tasks = new RunningTasks();
    const [first, second] = [runningTask({ id: 0, executor: 'a' }), runningTask({ id: 1, executor: 'a' })];
    tasks.add(first);
    tasks.add(second);
    tasks.remove(first);
    tasks.remove(first);
    expect([tasks.isBusy('a'), tasks.isBusy('b')]).toEqual([true, false]);
    tasks.remove(second);
    expect(tasks.isBusy('a')).toBe(false);
    expect(tasks.size).toBe(0);
  });
});

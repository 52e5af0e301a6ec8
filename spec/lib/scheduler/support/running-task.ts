import { jobId, stageId, taskId } from '../../../../lib/base/ids.ts';
import type { RunningTask } from '../../../../lib/scheduler/running-tasks.ts';
import { TaskSet } from '../../../../lib/scheduler/task-set.ts';
import { Lineage } from './lineages.ts';

const work = { kind: 'result', node: new Lineage().collection(1), action: { kind: 'count' } } as const;

/** The set of an attempt at stage `stage`, with so many tasks. */
export function taskSetOf(
  tasks: number,
  stage = 0,
  threadsFor: (partition: number) => readonly string[] = () => [],
): TaskSet {
  const partitions = Array.from({ length: tasks }, (_, i) => i);
  const identity = { stageId: stageId(stage), stageAttempt: 0, jobId: jobId(0), pool: 'default' };
  return new TaskSet({ ...identity, work, shuffleIds: [], partitions }, threadsFor);
}

export function runningTask(
  options: { id?: number; stage?: number; executor?: string; startedMs?: number; taskSet?: TaskSet } = {},
): RunningTask {
  const { id = 0, stage = 0, executor = 'driver', startedMs = 0, taskSet = taskSetOf(1, stage) } = options;
  const task = {
    taskId: taskId(id),
    jobId: jobId(0),
    stageId: stageId(stage),
    stageAttempt: 0,
    partition: id,
    attempt: 0,
    executor,
    speculative: false,
    work,
    shuffles: new Map(),
  };
  return { task, taskSet, controller: new AbortController(), startedMs, wasCopied: false };
}

import { describe, expect, it } from 'vitest';
import { stageId, taskId } from '../../../lib/base/ids.ts';
import type { TaskDescription } from '../../../lib/exec/task.ts';
import { isAloneFor, isCurrent, isWanted, noteEnd, noteStart, triesOf } from '../../../lib/scheduler/stage-attempts.ts';
import type { StageState } from '../../../lib/scheduler/stage-graph.ts';
import { runningTask } from './support/running-task.ts';

const task = (id: number, partition: number, stageAttempt = 1): TaskDescription => {
  return { ...runningTask().task, taskId: taskId(id), partition, stageAttempt };
};

/** The second attempt at a stage, which has yet to finish partitions 0 and 1. */
function stateOf(phase: StageState['phase'] = 'running'): StageState {
  return {
    stage: { kind: 'result', id: stageId(0) } as StageState['stage'],
    parents: new Set(),
    jobs: new Set(),
    phase,
    attempt: 1,
    waitingFor: new Set(),
    waiters: new Set(),
    losses: new Map(),
    unfinished: new Set([0, 1]),
    withoutValue: new Set(),
    tries: new Map(),
    running: new Map(),
  };
}

describe('a task', () => {
  it('is current while its attempt at the stage runs, and wanted while its partition is not finished', () => {
    const state = stateOf();
    const tasks = [task(0, 0), task(1, 2), task(2, 0, 0)];
    expect(tasks.map((each) => isCurrent(state, each))).toEqual([true, true, false]);
    expect(tasks.map((each) => isWanted(state, each))).toEqual([true, false, false]);
    expect(tasks.map((each) => isCurrent(stateOf('failed'), each))).toEqual([false, false, false]);
  });

  it('is noted while it runs, and counts for its own attempt at the stage', () => {
    const state = stateOf();
    const [first, copy, left] = [task(0, 0), task(1, 0), task(2, 1, 0)];
    for (const each of [first, copy, left]) noteStart(state, each);
    expect(state.running).toEqual(
      new Map([
        [0, [0, 1]],
        [1, [2]],
      ]),
    );
    expect([triesOf(state, 0).starts, triesOf(state, 1).starts]).toEqual([2, 0]);
    noteEnd(state, first);
    noteEnd(state, left);
    noteEnd(state, task(9, 1));
    expect(state.running).toEqual(new Map([[0, [1]]]));
  });

  it('is alone for its partition without a copy, though it be left over', () => {
    const state = stateOf();
    const [first, copy, left, finished] = [task(0, 0), task(1, 0), task(2, 1, 0), task(3, 2)];
    for (const each of [first, left, finished]) noteStart(state, each);
    expect([first, copy, left, finished].map((each) => isAloneFor(state, each))).toEqual([true, false, true, false]);
    noteStart(state, copy);
    expect(isAloneFor(state, first)).toBe(false);
    state.phase = 'failed';
    expect(isAloneFor(state, left)).toBe(false);
  });
});

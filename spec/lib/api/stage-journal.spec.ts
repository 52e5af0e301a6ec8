import { describe, expect, it } from 'vitest';
import { type GatheredStage, StageJournal } from '../../../lib/api/stage-journal.ts';
import { jobId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { NO_METRICS, type TaskEndOutcome } from '../../../lib/events/engine-event.ts';

const ERROR = { name: 'Error', message: 'x', stack: undefined, code: undefined, params: undefined, cause: undefined };

class JournalScript {
  readonly ended: GatheredStage[] = [];
  readonly journal = new StageJournal((stage) => this.ended.push(stage));

  submit(attempt = 0) {
    const stage = { jobId: jobId(0), stageId: stageId(0), name: 'map', taskCount: 2, shuffleId: shuffleId(0) };
    this.journal.add({ kind: 'stage-submitted', atMs: 1, ...stage, attempt, parentIds: [] });
  }

  startTask(id: number, stageAttempt = 0) {
    this.journal.add({ kind: 'task-started', ...this.#task(id, stageAttempt), executor: 'driver', speculative: false });
  }

  endTask(id: number, stageAttempt = 0, outcome: TaskEndOutcome = { kind: 'succeeded' }) {
    this.journal.add({ kind: 'task-ended', ...this.#task(id, stageAttempt), outcome, metrics: NO_METRICS });
  }

  complete(attempt = 0) {
    this.journal.add({ kind: 'stage-completed', atMs: 9, stageId: stageId(0), attempt });
  }

  fail(willRetry: boolean, attempt = 0) {
    this.journal.add({ kind: 'stage-failed', atMs: 9, stageId: stageId(0), attempt, error: ERROR, willRetry });
  }

  #task(id: number, stageAttempt: number) {
    return { atMs: 2, taskId: taskId(id), stageId: stageId(0), stageAttempt, partition: id, attempt: 0 };
  }
}

describe('the journal of stages', () => {
  it('gives an attempt when it is over, with its tasks in the order they started', () => {
    const script = new JournalScript();
    script.submit();
    script.startTask(0);
    script.startTask(1);
    script.endTask(1);
    script.endTask(0);
    expect(script.ended).toEqual([]);
    script.complete();
    script.complete();
    expect(script.ended).toHaveLength(1);
    expect(script.ended[0]?.tasks.map(({ started, ended }) => [started.taskId, ended?.taskId])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('waits for the tasks of an attempt that is tried again, and gives the later one apart', () => {
    const script = new JournalScript();
    script.submit();
    script.startTask(0);
    script.startTask(1);
    script.endTask(0, 0, { kind: 'fetch-failed', shuffleId: shuffleId(0), mapIndex: 0 });
    script.fail(true);
    script.submit(1);
    script.startTask(2, 1);
    expect(script.ended).toEqual([]);
    script.endTask(1);
    expect(script.ended.map(({ submitted, tasks }) => [submitted.attempt, tasks.length])).toEqual([[0, 2]]);
    script.endTask(2, 1);
    script.complete(1);
    expect(script.ended.map(({ submitted, tasks }) => [submitted.attempt, tasks.length])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect([...script.journal.takeMapTasks(shuffleId(0))]).toEqual([1, 2]);
    expect([...script.journal.takeMapTasks(shuffleId(0))]).toEqual([]);
  });

  it('waits for no task of an attempt that failed for good', () => {
    const script = new JournalScript();
    script.submit();
    script.startTask(0);
    script.startTask(1);
    script.endTask(0);
    script.fail(false);
    expect(script.ended[0]?.tasks.map(({ ended }) => ended?.outcome.kind)).toEqual(['succeeded', undefined]);
    script.endTask(1);
    expect(script.ended).toHaveLength(1);
    // The output of the first is there for a later job; that of the second came too late to be kept.
    expect([...script.journal.takeMapTasks(shuffleId(0))]).toEqual([0]);
  });

  it('ends what waits when it is closed, and leaves out what it never saw begin', () => {
    const script = new JournalScript();
    script.startTask(7);
    script.endTask(7);
    script.complete();
    script.submit();
    script.startTask(0);
    script.fail(true);
    expect(script.ended).toEqual([]);
    script.journal.close();
    script.journal.close();
    expect(script.ended).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { jobId } from '../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import type { DagEffect } from '../../../lib/scheduler/dag-event.ts';
import { DagScript } from './support/dag-script.ts';
import { Lineage } from './support/lineages.ts';

function wordCount() {
  const lineage = new Lineage();
  return lineage.shuffled(lineage.map(lineage.collection(2)), 2);
}

describe('a job', () => {
  it('runs the stages it needs, parents first, and then is forgotten', () => {
    const script = new DagScript();
    script.submit(wordCount());
    expect(script.lines).toEqual(['run 0.0 [0 1]']);
    script.run('0.0/0');
    expect(script.lines).toEqual([]);
    script.run('0.0/1');
    expect(script.lines).toEqual(['run 1.0 [0 1]']);
    script.run('1.0/1', '1.0/0');
    expect(script.lines).toEqual(['forget 0', 'forget 1', 'job 0 done']);
    expect(script.values.get(jobId(0))).toEqual(['0!', '1!']);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });

  it('without partitions is done at once', () => {
    const script = new DagScript();
    script.submit(wordCount(), { partitions: [] });
    expect(script.lines).toEqual(['job 0 done']);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });

  it('gets the value of a partition wherever it asked for it, though computed once', () => {
    const script = new DagScript();
    script.submit(new Lineage().collection(5), { partitions: [4, 2, 4] });
    expect(script.lines).toEqual(['run 0.0 [4 2]']);
    script.run('0.0/4', '0.0/2');
    expect(script.values.get(jobId(0))).toEqual(['4!', '2!', '4!']);
  });

  it('that asks for a partition that is not there fails and uses up no stage', () => {
    const script = new DagScript();
    script.submit(wordCount(), { partitions: [2] });
    expect(script.lines).toEqual(['job 0 failed']);
    expect(script.errors.get(jobId(0))).toMatchObject({ code: 'NO_SUCH_PARTITION', kind: 'user' });
    script.submit(new Lineage().collection(1));
    expect(script.lines).toEqual(['run 0.0 [0]']);
  });

  it('is over before its values fill the memory of the driver', () => {
    const script = new DagScript({ maxResultBytes: 20 });
    script.submit(new Lineage().collection(4));
    script.run('0.0/0', '0.0/1');
    script.start('0.0/2', '0.0/3');
    script.succeed('0.0/2');
    expect(script.lines).toEqual(['run 0.0 [0 1 2 3]', 'cancel 0', 'stage 0.0 failed', 'forget 0', 'job 0 failed']);
    expect(script.errors.get(jobId(0))).toMatchObject({ code: 'JOB_FAILED', kind: 'resource' });
    script.succeed('0.0/3');
    expect(script.lines).toEqual([]);
  });

  it('that its driver gives up fails with the error as it is', () => {
    const script = new DagScript();
    const error = new RangeError('the consumer threw');
    const id = script.submit(new Lineage().collection(1));
    script.apply({ kind: 'job-broken', jobId: id, error });
    expect(script.errors.get(id)).toBe(error);
  });

  it('leaves nothing behind when the session closes', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.start('0.0/0');
    script.apply({ kind: 'closed' });
    expect([...script.errors.values()]).toMatchObject([{ code: 'SESSION_CLOSED' }, { code: 'SESSION_CLOSED' }]);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });
});

describe('what is there already', () => {
  it('is skipped: a second job finds the map outputs of the first', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.run('0.0/0', '0.0/1', '1.0/0', '1.0/1');
    void script.lines;
    script.submit(node);
    expect(script.lines).toEqual(['skip 2: map-outputs', 'run 3.0 [0 1]']);
  });

  it('is computed no more: only missing map partitions run', () => {
    const script = new DagScript();
    const node = wordCount();
    script.tracker.registerShuffle(node.shuffle.shuffleId, 2);
    script.submit(node);
    script.run('0.0/1');
    script.apply({ kind: 'job-cancelled', jobId: jobId(0), reason: 'no more' });
    void script.lines;
    script.submit(node);
    expect(script.lines).toEqual(['run 2.0 [0]']);
  });

  it('hides what is behind it: stages behind cached nodes do not run', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const inner = lineage.shuffled(lineage.shuffled(lineage.collection(1), 1), 1);
    const cached = lineage.map(inner);
    script.cached.add(cached);
    script.submit(lineage.map(cached));
    expect(script.lines).toEqual(['skip 0: blocks', 'skip 1: blocks', 'run 2.0 [0]']);
  });

  it('says why: outputs, or what is behind outputs, or an earlier run', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const first = lineage.shuffled(lineage.collection(1), 1);
    const second = lineage.shuffled(first, 1);
    const third = lineage.shuffled(lineage.collection(1), 1);
    script.submit(lineage.union(second, third));
    script.run('0.0/0', '1.0/0', '2.0/0', '3.0/0', '3.0/1');
    script.tracker.forgetShuffle(first.shuffle.shuffleId);
    script.tracker.unregister(third.shuffle.shuffleId, 0);
    script.tracker.forgetShuffle(third.shuffle.shuffleId);
    script.tracker.restore(third.shuffle.shuffleId, 0 + 1, [
      { shuffleId: third.shuffle.shuffleId, mapIndex: 0, taskId: 9 as never, partitionBytes: [], partitionRows: [] },
    ]);
    void script.lines;
    script.submit(lineage.union(second, third));
    expect(script.lines).toEqual([
      'skip 4: map-outputs',
      'skip 5: map-outputs',
      'skip 6: earlier-run',
      'run 7.0 [0 1]',
    ]);
  });

  it('is found missing when a checkpoint is lost, and its lineage comes back', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const shuffled = lineage.shuffled(lineage.collection(1), 1);
    const saved = lineage.map(shuffled);
    script.checkpointed.add(saved);
    script.submit(lineage.map(saved));
    expect(script.lines).toEqual(['run 0.0 [0]']);
    script.checkpointed.clear();
    script.start('0.0/0');
    script.miss('0.0/0', shuffled);
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual(['stage 0.0 failed, will retry', 'wait', 'run 1.0 [0]']);
    script.run('1.0/0', '0.1/0');
    expect(script.lines).toEqual(['run 0.1 [0]', 'forget 0', 'forget 1', 'job 0 done']);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });
});

describe('jobs that share a shuffle', () => {
  it('share its stage, which runs once', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    expect(script.lines).toEqual(['run 0.0 [0 1]']);
    script.run('0.0/0', '0.0/1');
    expect(script.lines).toEqual(['run 1.0 [0 1]', 'run 2.0 [0 1]']);
    script.run('1.0/0', '1.0/1');
    expect(script.lines).toEqual(['forget 1', 'job 0 done']);
    script.run('2.0/0', '2.0/1');
    expect(script.lines).toEqual(['forget 0', 'forget 2', 'job 1 done']);
  });

  it('do not lose it when one of them is cancelled', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.start('0.0/0', '0.0/1');
    script.apply({ kind: 'job-cancelled', jobId: jobId(0), reason: 'changed my mind' });
    expect(script.lines).toEqual(['run 0.0 [0 1]', 'forget 1', 'job 0 failed']);
    script.succeed('0.0/0', '0.0/1');
    script.run('2.0/0', '2.0/1');
    expect(script.completed).toEqual([1]);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });

  it('fail together, each with an error of its own, when it fails', () => {
    const script = new DagScript({ maxFailures: 1 });
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.start('0.0/0');
    script.fail('0.0/0', new TypeError('boom'));
    const [first, second] = [...script.errors.values()] as CairnError[];
    expect(first?.message).toContain('job 0 (collect at job.ts:90) failed: Task 0 in stage 0.0 failed 1 time');
    expect(second?.message).toContain('job 1 (collect at job.ts:91) failed');
    expect(first?.cause).toBe(second?.cause);
  });
});

describe('a task that fails', () => {
  it('runs again until it failed as often as it may, then ends its job', () => {
    const script = new DagScript({ maxFailures: 3 });
    script.submit(new Lineage().collection(2));
    for (const message of ['one', 'two', 'three']) {
      script.start('0.0/1');
      script.fail('0.0/1', new TypeError(message));
    }
    expect(script.lines).toEqual([
      'run 0.0 [0 1]',
      'again 0.0/1 attempt 1',
      'again 0.0/1 attempt 2',
      'cancel 0',
      'stage 0.0 failed',
      'forget 0',
      'job 0 failed',
    ]);
    const error = script.errors.get(jobId(0)) as CairnError;
    expect(error.message).toContain('Task 1 in stage 0.0 failed 3 times, most recent failure: Lost task 1.2');
    expect(error.message).toContain('TypeError: three');
  });

  it('counts by partition', () => {
    const script = new DagScript({ maxFailures: 2 });
    script.submit(new Lineage().collection(2));
    for (const name of ['0.0/0', '0.0/1']) {
      script.start(name);
      script.fail(name, new Error('once'));
    }
    script.run('0.0/0', '0.0/1');
    expect(script.completed).toEqual([0]);
  });

  it('is not tried again when that cannot help', () => {
    const script = new DagScript();
    script.submit(new Lineage().collection(1));
    script.start('0.0/0');
    script.fail('0.0/0', new CairnError('FILE_NOT_FOUND', { path: '/data' }));
    expect(script.errors.get(jobId(0))).toMatchObject({ code: 'JOB_FAILED', cause: { code: 'FILE_NOT_FOUND' } });
  });

  it('because the program cannot be shipped fails the job with just that', () => {
    const script = new DagScript();
    script.submit(new Lineage().collection(1));
    script.start('0.0/0');
    const error = new CairnError('TASK_NOT_SERIALIZABLE', { path: 'p', reason: 'r', remedy: 'm' });
    script.fail('0.0/0', error);
    expect(script.errors.get(jobId(0))).toBe(error);
    expect(script.lines).not.toContain('again 0.0/0 attempt 1');
  });

  it('gives no output where it must: that is a bug, and ends the job', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.start('0.0/0');
    const work = { kind: 'shuffle-map', node: node.shuffle.parent, dependency: node.shuffle } as const;
    const task = { taskId: 0, jobId: 0, stageId: 0, stageAttempt: 0, partition: 0, attempt: 0, shuffles: new Map() };
    script.apply({
      kind: 'task-ended',
      task: { ...task, work } as never,
      outcome: { kind: 'succeeded', value: 1, mapOutput: undefined, accumulators: [], metrics: NO_METRICS },
    });
    expect(script.errors.get(jobId(0))).toMatchObject({ code: 'JOB_FAILED', kind: 'internal' });
  });

  it('that was cancelled though no one asked runs again, but not for ever', () => {
    const script = new DagScript({ maxFailures: 2 });
    script.submit(new Lineage().collection(1));
    script.start('0.0/0');
    script.cancelTask('0.0/0');
    expect(script.lines).toEqual(['run 0.0 [0]', 'again 0.0/0 attempt 1']);
    script.start('0.0/0');
    script.fail('0.0/0', new Error('does not add up with the other count'));
    script.start('0.0/0');
    script.cancelTask('0.0/0');
    expect(script.errors.get(jobId(0))).toMatchObject({ cause: { code: 'TASK_CANCELLED' } });
  });
});

describe('a map output that is lost', () => {
  it('alone is computed again, and then the task that missed it', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.run('0.0/0', '0.0/1', '1.0/0');
    script.start('1.0/1');
    void script.lines;
    script.miss('1.0/1', node, 0);
    expect(script.lines).toEqual(['lost 0/0', 'stage 1.0 failed, will retry', 'wait']);
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual(['run 0.1 [0]']);
    script.run('0.1/0');
    expect(script.lines).toEqual(['run 1.1 [1]']);
    script.run('1.1/1');
    expect(script.completed).toEqual([0]);
    expect(script.values.get(jobId(0))).toEqual(['0!', '1!']);
  });

  it('ends its jobs after four attempts in a row', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(script.errors.size).toBe(0);
      script.start(`1.${attempt}/0`);
      script.miss(`1.${attempt}/0`, node, 1);
      if (attempt === 3) break;
      script.apply({ kind: 'resubmit' });
      script.run(`0.${attempt + 1}/1`);
    }
    const error = script.errors.get(jobId(0)) as CairnError;
    expect(error.message).toContain(
      'ResultStage 1 (collect at job.ts:90) has failed the maximum allowable number of times: 4. ' +
        'Most recent failure reason: Error: map 1 is gone',
    );
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });
  it('goes on for as long as it is another output that is missed each time', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    for (let attempt = 0; attempt < 6; attempt++) {
      script.start(`1.${attempt}/0`);
      script.miss(`1.${attempt}/0`, node, attempt % 2);
      script.apply({ kind: 'resubmit' });
      script.run(`0.${attempt + 1}/${attempt % 2}`);
    }
    expect(script.errors.size).toBe(0);
    script.start('1.6/0');
    script.miss('1.6/0', node, 0);
    expect(script.errors.get(jobId(0))).toBeInstanceOf(CairnError);
  });

  it('does not count against a stage that succeeded in between', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const first = lineage.shuffled(lineage.collection(1), 1);
    const second = lineage.shuffled(first, 1);
    script.submit(second);
    script.run('0.0/0');
    // Stage 1 loses its input three times, succeeds, is needed again, and may lose it three times more.
    let attempt = 0;
    let again = 1;
    for (const round of [0, 1]) {
      for (let i = 0; i < 3; i++, attempt++) {
        script.start(`1.${attempt}/0`);
        script.miss(`1.${attempt}/0`, first, 0);
        script.apply({ kind: 'resubmit' });
        script.run(`0.${again++}/0`);
      }
      script.run(`1.${attempt++}/0`);
      if (round === 0) {
        script.start('2.0/0');
        script.miss('2.0/0', second, 0);
        script.apply({ kind: 'resubmit' });
      }
    }
    script.run('2.1/0');
    expect(script.completed).toEqual([0]);
  });

  it('is one failure however many tasks of an attempt miss it', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    script.start('1.0/0', '1.0/1');
    void script.lines;
    script.miss('1.0/0', node, 0);
    script.miss('1.0/1', node, 1);
    expect(script.lines).toEqual(['lost 0/0', 'stage 1.0 failed, will retry', 'wait', 'lost 0/1']);
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual(['run 0.1 [0 1]']);
  });

  it('is not lost again by a task that read the file before it was replaced', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    script.start('1.0/0', '2.0/0');
    script.miss('1.0/0', node, 1);
    script.apply({ kind: 'resubmit' });
    script.run('0.1/1');
    void script.lines;
    script.miss('2.0/0', node, 1);
    expect(script.lines).toEqual(['stage 2.0 failed, will retry', 'wait']);
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual(['run 2.1 [0 1]']);
  });

  it('leads to one resubmission for all stages that missed it', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    script.start('1.0/0', '2.0/0');
    script.miss('2.0/0', node, 0);
    script.miss('1.0/0', node, 0);
    expect(script.lines.filter((line) => line === 'wait')).toHaveLength(1);
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual(['run 0.1 [0]']);
    script.run('0.1/0');
    expect(script.lines).toEqual(['run 1.1 [0 1]', 'run 2.1 [0 1]']);
  });

  it('makes a map stage that is just finishing go on', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const shared = lineage.shuffled(lineage.collection(3), 1);
    script.submit(shared);
    script.run('0.0/0', '0.0/1');
    script.tracker.unregister(shared.shuffle.shuffleId, 0);
    void script.lines;
    script.run('0.0/2');
    expect(script.lines).toEqual(['run 0.1 [0]']);
  });
});

describe('tasks left over from an attempt that was given up', () => {
  function givenUp() {
    const script = new DagScript();
    const lineage = new Lineage();
    const node = lineage.shuffled(lineage.collection(1), 3);
    script.submit(node);
    script.run('0.0/0');
    script.start('1.0/0', '1.0/1');
    script.miss('1.0/0', node, 0);
    return { script, node };
  }

  it('count when they succeed before the next attempt', () => {
    const { script } = givenUp();
    script.succeed('1.0/1');
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0');
    expect(script.lines.at(-1)).toBe('run 1.1 [0 2]');
  });

  it('keep their partition while they run, and count when they succeed late', () => {
    const { script } = givenUp();
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0');
    expect(script.lines.at(-1)).toBe('run 1.1 [0 2]');
    script.run('1.1/0', '1.1/2');
    expect(script.completed).toEqual([]);
    script.succeed('1.0/1');
    expect(script.completed).toEqual([0]);
  });

  it.each([
    ['fail', (script: DagScript) => script.fail('1.0/1', new CairnError('INTERNAL', { detail: 'x' }))],
    ['are cancelled', (script: DagScript) => script.cancelTask('1.0/1')],
    ['miss an output too', (script: DagScript) => script.miss('1.0/1', givenUp().node, 0)],
  ])('leave their partition to the next attempt when they %s', (_, end) => {
    const { script } = givenUp();
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0');
    void script.lines;
    end(script);
    expect(script.lines).toEqual(['again 1.1/1 attempt 0']);
    script.run('1.1/0', '1.1/1', '1.1/2');
    expect(script.completed).toEqual([0]);
  });

  it('of a map stage are waited for', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const first = lineage.shuffled(lineage.collection(1), 2);
    const second = lineage.shuffled(first, 1);
    script.submit(second);
    script.run('0.0/0');
    script.start('1.0/0', '1.0/1');
    script.miss('1.0/0', first, 0);
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0', '1.1/0');
    void script.lines;
    script.succeed('1.0/1');
    expect(script.lines).toEqual(['run 2.0 [0]']);
  });
});

describe('a slow task', () => {
  function slow(options: { maxFailures?: number } = {}) {
    const script = new DagScript(options);
    script.submit(new Lineage().collection(2));
    script.start('0.0/0');
    script.slow('0.0/0');
    expect(script.lines).toEqual(['run 0.0 [0 1]', 'copy 0.0/0+ attempt 1']);
    script.start('0.0/0+');
    return script;
  }

  it.each([
    ['0.0/0', '0.0/0+'],
    ['0.0/0+', '0.0/0'],
  ])('is copied, and the first to end counts: %s', (first, second) => {
    const script = slow();
    script.succeed(first);
    expect(script.lines).toEqual([`stop ${second}`]);
    script.cancelTask(second);
    expect(script.lines).toEqual([]);
    script.run('0.0/1');
    expect(script.completed).toEqual([0]);
    expect(script.added).toEqual([`7: ${first} for 0`, '7: 0.0/1 for 0']);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });

  it.each([
    ['fails', (script: DagScript) => script.fail('0.0/0', new CairnError('INTERNAL', { detail: 'x' }))],
    ['succeeds', (script: DagScript) => script.succeed('0.0/0')],
    ['misses an output', (script: DagScript) => script.miss('0.0/0', wordCount())],
  ])('does not matter once its copy succeeded, though it %s', (_, end) => {
    const script = slow({ maxFailures: 1 });
    script.succeed('0.0/0+');
    void script.lines;
    end(script);
    expect(script.lines).toEqual([]);
    script.run('0.0/1');
    expect(script.values.get(jobId(0))).toEqual(['0!', '1!']);
    expect(script.added).toEqual(['7: 0.0/0+ for 0', '7: 0.0/1 for 0']);
  });

  it('has one copy at a time, and none when it has ended', () => {
    const script = slow();
    script.slow('0.0/0');
    script.slow('0.0/0+');
    expect(script.lines).toEqual([]);
    script.start('0.0/1');
    script.succeed('0.0/0');
    script.slow('0.0/0+');
    expect(script.lines).toEqual(['stop 0.0/0+']);
  });

  it('that fails leaves the partition to its copy, but has failed', () => {
    const script = slow({ maxFailures: 2 });
    script.fail('0.0/0', new Error('first'));
    expect(script.lines).toEqual([]);
    script.fail('0.0/0+', new Error('second'));
    expect(script.errors.get(jobId(0))).toMatchObject({ message: expect.stringContaining('failed 2 times') });
  });

  it('that fails is tried again when its copy fails too', () => {
    const script = slow();
    script.fail('0.0/0+', new Error('first'));
    script.fail('0.0/0', new Error('second'));
    expect(script.lines).toEqual(['again 0.0/0 attempt 2']);
    script.run('0.0/0', '0.0/1');
    expect(script.completed).toEqual([0]);
  });

  it('that fails with what no retry helps ends its job, copy or not', () => {
    const script = slow();
    script.fail('0.0/0', new CairnError('FILE_NOT_FOUND', { path: '/data' }));
    expect(script.errors.get(jobId(0))).toMatchObject({ cause: { code: 'FILE_NOT_FOUND' } });
    expect(script.lines).toContain('cancel 0');
  });

  it('that was cancelled though no one asked leaves the partition to its copy', () => {
    const script = slow({ maxFailures: 1 });
    script.cancelTask('0.0/0');
    expect(script.lines).toEqual([]);
    script.succeed('0.0/0+');
    script.run('0.0/1');
    expect(script.completed).toEqual([0]);
  });

  it('of a map stage writes one output; the other one is for no one', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.start('0.0/0');
    script.slow('0.0/0');
    script.start('0.0/0+');
    void script.lines;
    script.succeed('0.0/0+', '0.0/0');
    expect(script.lines).toEqual(['stop 0.0/0', 'discard 0/0 of task 0']);
    script.run('0.0/1');
    expect(script.lines).toEqual(['run 1.0 [0 1]']);
    expect(script.tracker.findOutputs(node.shuffle.shuffleId)?.map(({ taskId }) => taskId)).toEqual([1, 2]);
    expect(script.added).toEqual(['7: 0.0/0+ for 0', '7: 0.0/1 for 0']);
  });

  it('left over from an attempt that was given up is copied by the next', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const node = lineage.shuffled(lineage.collection(1), 3);
    script.submit(node);
    script.run('0.0/0');
    script.start('1.0/0', '1.0/1');
    script.miss('1.0/0', node, 0);
    script.slow('1.0/1');
    expect(script.lines.at(-1)).toBe('wait');
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0');
    void script.lines;
    script.slow('1.0/1');
    expect(script.lines).toEqual(['copy 1.1/1+ attempt 0']);
    script.start('1.1/1+');
    script.fail('1.0/1', new Error('late'));
    expect(script.lines).toEqual([]);
    script.fail('1.1/1+', new Error('the copy too'));
    expect(script.lines).toEqual(['again 1.1/1 attempt 1']);
    script.run('1.1/1', '1.1/0', '1.1/2');
    expect(script.completed).toEqual([0]);
  });
});

describe('what tasks add to accumulators', () => {
  it('counts when a late success is taken, and only then', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    const node = lineage.shuffled(lineage.collection(1), 2);
    script.submit(node);
    script.run('0.0/0');
    script.start('1.0/0', '1.0/1');
    script.miss('1.0/0', node, 0);
    script.succeed('1.0/1');
    expect(script.added).toEqual(['7: 0.0/0 for 0', '7: 1.0/1 for 0']);
    script.apply({ kind: 'resubmit' });
    script.run('0.1/0');
    script.start('1.1/0');
    script.apply({ kind: 'job-cancelled', jobId: jobId(0), reason: 'enough' });
    script.succeed('1.1/0');
    expect(script.added).toHaveLength(2);
  });

  it('counts once for a map partition, though its output is lost and computed again', () => {
    const script = new DagScript();
    const node = wordCount();
    script.submit(node);
    script.submit(node);
    script.run('0.0/0', '0.0/1');
    script.start('1.0/0');
    script.miss('1.0/0', node, 1);
    script.apply({ kind: 'resubmit' });
    script.run('0.1/1');
    expect(script.added).toEqual(['7: 0.0/0 for 0 1', '7: 0.0/1 for 0 1']);
  });

  it('counts for no result that was too large', () => {
    const script = new DagScript({ maxResultBytes: 5 });
    script.submit(new Lineage().collection(1));
    script.run('0.0/0');
    expect(script.added).toEqual([]);
  });
});

describe('a map output that comes too late', () => {
  it('for any job is for no one', () => {
    const script = new DagScript();
    const id = script.submit(wordCount());
    script.start('0.0/0');
    script.apply({ kind: 'job-cancelled', jobId: id, reason: 'enough' });
    void script.lines;
    script.succeed('0.0/0');
    expect(script.lines).toEqual(['discard 0/0 of task 0']);
    expect(script.added).toEqual([]);
  });
});

describe('cancelling', () => {
  it('aborts what runs and forgets the stages only this job needs', () => {
    const script = new DagScript();
    const node = wordCount();
    const id = script.submit(node);
    script.start('0.0/0');
    script.apply({ kind: 'job-cancelled', jobId: id, reason: 'too slow', cause: 'the user' });
    expect(script.lines).toEqual([
      'run 0.0 [0 1]',
      'cancel 0',
      'stage 0.0 failed',
      'forget 0',
      'forget 1',
      'job 0 failed',
    ]);
    expect(script.errors.get(id)).toMatchObject({ code: 'JOB_CANCELLED', kind: 'cancelled', cause: 'the user' });
    script.cancelTask('0.0/0');
    expect(script.lines).toEqual([]);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });

  it('of a job that has ended, or never was, does nothing', () => {
    const script = new DagScript();
    const id = script.submit(new Lineage().collection(1));
    script.run('0.0/0');
    script.apply({ kind: 'job-cancelled', jobId: id, reason: 'late' });
    script.apply({ kind: 'job-cancelled', jobId: jobId(77), reason: 'wrong' });
    script.apply({ kind: 'job-broken', jobId: id, error: new Error('late') });
    expect(script.errors.size).toBe(0);
  });

  it('of a group ends its jobs and no others', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    for (const group of ['a', 'b', 'a']) script.submit(lineage.collection(1), { group });
    script.submit(lineage.collection(1));
    script.apply({ kind: 'group-cancelled', group: 'a', reason: 'enough' });
    expect([...script.errors.keys()]).toEqual([0, 2]);
    expect(script.state.size).toEqual({ jobs: 2, stages: 2 });
  });

  it('of a job that waits to be tried again leaves nothing to try', () => {
    const script = new DagScript();
    const node = wordCount();
    const id = script.submit(node);
    script.run('0.0/0', '0.0/1');
    script.start('1.0/0');
    script.miss('1.0/0', node, 0);
    script.apply({ kind: 'job-cancelled', jobId: id, reason: 'enough' });
    void script.lines;
    script.apply({ kind: 'resubmit' });
    expect(script.lines).toEqual([]);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });
});

describe('the state', () => {
  it('takes the first value of a partition, should a second one come', () => {
    const script = new DagScript();
    script.submit(new Lineage().collection(2));
    script.start('0.0/0');
    const { apply } = script;
    script.apply = (event) => {
      apply.call(script, event);
      if (event.kind !== 'task-ended' || event.outcome.kind !== 'succeeded') return;
      apply.call(script, { ...event, outcome: { ...event.outcome, value: 'second' } });
    };
    script.succeed('0.0/0');
    script.run('0.0/1');
    expect(script.values.get(jobId(0))).toEqual(['0!', '1!']);
  });

  it('tells what happens in one order', () => {
    const script = new DagScript();
    const node = wordCount();
    const kinds: string[] = [];
    const note = (effects: readonly DagEffect[]) => {
      for (const effect of effects) kinds.push(effect.kind === 'emit' ? effect.event.kind : effect.kind);
    };
    const { state } = script;
    const apply = state.apply.bind(state);
    state.apply = (event) => {
      const effects = apply(event);
      note(effects);
      return effects;
    };
    script.submit(node, { partitions: [0] });
    script.run('0.0/0', '0.0/1', '1.0/0');
    expect(kinds).toEqual([
      'job-submitted',
      'stage-submitted',
      'submit-tasks',
      'task-started',
      'task-ended',
      'keep-output',
      'accumulate',
      'task-started',
      'task-ended',
      'keep-output',
      'accumulate',
      'stage-completed',
      'retire-tasks',
      'stage-submitted',
      'submit-tasks',
      'task-started',
      'task-ended',
      'accumulate',
      'deliver',
      'stage-completed',
      'retire-tasks',
      'forget-stage',
      'forget-stage',
      'job-ended',
      'complete-job',
    ]);
  });

  it('copes with ten thousand shuffles in a row', () => {
    const script = new DagScript();
    const lineage = new Lineage();
    let node = lineage.collection(1);
    for (let i = 0; i < 10_000; i++) node = lineage.shuffled(node, 1);
    script.submit(node);
    for (let i = 0; i <= 10_000; i++) script.run(`${i}.0/0`);
    expect(script.completed).toEqual([0]);
    expect(script.state.size).toEqual({ jobs: 0, stages: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { JobResult, type JobSpec, jobName } from '../../../lib/scheduler/job-handle.ts';
import { callSite, Lineage } from './support/lineages.ts';

const SPEC: JobSpec = {
  node: new Lineage().collection(2),
  partitions: [1, 0],
  action: { kind: 'collect' },
  callSite: callSite('collect', 14),
  name: 'collect',
};

describe('the name of a job', () => {
  it('is its action and place, after what the user calls it', () => {
    expect(jobName({ ...SPEC, name: 'count' })).toBe('count at job.ts:14');
    expect(jobName({ ...SPEC, description: 'nightly totals' })).toBe('nightly totals (collect at job.ts:14)');
  });
});

describe('the result of a job', () => {
  it('has the values in their places', async () => {
    const result = new JobResult(SPEC, () => {});
    result.deliver(1, 'b');
    result.deliver(0, undefined);
    result.complete();
    expect(await result.promise).toEqual([undefined, 'b']);
  });

  it('hands values on as they come, and keeps none', async () => {
    const seen: unknown[] = [];
    const onPartition = (index: number, value: unknown) => seen.push([index, value]);
    const result = new JobResult({ ...SPEC, onPartition }, () => {});
    result.deliver(1, 'b');
    result.deliver(0, 'a');
    result.complete();
    expect(await result.promise).toEqual([]);
    expect(seen).toEqual([
      [1, 'b'],
      [0, 'a'],
    ]);
  });

  it('fails with what its consumer threw, even when all values are there', async () => {
    const error = new RangeError('no more');
    let calls = 0;
    const onPartition = () => {
      calls++;
      throw error;
    };
    const result = new JobResult({ ...SPEC, onPartition }, () => {});
    expect(() => result.deliver(0, 'a')).toThrow(error);
    result.deliver(1, 'b');
    result.complete();
    await expect(result.promise).rejects.toBe(error);
    expect(calls).toBe(1);
  });

  it('fails with what spoiled it first, even when all values are there', async () => {
    const seen: unknown[] = [];
    const result = new JobResult({ ...SPEC, onPartition: (_, value) => seen.push(value) }, () => {});
    const error = new RangeError('the sum is off');
    result.spoil(error);
    result.spoil(new Error('later'));
    result.deliver(0, 'a');
    result.complete();
    await expect(result.promise).rejects.toBe(error);
    expect(seen).toEqual([]);
  });

  it('listens to its signal while it runs, and no longer', async () => {
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const spec = { ...SPEC, signal: controller.signal };
    const done = new JobResult(spec, (reason) => reasons.push(['done', reason]));
    const failed = new JobResult(spec, (reason) => reasons.push(['failed', reason]));
    const open = new JobResult(spec, (reason) => reasons.push(['open', reason]));
    done.complete();
    failed.fail(new Error('x'));
    controller.abort('enough');
    open.fail(new Error('cancelled'));
    expect(reasons).toEqual([['open', 'enough']]);
    await Promise.allSettled([done.promise, failed.promise, open.promise]);
  });
});

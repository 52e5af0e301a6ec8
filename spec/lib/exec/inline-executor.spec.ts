import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/base/clock.ts';
import { stageId } from '../../../lib/base/ids.ts';
import { refuseInsideTask } from '../../../lib/exec/current-task.ts';
import { InlineExecutor } from '../../../lib/exec/inline-executor.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { origin } from '../../support/scan-task.ts';
import { describeTask, taskBench } from './support/task-bench.ts';

const source = new CollectionNode(origin(), [1, 2], 1);
const { signal } = new AbortController();
const collect = (node: StepNode | MapAsyncNode) => describeTask({ kind: 'result', node, action: { kind: 'collect' } });

describe('InlineExecutor', () => {
  it('runs a task in this thread, as part of a task', async () => {
    const executor = new InlineExecutor(taskBench().environment, 1);
    const inside = new StepNode(origin(), source, { kind: 'map', f: () => refuseInsideTask('collect') });
    expect(await executor.run(collect(inside), signal)).toMatchObject({
      kind: 'failed',
      error: { code: 'ACTION_INSIDE_TASK' },
    });
    expect(() => refuseInsideTask('collect')).not.toThrow();
    await executor.close();
  });

  it('has room for as many tasks as it has slots', async () => {
    const executor = new InlineExecutor(taskBench().environment, 2);
    const task = collect(new StepNode(origin(), source, { kind: 'pass' }));
    expect(executor.idle()).toEqual(['driver']);
    const runs = [executor.run(task, signal)];
    expect(executor.idle()).toEqual(['driver']);
    runs.push(executor.run(task, signal));
    expect(executor.idle()).toEqual([]);
    await Promise.race(runs);
    expect(executor.idle()).toEqual(['driver']);
    await Promise.all(runs);
  });

  it('lets tasks that wait for promises overlap', async () => {
    const executor = new InlineExecutor(taskBench().environment, 2);
    const order: string[] = [];
    const slow = (name: string) =>
      new MapAsyncNode(
        origin(),
        source,
        async (n) => {
          order.push(`${name}${n}`);
          await new Promise((resolve) => setImmediate(resolve));
          return n;
        },
        1,
      );
    const outcomes = await Promise.all(['a', 'b'].map((name) => executor.run(collect(slow(name)), signal)));
    expect(outcomes).toMatchObject([{ value: [1, 2] }, { value: [1, 2] }]);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a2'));
  });

  it('gives the event loop a turn between many short tasks', async () => {
    const executor = new InlineExecutor(taskBench().environment, 1);
    const node = new StepNode(origin(), source, { kind: 'pass' });
    let turns = 0;
    let over = false;
    const turn = () => {
      if (over) return;
      turns++;
      setImmediate(turn);
    };
    setImmediate(turn);
    for (let i = 0; i < 200; i++) await executor.run(collect(node), signal);
    over = true;
    // By the bench's clock a task takes a few milliseconds, and a turn is due every 25.
    expect(turns).toBeGreaterThan(10);
    expect(turns).toBeLessThan(200);
  });

  it('runs on after a stage was forgotten', async () => {
    const executor = new InlineExecutor(taskBench().environment, 1);
    const node = new StepNode(origin(), source, { kind: 'map', f: (n) => n });
    for (let i = 0; i < 2; i++) {
      expect(await executor.run(collect(node), signal)).toMatchObject({ kind: 'succeeded', value: [1, 2] });
      executor.forgetStage(stageId(0));
    }
  });

  describe('with a time limit', () => {
    const forever = () => new MapAsyncNode(origin(), source, () => new Promise<never>(() => {}), 1);
    const endless = () => {
      const numbers = new RangeNode(origin(), 0, Number.MAX_SAFE_INTEGER, 1, 1);
      return new StepNode(origin(), numbers, { kind: 'filter', f: (n) => (n as number) < 0 });
    };

    it.each([
      ['waits for a promise', forever],
      ['computes without an end', endless],
    ] as const)('fails a task that %s', async (_what, node) => {
      const executor = new InlineExecutor({ ...taskBench().environment, clock: systemClock }, 1, 20);
      const outcome = await executor.run(collect(node()), signal);
      expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'TASK_TIMED_OUT', kind: 'transient' } });
    });

    it('leaves other tasks as they end, and calls a cancelled one cancelled', async () => {
      const executor = new InlineExecutor(taskBench().environment, 1, 600 * 3_600_000);
      expect(await executor.run(collect(new StepNode(origin(), source, { kind: 'pass' })), signal)).toMatchObject({
        value: [1, 2],
      });
      const controller = new AbortController();
      const running = executor.run(collect(forever()), controller.signal);
      controller.abort();
      expect((await running).kind).toBe('cancelled');
    });
  });
});

import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { StageChains } from '../../../lib/exec/stage-chains.ts';
import { runTask } from '../../../lib/exec/task-runner.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import type { CheckpointPart } from '../../../storage/checkpoint/checkpoint-part.ts';
import { CheckpointPartReader } from '../../../storage/checkpoint/part-reader.ts';
import { BatchesNode, type Scripted } from '../../support/batches-node.ts';
import { origin, recordsOfBatches } from '../../support/scan-task.ts';
import { describeTask, taskBench } from './support/task-bench.ts';

const place = { directory: '/checkpoint', owner: 'spec', partitionCount: 1 };
const target = { place, codec: 'none' } as const;

function setting(script: readonly Scripted[], isAsync = false) {
  const bench = taskBench();
  bench.fileSystem.makeDirectory(place.directory);
  const source = new BatchesNode([script], { isAsync });
  const node = new StepNode(origin(), source, { kind: 'map', f: (n) => (n as number) * 2 });
  const run = (of: LineageNode = node, signal = new AbortController().signal) => {
    const task = describeTask({ kind: 'result', node: of, action: { kind: 'checkpoint', target } });
    return runTask(task, bench.environment, new StageChains(0, 'off'), signal);
  };
  return { ...bench, node, run };
}

const names = (bench: ReturnType<typeof setting>) => bench.fileSystem.list('/checkpoint').map(({ name }) => name);

describe('a task that writes a part of a checkpoint', () => {
  it('gives the part, waits for what is pending, and counts what it wrote', async () => {
    const bench = setting([rowBatch([1]), Promise.resolve(), rowBatch([2, 3])], true);
    const outcome = await bench.run();
    expect(outcome).toMatchObject({ kind: 'succeeded', value: { partition: 0, rows: 3 }, metrics: { rowsWritten: 3 } });
    const part = (outcome as { value: CheckpointPart }).value;
    expect(outcome.metrics.bytesWritten).toBe(part.bytes);
    using reader = CheckpointPartReader.open(bench.fileSystem, place, part);
    expect([...recordsOfBatches(reader.batches())]).toEqual([2, 4, 6]);
    expect(names(bench)).toEqual(['part-00000']);
  });

  it('does not write it a second time on its way', async () => {
    const bench = setting([rowBatch([1])]);
    bench.node.checkpointTarget = target;
    const outcome = await bench.run();
    expect(outcome).toMatchObject({ kind: 'succeeded', value: { rows: 1 } });
    expect(outcome).not.toHaveProperty('checkpointParts');
  });

  it('fails with the error of what it writes, and leaves nothing', async () => {
    const bench = setting([rowBatch([1])]);
    const strange = new StepNode(origin(), bench.node, { kind: 'map', f: () => Symbol('s') });
    expect(await bench.run(strange)).toMatchObject({ kind: 'failed', error: { code: 'VALUE_NOT_SERIALIZABLE' } });
    const bad = setting([rowBatch([1]), new RangeError('two')]);
    expect(await bad.run()).toMatchObject({ kind: 'failed', error: { code: 'TASK_FAILED' } });
    expect([names(bench), names(bad)]).toEqual([[], []]);
  });

  it('leaves nothing when it is cancelled', async () => {
    const stop = new AbortController();
    const bench = setting([rowBatch([1]), Promise.resolve().then(() => stop.abort()), rowBatch([2])], true);
    expect(await bench.run(bench.node, stop.signal)).toMatchObject({ kind: 'cancelled' });
    expect(names(bench)).toEqual([]);
  });
});

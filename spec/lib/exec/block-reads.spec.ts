import { describe, expect, it } from 'vitest';
import { jobId, stageId, taskId } from '../../../lib/base/ids.ts';
import { BlockDirectory } from '../../../lib/exec/block-directory.ts';
import { type BlockHolder, doubtBlocks, readBlocks } from '../../../lib/exec/block-reads.ts';
import type { TaskDescription } from '../../../lib/exec/task.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import type { ExportedBlock } from '../../../storage/block/block-manager.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { origin } from '../../support/scan-task.ts';

const level = STORAGE_LEVELS.MEMORY_AND_DISK;

/** A dataset that is kept, over one that is kept, both as blocks in memory of `far`. */
function scene() {
  const directory = new BlockDirectory();
  const inner: LineageNode = new StepNode(origin(), new RangeNode(origin(), 0, 10, 1, 2), { kind: 'pass' });
  const outer = new StepNode(origin(), new StepNode(origin(), inner, { kind: 'pass' }), { kind: 'pass' });
  for (const node of [inner, outer]) {
    node.storageLevel = level;
    directory.keepNode(node.id, level);
    directory.apply('far', { kind: 'stored', blockId: rddBlockId(node.id, 1), memoryBytes: 8, diskBytes: 0 });
  }
  const task: TaskDescription = {
    taskId: taskId(0),
    jobId: jobId(0),
    stageId: stageId(0),
    stageAttempt: 0,
    partition: 1,
    attempt: 0,
    executor: 'near',
    speculative: false,
    work: { kind: 'result', node: outer, action: { kind: 'count' } },
    shuffles: new Map(),
  };
  return { directory, task, outer: rddBlockId(outer.id, 1), inner: rddBlockId(inner.id, 1) };
}

function exported(blockId: ExportedBlock['blockId']): ExportedBlock {
  return { blockId, level, rowCount: 0, bytes: new SharedArrayBuffer(0) };
}

const never = new AbortController().signal;

describe('the blocks of a task', () => {
  it('come from the worker that has them, the nearest alone', async () => {
    const { directory, task, outer } = scene();
    const asked: string[] = [];
    const far: BlockHolder = {
      exportBlock: (id) => {
        asked.push(id);
        return Promise.resolve(exported(id));
      },
    };
    const holderNamed = (name: string) => (name === 'far' ? far : undefined);
    expect(await readBlocks(task, directory, holderNamed, never)).toEqual({ blocks: [exported(outer)], onDisk: [] });
    expect(asked).toEqual([outer]);
  });

  it('are those that they are computed from, where a nearer one does not come', async () => {
    const { directory, task, inner } = scene();
    const far: BlockHolder = { exportBlock: (id) => Promise.resolve(id === inner ? exported(id) : undefined) };
    expect(await readBlocks(task, directory, () => far, never)).toEqual({ blocks: [exported(inner)], onDisk: [] });
  });

  it('are not asked for where the task runs, nor where no worker has them any more', async () => {
    const { directory, task } = scene();
    const nobody = { blocks: [], onDisk: [] };
    const far: BlockHolder = { exportBlock: () => Promise.reject(new Error('asked')) };
    expect(await readBlocks({ ...task, executor: 'far' }, directory, () => far, never)).toEqual(nobody);
    expect(await readBlocks(task, directory, () => undefined, never)).toEqual(nobody);
  });

  it('are told to be on disk, where every worker reads them', async () => {
    const { directory, task, outer } = scene();
    directory.apply('far', { kind: 'dropped-to-disk', blockId: outer, memoryBytes: 8, diskBytes: 8 });
    expect(await readBlocks(task, directory, () => undefined, never)).toEqual({ blocks: [], onDisk: [outer] });
  });

  it('are not waited for once the task is cancelled', async () => {
    const { directory, task } = scene();
    const controller = new AbortController();
    const far: BlockHolder = {
      exportBlock: () => {
        controller.abort();
        return new Promise(() => {});
      },
    };
    expect(await readBlocks(task, directory, () => far, controller.signal)).toEqual({ blocks: [], onDisk: [] });
  });

  it('are doubted, all of them, when a task could not get at one', () => {
    const { directory, task, inner, outer } = scene();
    doubtBlocks(task, directory);
    expect([directory.has(outer), directory.has(inner)]).toEqual([false, false]);
  });
});

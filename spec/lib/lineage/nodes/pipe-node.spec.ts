import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CollectionNode } from '../../../../lib/lineage/nodes/collection-node.ts';
import { PipeNode, type PipeOptions } from '../../../../lib/lineage/nodes/pipe-node.ts';
import type { BatchIterator } from '../../../../lib/lineage/task-context.ts';
import { nodeFileSystem } from '../../../../storage/fs/node-file-system.ts';
import { awaitRecords, origin, ScanTask } from '../../../support/scan-task.ts';

const NODE = process.execPath;
const directory = mkdtempSync(join(tmpdir(), 'cairn-pipe-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function pipe(
  records: readonly unknown[],
  command: string | readonly string[],
  options: PipeOptions & { readonly slices?: number } = {},
): { node: PipeNode; task: ScanTask; open: (partition?: number) => BatchIterator } {
  const parent = new CollectionNode(origin(), records, options.slices ?? 1);
  const node = new PipeNode(origin('pipe'), parent, command, options);
  const task = new ScanTask(nodeFileSystem, 100);
  return { node, task, open: (partition = 0) => node.compute(node.partitions[partition] as never, task) };
}

describe('PipeNode', () => {
  it('makes a record of each line, one process for each partition', async () => {
    const { node, open } = pipe(['b', 'a', 'd', 'c'], 'sort', { slices: 2 });
    expect(await awaitRecords(open(0))).toEqual(['a', 'b']);
    expect(await awaitRecords(open(1))).toEqual(['c', 'd']);
    expect([node.className, node.mayPend]).toEqual(['PipedRDD', true]);
  });

  it('writes records as String gives them, and starts a process for an empty partition too', async () => {
    expect(await awaitRecords(pipe([1, null, [2, 3], 4n], 'cat').open())).toEqual(['1', 'null', '2,3', '4']);
    expect(await awaitRecords(pipe([], ['sh', '-c', 'echo hi']).open())).toEqual(['hi']);
  });

  it('cuts a command at white space and uses no shell', async () => {
    expect(await awaitRecords(pipe([], '  echo  $HOME   "a b" ').open())).toEqual(['$HOME "a b"']);
  });

  it('adds to the environment and sets the working directory', async () => {
    const command = ['sh', '-c', 'echo "$CAIRN_SPEC"; pwd'];
    const found = await awaitRecords(pipe([], command, { env: { CAIRN_SPEC: 'x y' }, cwd: directory }).open());
    expect(found).toEqual(['x y', nodeFileSystem.realPath(directory)]);
  });

  it('gives each child a directory of its own and removes it', async () => {
    const { open } = pipe([], ['sh', '-c', 'touch made; ls; pwd'], { cwd: directory, separateWorkingDir: true });
    const [made, where] = await awaitRecords(open());
    expect(made).toBe('made');
    expect(String(where)).toContain(join('tasks', String(process.pid)));
    expect(readdirSync(join(directory, 'tasks'))).toEqual([]);
  });

  it('passes much more through than the pipes hold, in order', async () => {
    const records = Array.from({ length: 60_000 }, (_, i) => `${i} ${'x'.repeat(i % 100)}`);
    expect(await awaitRecords(pipe(records, 'cat').open())).toEqual(records);
  });

  it('takes a command for done that does not read all of its input', async () => {
    const records = Array.from({ length: 60_000 }, (_, i) => `line ${i}`);
    expect(await awaitRecords(pipe(records, 'head -n 2').open())).toEqual(['line 0', 'line 1']);
  });

  it('raises PIPE_FAILED after what the command wrote', async () => {
    const { open } = pipe(['a'], ['sh', '-c', 'cat; echo broken >&2; exit 7']);
    await expect(awaitRecords(open())).rejects.toThrow(/PIPE_FAILED: 'sh -c .*exit code 7.*broken/s);
    await expect(awaitRecords(pipe([], 'no-such-command-anywhere').open())).rejects.toThrow(/PIPE_COMMAND_NOT_FOUND/);
  });

  it('refuses an empty command at once', () => {
    expect(() => pipe([], ' ')).toThrow(/INVALID_ARGUMENT: pipe: command/);
    expect(() => pipe([], [])).toThrow(/INVALID_ARGUMENT/);
  });

  it('passes on what an upstream step waits for', async () => {
    const inner = pipe(['b', 'a'], 'sort');
    const outer = new PipeNode(origin(), inner.node, ['tr', 'a-z', 'A-Z']);
    expect(await awaitRecords(outer.compute(outer.partitions[0] as never, inner.task))).toEqual(['A', 'B']);
  });

  it('stops within moments when the task is cancelled or nobody reads on', async () => {
    const endless = [NODE, '-e', 'setInterval(() => console.log("x"), 1)'];
    const cancelled = pipe([], endless);
    const batches = cancelled.open();
    for (let rows = 0; rows < 3; ) {
      const next = batches.next();
      if (next.done === true) expect.unreachable();
      if (next.value.kind === 'pending') await next.value.ready;
      else rows++;
    }
    cancelled.task.isCancelled = true;
    await expect(awaitRecords(batches)).rejects.toThrow(/TASK_CANCELLED/);
    const left = pipe([], [NODE, '-e', 'setInterval(() => {}, 1000)']).open();
    const first = left.next();
    if (first.done === true || first.value.kind !== 'pending') expect.unreachable();
    await first.value.ready;
    left.return?.();
    expect(left.next().done).toBe(true);
  });

  it('raises what the parent raises, with the child gone', async () => {
    const bad = { toString: () => ({}) };
    await expect(awaitRecords(pipe(['a', bad], 'cat').open())).rejects.toThrow(TypeError);
  });
});

import { expect, it } from 'vitest';
import { taskId } from '../../../lib/base/ids.ts';
import { CANCELLED_TASK, FLAG_COUNT, markOf } from '../../../lib/exec/protocol.ts';

it('has room for each flag, and a mark for the task to stop that no new worker finds there, however many there were', () => {
  const flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  expect(CANCELLED_TASK).toBeLessThan(FLAG_COUNT);
  for (const id of [0, 1, 2 ** 31 - 2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const mark = markOf(taskId(id));
    expect(mark).toBeGreaterThan(0);
    Atomics.store(flags, CANCELLED_TASK, mark);
    expect(Atomics.load(flags, CANCELLED_TASK)).toBe(mark);
    expect(markOf(taskId(id - 1))).not.toBe(mark);
  }
});

import { expect, it } from 'vitest';
import { taskId } from '../../../lib/base/ids.ts';
import { CANCELLED_TASK, FLAG_COUNT } from '../../../lib/exec/protocol.ts';

it('has room for each flag, and an id for the task to stop that no new worker finds there', () => {
  const flags = new Int32Array(new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT));
  expect(CANCELLED_TASK).toBeLessThan(FLAG_COUNT);
  expect(Atomics.load(flags, CANCELLED_TASK)).not.toBe(taskId(0) + 1);
});

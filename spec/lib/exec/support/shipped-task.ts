import { jobId, stageId, taskId } from '../../../../lib/base/ids.ts';
import type { ShippedTask } from '../../../../lib/exec/protocol.ts';

let tasks = 0;

/** A task as it is sent to a worker: a new one each time, of stage 0, that reads nothing. */
export function shippedTask(more: Partial<ShippedTask> = {}): ShippedTask {
  return {
    taskId: taskId(tasks++),
    jobId: jobId(0),
    stageId: stageId(0),
    stageAttempt: 0,
    partition: 0,
    attempt: 0,
    executor: 'worker-1',
    speculative: false,
    shuffles: [],
    slices: [],
    blocks: [],
    onDisk: [],
    ...more,
  };
}

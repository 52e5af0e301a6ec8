import { currentTask, type TaskScope } from '../exec/current-task.ts';

/** What a function may ask about the task that runs it, and leave for its end. */
export type TaskContext = TaskScope;

/**
 * The task that the calling function runs in, also after an `await` in it; undefined in code that no task runs (Spark's
 * `TaskContext.get`).
 *
 * ```ts
 * await session.range(0, 4, 1, 2).map((n) => [taskContext()?.partition, n]).collect();
 * // [[0, 0], [0, 1], [1, 2], [1, 3]]
 * ```
 *
 * For work at the end of a task:
 *
 * ```ts
 * await ids.foreachPartition(async (records) => {
 *   const client = await connect();
 *   taskContext()?.onCompletion(() => client.close());
 *   for (const id of records) await client.send(id);
 * });
 * ```
 */
export function taskContext(): TaskContext | undefined {
  return currentTask()?.scope;
}

/**
 * What the parts of a task that gather records before they give any, sorting, combining, grouping, need of the task.
 */
import type { TaskMemory } from '../../storage/memory/task-memory.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import type { SpilledGroups } from '../shuffle/spilled-groups.ts';

export interface GatheringTask {
  /** What all of them hold together is limited. */
  readonly memory: TaskMemory;
  /** Where they write out what they may not hold. */
  readonly spills: TaskSpills;
  /** Of groups that were given with their values there. */
  readonly spilledGroups: SpilledGroups;
  /** Records of an ordinary batch. */
  readonly batchRows: number;
  /** Raises TASK_CANCELLED when the task should stop. */
  throwIfCancelled(): void;
}

import type { RandomAccess } from '../../../formats/bytes/random-access.ts';
import type { TaskContext } from '../task-context.ts';

/** A file of a task's input, whose bytes are counted as they are read. The handle stays the caller's. */
export class CountingSource implements RandomAccess {
  readonly #file: RandomAccess;
  readonly #task: Pick<TaskContext, 'countInput'>;

  constructor(file: RandomAccess, task: Pick<TaskContext, 'countInput'>) {
    this.#file = file;
    this.#task = task;
  }

  get path(): string {
    return this.#file.path;
  }

  sizeBytes(): number {
    return this.#file.sizeBytes();
  }

  read(target: Uint8Array, position: number): number {
    const count = this.#file.read(target, position);
    this.#task.countInput(count);
    return count;
  }
}

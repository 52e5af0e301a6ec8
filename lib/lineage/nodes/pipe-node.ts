import { join } from 'node:path';
import { CairnError, describeValue } from '../../base/errors.ts';
import { ComputedNode, type LineageNode, type NodeOrigin } from '../lineage-node.ts';
import type { Partition } from '../partition.ts';
import { rowBatches, rowsOf } from '../records.ts';
import type { BatchIterator, TaskContext } from '../task-context.ts';
import { PipedCommand } from './piped-command.ts';

/** Characters that are written to a child at a time. */
const WRITE_CHARACTERS = 64 * 1024;

export interface PipeOptions {
  /** Variables on top of the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The child's working directory; the process's own unless said. */
  readonly cwd?: string;
  /** Gives each child an empty directory of its own, `<cwd>/tasks/<task>`, which is removed afterwards. */
  readonly separateWorkingDir?: boolean;
}

/**
 * Pipes each partition through a command of its own: `String(record)` and a newline in, each line of its output a
 * record. No shell: a string is cut at white space, as in Spark; write `['sh', '-c', '…']` for a shell's work.
 *
 * A command that ends without reading all of its input is no error, as in a shell. One that ends with another exit
 * code than 0 raises PIPE_FAILED, after what it wrote; PIPE_COMMAND_NOT_FOUND when it can't be started.
 */
export class PipeNode extends ComputedNode {
  readonly kind = 'pipe';
  readonly className = 'PipedRDD';
  readonly command: readonly string[];
  readonly options: PipeOptions;

  /** Raises INVALID_ARGUMENT for an empty command. */
  constructor(origin: NodeOrigin, parent: LineageNode, command: string | readonly string[], options: PipeOptions = {}) {
    super(origin, [{ kind: 'narrow', parent }], undefined, { isAsync: true });
    this.command = typeof command === 'string' ? command.split(/\s+/).filter((word) => word !== '') : [...command];
    this.options = options;
    if (this.command[0] === undefined || this.command[0] === '') {
      throw new CairnError('INVALID_ARGUMENT', {
        method: 'pipe',
        argument: 'command',
        expected: 'a command, as a text or as an array of program and arguments',
        found: describeValue(command),
      });
    }
  }

  get parent(): LineageNode {
    return this.parentAt(0);
  }

  protected override computePartitions(): readonly Partition[] {
    return this.parent.partitions.map(({ index }) => ({ index, split: undefined }));
  }

  override *compute(partition: Partition, task: TaskContext): BatchIterator {
    const { cwd, separateWorkingDir } = this.options;
    if (separateWorkingDir !== true) {
      yield* this.#run(partition, task, cwd);
      return;
    }
    const name = `${process.pid}-${this.id}-${task.stage}-${partition.index}-${task.attempt}`;
    const directory = join(cwd ?? '.', 'tasks', name);
    task.fileSystem.makeDirectory(directory);
    try {
      yield* this.#run(partition, task, directory);
    } finally {
      task.fileSystem.removeTree(directory);
    }
  }

  *#run(partition: Partition, task: TaskContext, cwd: string | undefined): BatchIterator {
    const input = task.iterate(this.parent, partition.index);
    try {
      using child = new PipedCommand({ command: this.command, env: this.options.env ?? {}, cwd });
      while (true) {
        task.throwIfCancelled();
        // Output before input: a child that can't write does not read either.
        const lines = child.takeLines();
        yield* rowBatches(lines, task.batchRows);
        if (child.finished) break;
        if (!child.wantsInput) {
          yield { kind: 'pending', ready: child.progress() };
          continue;
        }
        const next = input.next();
        if (next.done === true) child.endInput();
        else if (next.value.kind === 'pending') yield next.value;
        else writeLines(child, rowsOf(next.value));
      }
      child.check();
    } finally {
      input.return?.();
    }
  }
}

function writeLines(child: PipedCommand, batch: ReturnType<typeof rowsOf>): void {
  let text = '';
  for (let i = batch.from; i < batch.to; i++) {
    const record = batch.rows[i];
    text += `${typeof record === 'string' ? record : String(record)}\n`;
    if (text.length < WRITE_CHARACTERS) continue;
    child.write(text);
    text = '';
  }
  if (text !== '') child.write(text);
}

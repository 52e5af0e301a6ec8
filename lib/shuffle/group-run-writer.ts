/**
 * Groups in a run, in the order in which their keys came first.
 *
 * A segment holds some groups: a frame with where each came first, its key and its numbers of values by input, then for
 * each input the values of all of these groups back to back. No value is wrapped, so columns stay columns.
 */
import type { RunFile, RunFileWriter } from '../../storage/spill/run-file.ts';
import type { Group } from './group-table.ts';
import { FRAME_ROWS, type FrameEncoder } from './run-frames.ts';
import type { RunScope } from './run-scope.ts';

export interface GroupRunOptions {
  readonly scope: RunScope;
  readonly encoder: FrameEncoder;
  readonly inputs: number;
  /** What a reader holds at a time, more or less. */
  readonly segmentBytes: number;
}

export class GroupRunWriter {
  readonly #options: GroupRunOptions;
  readonly #writer: RunFileWriter;
  #groups: Group[] = [];
  #bytes = 0;

  constructor(options: GroupRunOptions) {
    this.#options = options;
    this.#writer = options.scope.open();
  }

  /** Adds a group of estimated `bytes`, later than those before. */
  add(group: Group, bytes: number): void {
    this.#groups.push(group);
    this.#bytes += bytes;
    if (this.#bytes >= this.#options.segmentBytes || this.#groups.length >= FRAME_ROWS) this.#flush();
  }

  finish(): RunFile {
    this.#flush();
    return this.#options.scope.finish(this.#writer);
  }

  #flush(): void {
    const groups = this.#groups;
    if (groups.length === 0) return;
    const { encoder, inputs } = this.#options;
    const parts: unknown[][] = [groups.map(({ first }) => first), groups.map(({ key }) => key)];
    for (let input = 0; input < inputs; input++) parts.push(groups.map(({ lists }) => lists[input]?.length ?? 0));
    encoder.tuples(parts, groups.length);
    for (let input = 0; input < inputs; input++) {
      const values: unknown[] = [];
      for (const { lists } of groups) for (const value of lists[input] ?? []) values.push(value);
      encoder.records(values);
    }
    encoder.appendTo(this.#writer);
    this.#groups = [];
    this.#bytes = 0;
  }
}

/**
 * Keys with so many values that these go to disk while they are gathered, instead of the key with all that it has.
 *
 * Such a key stays in its table with the values that came last; `flush` moves these on. Its values lie in segments of one
 * run, which is complete with `finish`.
 */
import type { RunFile, RunFileWriter, RunSegment } from '../../storage/spill/run-file.ts';
import { invariant } from '../base/invariant.ts';
import type { Group, GroupTable } from './group-table.ts';
import type { FrameEncoder } from './run-frames.ts';
import type { RunScope } from './run-scope.ts';

/** Values in memory, or segments of a run. */
export type StreamedList =
  | readonly unknown[]
  | { readonly run: RunFile; readonly segments: readonly RunSegment[] }
  | undefined;

/** Values of so many bytes and fewer stay in memory to the end: a segment would cost as much. */
const SMALL_BYTES = 1024;

export class StreamedGroups {
  readonly #scope: RunScope;
  readonly #encoder: FrameEncoder;
  readonly #inputs: number;
  readonly #chunkBytes: number;
  /** By where its key came first: per input the positions of its segments in the run. */
  readonly #segments = new Map<number, number[][]>();
  /** Ids of the keys in their table, ascending. */
  #ids: number[] = [];
  #writer: RunFileWriter | undefined;
  #written = 0;

  /** Values are read back in chunks of about `chunkBytes`. */
  constructor(scope: RunScope, encoder: FrameEncoder, inputs: number, chunkBytes: number) {
    this.#scope = scope;
    this.#encoder = encoder;
    this.#inputs = inputs;
    this.#chunkBytes = chunkBytes;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** Ids in the table, ascending. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  has(table: GroupTable, id: number): boolean {
    return this.#segments.has(table.firstOf(id));
  }

  /** From now on the values of this key are moved to disk. */
  stream(table: GroupTable, id: number): void {
    this.#segments.set(
      table.firstOf(id),
      Array.from({ length: this.#inputs }, () => []),
    );
    this.#ids.push(id);
    this.#ids.sort((a, b) => a - b);
  }

  /** The table has given its keys new ids. */
  renumber(ids: readonly number[]): void {
    this.#ids = [...ids];
  }

  /** Moves the values of these keys that take `leastBytes` to disk. */
  flush(table: GroupTable, leastBytes: number): void {
    for (const id of this.#ids) this.#flushKey(table, id, leastBytes);
  }

  /** All groups by where their keys came first, taken out of the table. */
  finish(table: GroupTable): Group<StreamedList>[] {
    for (const id of this.#ids) this.#flushKey(table, id, SMALL_BYTES, true);
    const run = this.#writer === undefined ? undefined : this.#scope.finish(this.#writer);
    this.#writer = undefined;
    const groups = this.#ids.map((id): Group<StreamedList> => {
      const first = table.firstOf(id);
      const positions = this.#segments.get(first) as number[][];
      const lists = positions.map((ofInput, input): StreamedList => {
        if (ofInput.length === 0) return table.listOf(id, input);
        invariant(run !== undefined, 'segments are in a run');
        return { run, segments: ofInput.map((at) => run.segments[at] as RunSegment) };
      });
      return { first, key: table.keyOf(id), lists };
    });
    return groups.sort((a, b) => a.first - b.first);
  }

  /** `isLast`: what follows segments goes to one, too, however little it is. */
  #flushKey(table: GroupTable, id: number, leastBytes: number, isLast = false): void {
    const segments = this.#segments.get(table.firstOf(id)) as number[][];
    for (let input = 0; input < this.#inputs; input++) {
      const ofInput = segments[input] as number[];
      const count = table.listOf(id, input)?.length ?? 0;
      if (count === 0) continue;
      const bytes = table.listBytes(id, input);
      if (bytes < leastBytes && !(isLast && ofInput.length > 0)) continue;
      this.#writer ??= this.#scope.open();
      const rows = Math.max(1, Math.floor((count * this.#chunkBytes) / bytes));
      const values = table.takeList(id, input);
      for (let from = 0; from < count; from += rows) {
        this.#encoder.records(values.slice(from, from + rows));
        this.#encoder.appendTo(this.#writer);
        ofInput.push(this.#written++);
      }
    }
  }
}

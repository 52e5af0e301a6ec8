/**
 * Groups inputs of pairs by key with what memory there is: keys in order of first appearance over all inputs, values in
 * order of arrival, whether anything went to disk or not.
 *
 * Pairs are gathered in a table; what it has no room for goes to partitions by key (`group-level.ts`). When all are there,
 * the groups of the table are given, then each partition is grouped in the same way, its groups written to runs in order
 * of first appearance, and these runs merged in that order. Values of keys that have very many never move again once they
 * are on disk: such a group is given as an array that reads them when it is asked (`spilled-group.ts`).
 *
 * Threading: a task's own. Asked to spill while it gathers, it shrinks its table; while it gives the groups of the table, it
 * writes the rest of them to a run.
 */
import type { ConsumerMemory, MemoryConsumer, TaskMemory } from '../../storage/memory/task-memory.ts';
import type { RunFile } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { GroupLevel, type LevelResult } from './group-level.ts';
import { mergeGroupRuns } from './group-run-reader.ts';
import { GroupRunWriter } from './group-run-writer.ts';
import type { Group, GroupTable } from './group-table.ts';
import type { OverflowPartition } from './overflow-partitions.ts';
import { PairReader, type SideArray } from './pair-arrays.ts';
import { FrameEncoder, partsOf } from './run-frames.ts';
import { RunScope } from './run-scope.ts';
import { spilledGroup } from './spilled-group.ts';
import type { SpilledGroups } from './spilled-groups.ts';
import { SpilledList } from './spilled-list.ts';
import type { StreamedList } from './streamed-groups.ts';

/** What is given for a key: `[key, values]` of the one input, or `[key, [values of input 0, values of input 1, …]]`. */
export type GroupForm = 'values' | 'values-by-input';

export interface ExternalGrouperOptions {
  /** How many inputs there are; 1 where the form is `values`. */
  readonly inputs: number;
  readonly form: GroupForm;
  readonly memory: TaskMemory;
  readonly spills: TaskSpills;
  readonly spilledGroups: SpilledGroups;
  /** Groups given at a time, unless they are large. */
  readonly batchRows: number;
  /** Asked now and then while files are worked on; may raise. */
  readonly check: () => void;
}

/** Of the share: what stays of the table when it has to shrink. */
const KEPT_PART = 1 / 2;
/** Of the share: groups given at a time, and a segment of one of the runs that are merged. */
const GIVEN_PART = 1 / 8;
const SEGMENT_PART = 1 / 256;
const LEAST_SEGMENT_BYTES = 512;
const MOST_SEGMENT_BYTES = 256 * 1024;
/** Runs read side by side: as many files are open, and as many segments in memory. */
const MOST_MERGED = 64;

/** See the file header. First `add`, then `batches` once; dispose of it at the end. */
export class ExternalGrouper implements MemoryConsumer, Disposable {
  readonly name = 'group by key';
  readonly #options: ExternalGrouperOptions;
  readonly #memory: ConsumerMemory;
  readonly #scope: RunScope;
  readonly #encoder: FrameEncoder;
  readonly #level: GroupLevel;
  readonly #reader = new PairReader();
  #records = 0;
  /** What it does when it is asked to spill: nothing in the middle of something. */
  #onSpill: ((bytes: number) => void) | undefined;

  constructor(options: ExternalGrouperOptions) {
    this.#options = options;
    this.#memory = options.memory.register(this);
    this.#scope = new RunScope(options.spills, (bytes) => this.#memory.noteSpill(bytes));
    this.#encoder = new FrameEncoder(options.spills.codec);
    this.#level = this.#newLevel(0);
  }

  /**
   * Adds pairs of an input; all of one input come before those of the next. Raises NOT_A_PAIR, VALUE_NOT_SERIALIZABLE for
   * a key that has no identity or a value that has to be written and cannot be, and what writing raises.
   */
  add(batch: Exclude<TaskBatch, PendingBatch>, input: number): void {
    const pairs = this.#reader.read(batch);
    this.#onSpill = undefined;
    this.#level.add(pairs, input, this.#records);
    this.#records += pairs.count;
    this.#makeRoom(this.#level);
    this.#onSpill = (bytes) => this.#shrink(this.#level, Math.max(0, this.#memory.heldBytes - bytes));
  }

  /** All groups; the arrays belong to the caller. Raises what reading and writing raise, CORRUPT_FILE above all. */
  *batches(): Generator<unknown[], void, undefined> {
    this.#onSpill = undefined;
    const result = this.#level.finish();
    const streamed = [...result.streamed];
    yield* this.#giveTable(result, streamed);
    this.#onSpill = undefined;
    this.#memory.hold(0);
    if (streamed.length === 0 && result.partitions.length === 0) return;
    let runs: RunFile[] = [];
    for (const partition of result.partitions) runs.push(...this.#groupPartition(partition, 1, streamed));
    streamed.sort((a, b) => a.first - b.first);
    while (runs.length > MOST_MERGED) {
      const merged = this.#writeGroups(mergeGroupRuns(this.#scope, runs.slice(0, MOST_MERGED)));
      runs = runs.slice(MOST_MERGED).concat(merged ?? []);
    }
    yield* this.#giveMerged(mergeGroupRuns(this.#scope, runs), streamed);
  }

  /** See `MemoryConsumer`. */
  spill(bytes: number): void {
    this.#onSpill?.(bytes);
  }

  /** Removes run files, except for those that groups which were given read from: these go with the task. */
  [Symbol.dispose](): void {
    this.#onSpill = undefined;
    attemptAll([
      () => this.#scope[Symbol.dispose](),
      () => this.#encoder[Symbol.dispose](),
      () => this.#memory[Symbol.dispose](),
    ]);
  }

  #newLevel(depth: number): GroupLevel {
    const { inputs, memory } = this.#options;
    const { shareBytes } = memory;
    return new GroupLevel({ inputs, scope: this.#scope, encoder: this.#encoder, shareBytes, depth });
  }

  /** Shrinks the table when the task holds more than its share. */
  #makeRoom(level: GroupLevel): void {
    if (this.#memory.hold(level.heldBytes)) return;
    const { memory } = this.#options;
    const others = memory.heldBytes - this.#memory.heldBytes;
    this.#shrink(level, Math.max(0, memory.shareBytes - others) * KEPT_PART);
  }

  #shrink(level: GroupLevel, targetBytes: number): void {
    level.shrinkTo(targetBytes);
    this.#memory.hold(level.heldBytes);
  }

  /** The groups of the first table, and those of `streamed` that came before the last of them, which are taken out. */
  *#giveTable({ table, resident }: LevelResult, streamed: Group<StreamedList>[]): Generator<unknown[]> {
    const count = resident?.length ?? table.size;
    const held = this.#memory.heldBytes;
    let rest: RunFile | undefined;
    let at = 0;
    const idAt = (i: number): number => resident?.[i] ?? i;
    this.#onSpill = () => {
      this.#onSpill = undefined;
      rest = this.#writeGroups(tableGroups(table, idAt, at, count));
      table.keepOnly([]);
      this.#memory.hold(0);
    };
    while (at < count && rest === undefined) {
      const next = streamed[0];
      const from = at;
      const first = table.firstOf(idAt(at));
      if (next !== undefined && next.first < first) {
        streamed.shift();
        yield [this.#give(next)];
        continue;
      }
      const rows: unknown[] = [];
      const limit = next?.first ?? Number.POSITIVE_INFINITY;
      const to = Math.min(count, from + this.#options.batchRows);
      for (; at < to; at++) {
        const id = idAt(at);
        if (table.firstOf(id) > limit) break;
        rows.push(this.#record(table.takeGroup(id)));
      }
      this.#memory.hold(Math.floor(held * (1 - at / count)));
      yield rows;
    }
    if (rest !== undefined) yield* this.#giveMerged(mergeGroupRuns(this.#scope, [rest]), streamed, false);
  }

  /** Groups in order, with those of `streamed` between them, and behind them if `isAll`. */
  *#giveMerged(
    groups: Iterable<{ readonly group: Group; readonly bytes: number }>,
    streamed: Group<StreamedList>[],
    isAll = true,
  ): Generator<unknown[]> {
    const { batchRows, memory } = this.#options;
    let rows: unknown[] = [];
    let rowsBytes = 0;
    for (const { group, bytes } of groups) {
      const isFull = rows.length >= batchRows || rowsBytes + bytes > memory.shareBytes * GIVEN_PART;
      const next = streamed[0];
      if (rows.length > 0 && (isFull || (next !== undefined && next.first < group.first))) {
        yield rows;
        rows = [];
        rowsBytes = 0;
      }
      while (streamed[0] !== undefined && streamed[0].first < group.first) {
        yield [this.#give(streamed.shift() as Group<StreamedList>)];
      }
      rows.push(this.#record(group));
      rowsBytes += bytes;
    }
    if (rows.length > 0) yield rows;
    while (isAll && streamed.length > 0) yield [this.#give(streamed.shift() as Group<StreamedList>)];
  }

  /** Groups a partition into runs that are in order; groups whose values are on disk already go to `streamed`. */
  #groupPartition(partition: OverflowPartition, depth: number, streamed: Group<StreamedList>[]): RunFile[] {
    const level = this.#newLevel(depth);
    const reader = this.#scope.read(partition.run);
    partition.run.segments.forEach((segment, i) => {
      this.#options.check();
      for (const batch of reader.readSegment(segment)) {
        const { count, parts } = partsOf(batch);
        const [firsts, keys, values] = parts as [SideArray, SideArray, SideArray];
        level.add({ count, keys, values }, partition.inputs[i] as number, firsts);
        this.#makeRoom(level);
      }
    });
    this.#scope.remove(reader);
    const { table, resident, streamed: large, partitions } = level.finish();
    streamed.push(...large);
    const count = resident?.length ?? table.size;
    const run = this.#writeGroups(tableGroups(table, (i) => resident?.[i] ?? i, 0, count));
    table.keepOnly([]);
    this.#memory.hold(0);
    const runs = run === undefined ? [] : [run];
    for (const inner of partitions) runs.push(...this.#groupPartition(inner, depth + 1, streamed));
    return runs;
  }

  /** Undefined when there are none. */
  #writeGroups(groups: Iterable<{ readonly group: Group; readonly bytes: number }>): RunFile | undefined {
    const { inputs, memory, check } = this.#options;
    const segmentBytes = Math.max(LEAST_SEGMENT_BYTES, Math.min(MOST_SEGMENT_BYTES, memory.shareBytes * SEGMENT_PART));
    let writer: GroupRunWriter | undefined;
    for (const { group, bytes } of groups) {
      if (writer === undefined) check();
      writer ??= new GroupRunWriter({ scope: this.#scope, encoder: this.#encoder, inputs, segmentBytes });
      writer.add(group, bytes);
    }
    return writer?.finish();
  }

  /** A group with values on disk as a record. */
  #give({ key, first, lists }: Group<StreamedList>): unknown {
    const { spills, spilledGroups } = this.#options;
    const arrays = lists.map((list) => {
      if (list === undefined || Array.isArray(list)) return list;
      const { run, segments } = list as Exclude<StreamedList, readonly unknown[] | undefined>;
      this.#scope.leave(run);
      spilledGroups.note();
      return spilledGroup(new SpilledList(spills, spilledGroups, run, segments));
    });
    return this.#record({ key, first, lists: arrays });
  }

  #record({ key, lists }: Group): unknown {
    if (this.#options.form === 'values') return [key, lists[0] ?? []];
    return [key, lists.map((list) => list ?? [])];
  }
}

function* tableGroups(
  table: GroupTable,
  idAt: (i: number) => number,
  from: number,
  to: number,
): Generator<{ readonly group: Group; readonly bytes: number }, void, undefined> {
  for (let i = from; i < to; i++) {
    const id = idAt(i);
    const bytes = table.groupBytes(id);
    yield { group: table.takeGroup(id), bytes };
  }
}

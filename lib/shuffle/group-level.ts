/**
 * Groups pairs as far as memory goes: a table of the first keys, and partitions for the pairs of all others.
 *
 * When the table has to shrink, the values of keys that have very many go to disk first. If that is not enough the table
 * is frozen, its younger keys are dealt out to partitions with all they have, and new keys follow them. So the keys that
 * remain in the table of a level that reads records in order came before all keys of its partitions.
 */
import type { Group } from './group-table.ts';
import { GroupTable } from './group-table.ts';
import { type OverflowPartition, OverflowPartitions } from './overflow-partitions.ts';
import type { PairArrays, SideArray } from './pair-arrays.ts';
import type { FrameEncoder } from './run-frames.ts';
import type { RunScope } from './run-scope.ts';
import { StreamedGroups, type StreamedList } from './streamed-groups.ts';

export interface LevelOptions {
  readonly inputs: number;
  readonly scope: RunScope;
  readonly encoder: FrameEncoder;
  /** What it may hold, more or less: decides how much is written at a time. */
  readonly shareBytes: number;
  /** 0 for what reads the records, then one more for each partition within a partition. */
  readonly depth: number;
}

export interface LevelResult {
  readonly table: GroupTable;
  /** Ids of the groups in the table, in order of first appearance; undefined: all of them as they come. */
  readonly resident: Int32Array | undefined;
  /** Groups with values on disk, in order of first appearance. */
  readonly streamed: readonly Group<StreamedList>[];
  readonly partitions: readonly OverflowPartition[];
}

/** A key with more than this part of the share has its values on disk rather than moving about with them. */
const STREAMED_PART = 1 / 16;
const LEAST_STREAMED_BYTES = 4096;
/** Of the share: values of one key that are written at a time. */
const CHUNK_PART = 1 / 64;
const MOST_CHUNK_BYTES = 1024 * 1024;
/** Of the share: pairs of all partitions that wait to be written. */
const WAITING_PART = 1 / 4;
const PARTITION_BYTES = 64 * 1024;
const FEWEST_PARTITIONS = 8;
const MOST_PARTITIONS = 32;
/** Beyond it keys stay together whatever they take: so many hashes that part none of them are no accident. */
const MOST_DEPTH = 8;
const FIRST_SEED = 0x5bd1e995;

export class GroupLevel {
  readonly #options: LevelOptions;
  readonly #table: GroupTable;
  #streamed: StreamedGroups | undefined;
  #overflow: OverflowPartitions | undefined;

  constructor(options: LevelOptions) {
    this.#options = options;
    this.#table = new GroupTable(options.inputs);
  }

  /** Estimated bytes it holds. */
  get heldBytes(): number {
    return this.#table.sizeBytes + (this.#overflow?.waitingBytes ?? 0);
  }

  /** Whether anything of it is on disk. */
  get hasSpilled(): boolean {
    return this.#streamed !== undefined || this.#overflow !== undefined;
  }

  /** Adds pairs of an input; the i-th one is record `firsts[i]`, or `firsts + i`. */
  add(pairs: PairArrays, input: number, firsts: number | SideArray): void {
    const ids = this.#table.add(pairs, input, firsts);
    const overflow = this.#overflow;
    if (overflow !== undefined) {
      const { count, keys, values } = pairs;
      const bytes = this.#table.pairBytes(input);
      for (let i = 0; i < count; i++) {
        if ((ids[i] as number) >= 0) continue;
        overflow.add(input, keys[i], values[i], typeof firsts === 'number' ? firsts + i : (firsts[i] as number), bytes);
      }
      if (overflow.waitingBytes >= this.#options.shareBytes * WAITING_PART) overflow.flush();
    }
    this.#streamed?.flush(this.#table, this.#chunkBytes);
  }

  /** Writes out until it holds `targetBytes` or nothing that could go. */
  shrinkTo(targetBytes: number): void {
    this.#overflow?.flush();
    this.#streamLargest();
    this.#streamed?.flush(this.#table, 0);
    if (this.#table.sizeBytes > targetBytes && this.#options.depth < MOST_DEPTH) this.#demote(targetBytes);
    this.#overflow?.flush();
  }

  /** Ends gathering: all pairs of partitions are on disk then. */
  finish(): LevelResult {
    const table = this.#table;
    const partitions = this.#overflow?.finish() ?? [];
    const streamed = this.#streamed?.finish(table) ?? [];
    const resident = streamed.length === 0 && this.#options.depth === 0 ? undefined : this.#resident();
    return { resident, table, streamed, partitions };
  }

  #resident(): Int32Array {
    const table = this.#table;
    const isStreamed = new Set(this.#streamed?.ids);
    const ids = Int32Array.from({ length: table.size }, (_, id) => id).filter((id) => !isStreamed.has(id));
    // Pairs of a partition are not in order of where their keys came first: some have been in a table before.
    if (this.#options.depth > 0) ids.sort((a, b) => table.firstOf(a) - table.firstOf(b));
    return ids;
  }

  get #chunkBytes(): number {
    return Math.min(MOST_CHUNK_BYTES, this.#options.shareBytes * CHUNK_PART);
  }

  #streamLargest(): void {
    const table = this.#table;
    const leastBytes = Math.max(LEAST_STREAMED_BYTES, this.#options.shareBytes * STREAMED_PART);
    for (let id = 0; id < table.size; id++) {
      if (table.groupBytes(id) < leastBytes || this.#streamed?.has(table, id) === true) continue;
      const { scope, encoder, inputs } = this.#options;
      this.#streamed ??= new StreamedGroups(scope, encoder, inputs, this.#chunkBytes);
      this.#streamed.stream(table, id);
    }
  }

  /** Deals out the younger keys. */
  #demote(targetBytes: number): void {
    const { inputs, scope, encoder, shareBytes, depth } = this.#options;
    const table = this.#table;
    table.isFrozen = true;
    this.#overflow ??= new OverflowPartitions({
      scope,
      encoder,
      inputs,
      partitions: Math.max(FEWEST_PARTITIONS, Math.min(MOST_PARTITIONS, Math.floor(shareBytes / PARTITION_BYTES))),
      seed: Math.imul(FIRST_SEED, depth + 1) | 0,
    });
    const kept: number[] = [];
    let bytes = 0;
    for (let id = 0; id < table.size; id++) {
      if (this.#streamed?.has(table, id) === true) {
        kept.push(id);
        bytes += table.groupBytes(id);
      }
    }
    const streamed = kept.length;
    let id = 0;
    for (; id < table.size && bytes < targetBytes; id++) {
      if (this.#streamed?.has(table, id) === true) continue;
      bytes += table.groupBytes(id);
      if (bytes <= targetBytes) kept.push(id);
      else break;
    }
    for (; id < table.size; id++) {
      if (this.#streamed?.has(table, id) !== true) this.#dealOut(this.#overflow, id);
    }
    kept.sort((a, b) => a - b);
    const streamedIds = streamed === 0 ? [] : kept.flatMap((id, at) => (this.#streamed?.has(table, id) ? [at] : []));
    table.keepOnly(kept);
    this.#streamed?.renumber(streamedIds);
  }

  #dealOut(overflow: OverflowPartitions, id: number): void {
    const table = this.#table;
    for (let input = 0; input < this.#options.inputs; input++) {
      const list = table.listOf(id, input);
      if (list === undefined) continue;
      overflow.addAll(input, table.keyOf(id), list, table.firstOf(id), list.length * table.pairBytes(input));
      table.takeList(id, input);
      if (overflow.waitingBytes >= this.#options.shareBytes * WAITING_PART) overflow.flush();
    }
  }
}

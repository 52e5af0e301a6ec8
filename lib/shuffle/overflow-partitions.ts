/**
 * Pairs that a table of groups has no room for, dealt out by key to spill partitions, each a run of its own.
 *
 * A key's pairs are all in one partition, those of an input in the order they came, and those of earlier inputs before
 * those of later ones; the first of them knows where the key came first. Each segment holds pairs of one input.
 */
import type { RunFile, RunFileWriter } from '../../storage/spill/run-file.ts';
import type { FrameEncoder } from './run-frames.ts';
import type { RunScope } from './run-scope.ts';
import { spreadKey } from './spread-key.ts';

/** A complete partition: a run, and the input of each of its segments. */
export interface OverflowPartition {
  readonly run: RunFile;
  readonly inputs: readonly number[];
}

/** Pairs of one partition and input that are not written yet. */
interface Waiting {
  readonly keys: unknown[];
  readonly values: unknown[];
  readonly firsts: number[];
}

interface OpenPartition {
  readonly waiting: readonly Waiting[];
  writer: RunFileWriter | undefined;
  readonly inputs: number[];
}

export interface OverflowOptions {
  readonly scope: RunScope;
  readonly encoder: FrameEncoder;
  readonly inputs: number;
  readonly partitions: number;
  /** Of the hash that deals out: another one at each level of a recursion. */
  readonly seed: number;
}

export class OverflowPartitions {
  readonly #options: OverflowOptions;
  readonly #partitions: readonly OpenPartition[];
  #waitingBytes = 0;

  constructor(options: OverflowOptions) {
    this.#options = options;
    this.#partitions = Array.from({ length: options.partitions }, () => ({
      waiting: Array.from({ length: options.inputs }, () => ({ keys: [], values: [], firsts: [] })),
      writer: undefined,
      inputs: [],
    }));
  }

  /** Estimated bytes of what is not written yet. */
  get waitingBytes(): number {
    return Math.ceil(this.#waitingBytes);
  }

  /** Where a key's pairs go. */
  partitionOf(key: unknown): number {
    return spreadKey(key, this.#options.seed) % this.#options.partitions;
  }

  /** Adds a pair that is estimated to take `bytes`. */
  add(input: number, key: unknown, value: unknown, first: number, bytes: number): void {
    const { keys, values, firsts } = this.#waiting(key, input);
    keys.push(key);
    values.push(value);
    firsts.push(first);
    this.#waitingBytes += bytes;
  }

  /** Adds all values of a key so far. */
  addAll(input: number, key: unknown, list: readonly unknown[], first: number, bytes: number): void {
    const { keys, values, firsts } = this.#waiting(key, input);
    for (const value of list) {
      keys.push(key);
      values.push(value);
      firsts.push(first);
    }
    this.#waitingBytes += bytes;
  }

  /** Writes what waits. */
  flush(): void {
    const { encoder, scope } = this.#options;
    for (const partition of this.#partitions) {
      partition.waiting.forEach(({ keys, values, firsts }, input) => {
        if (keys.length === 0) return;
        partition.writer ??= scope.open();
        encoder.tuples([firsts, keys, values], keys.length);
        encoder.appendTo(partition.writer);
        partition.inputs.push(input);
        keys.length = 0;
        values.length = 0;
        firsts.length = 0;
      });
    }
    this.#waitingBytes = 0;
  }

  /** Writes what waits; gives the partitions that have pairs. */
  finish(): OverflowPartition[] {
    this.flush();
    const finished: OverflowPartition[] = [];
    for (const { writer, inputs } of this.#partitions) {
      if (writer !== undefined) finished.push({ run: this.#options.scope.finish(writer), inputs });
    }
    return finished;
  }

  #waiting(key: unknown, input: number): Waiting {
    return (this.#partitions[this.partitionOf(key)] as OpenPartition).waiting[input] as Waiting;
  }
}

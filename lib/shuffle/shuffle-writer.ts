/**
 * The map side of a shuffle: pairs per reduce partition become frames, frames become one map output.
 *
 * Encoded frames stay in one growing buffer per partition until they pass the task's share of memory; then all of them
 * go to a run file, in order, and the buffers start again. A single partition needs no run: its frames go to the output as
 * they come. Within a partition the output therefore keeps the order in
 * which records came, and the same records give the same bytes, spilled or not at the same points.
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { narrowDoubles } from '../../formats/record/narrow-columns.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, rowBatch } from '../../formats/schema/batch.ts';
import type { ConsumerMemory, MemoryConsumer, TaskMemory } from '../../storage/memory/task-memory.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { MapOutputWriter } from '../../storage/shuffle/map-output-writer.ts';
import type { RunFile } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { attemptAll } from '../base/attempt-all.ts';
import { failpoint } from '../base/failpoint.ts';

export interface ShuffleWriterOptions {
  readonly numPartitions: number;
  readonly codec: CodecName;
  /** What encoded frames are counted in; what passes the task's share is spilled. */
  readonly memory: TaskMemory;
  readonly spills: TaskSpills;
  readonly output: MapOutputWriter;
}

/** Records per frame at most: also the most that a reader has to hold as rows at a time. */
const FRAME_ROWS = 4096;
/** Frames gathered for one write where they can go to the output at once. */
const DIRECT_BYTES = 1 << 20;
/** Buffers that are kept when they are empty. */
const SMALL_BYTES = 64 * 1024;

export class ShuffleWriter implements Disposable, MemoryConsumer {
  readonly name = 'map output';
  readonly #options: ShuffleWriterOptions;
  readonly #frames: (ByteWriter | undefined)[];
  readonly #rows: number[];
  readonly #runs: RunFile[] = [];
  readonly #memory: ConsumerMemory;
  #heldBytes = 0;
  #spilledBytes = 0;
  #writtenBytes = 0;

  constructor(options: ShuffleWriterOptions) {
    this.#options = options;
    this.#frames = new Array<ByteWriter | undefined>(options.numPartitions).fill(undefined);
    this.#rows = new Array<number>(options.numPartitions).fill(0);
    this.#memory = options.memory.register(this);
  }

  get spilledBytes(): number {
    return this.#spilledBytes;
  }

  /** Encoded bytes so far, spilled ones included. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Encodes records for a partition. The array may be emptied afterwards. */
  write(partition: number, records: readonly unknown[]): void {
    this.#encode(partition, records.length, (from, to) => rowBatch(records, from, to));
  }

  /** As `write`, for pairs of numbers, the i-th `[keys[i], values[i]]`; every NaN is the canonical one. */
  writeNumbers(partition: number, keys: Float64Array, values: Float64Array): void {
    this.#encode(partition, keys.length, (from, to) =>
      pairsOfNumbers(keys.subarray(from, to), values.subarray(from, to)),
    );
  }

  #encode(partition: number, count: number, batchOf: (from: number, to: number) => Batch): void {
    if (count === 0) return;
    this.#frames[partition] ??= new ByteWriter({ initialBytes: 1024 });
    const out = this.#frames[partition];
    const before = out.length;
    const taken = takenBy(out);
    for (let from = 0; from < count; from += FRAME_ROWS) {
      encodeFrame(batchOf(from, Math.min(from + FRAME_ROWS, count)), out, { codec: this.#options.codec });
    }
    this.#rows[partition] = (this.#rows[partition] as number) + count;
    this.#heldBytes += takenBy(out) - taken;
    this.#writtenBytes += out.length - before;
    if (!this.#memory.hold(this.#heldBytes) || (this.#isDirect && this.#heldBytes >= DIRECT_BYTES)) this.spill();
  }

  /** Whether frames can go to the output at once: there is one partition alone, and so one order. */
  get #isDirect(): boolean {
    return this.#options.numPartitions === 1;
  }

  /** Writes everything out and publishes it. */
  commit(): MapOutput {
    const { output, spills, numPartitions } = this.#options;
    const readers = this.#runs.map((run) => spills.read(run));
    try {
      const next = readers.map(() => 0);
      for (let partition = 0; partition < numPartitions; partition++) {
        readers.forEach((reader, r) => {
          for (;;) {
            const segment = reader.run.segments[next[r] as number];
            if (segment === undefined || segment.partition !== partition) break;
            output.appendFrames(partition, reader.readFrames(segment), segment.rowCount);
            next[r] = (next[r] as number) + 1;
          }
        });
        const held = this.#frames[partition];
        if (held !== undefined && held.length > 0) {
          output.appendFrames(partition, held.bytes(), this.#rows[partition] as number);
        }
      }
      return output.commit();
    } finally {
      attemptAll([...readers.map((reader) => () => reader.close()), () => this[Symbol.dispose]()]);
    }
  }

  /** Drops buffers and run files, whether committed or not. */
  [Symbol.dispose](): void {
    for (const frames of this.#frames) frames?.[Symbol.dispose]();
    this.#frames.fill(undefined);
    this.#heldBytes = 0;
    const { spills } = this.#options;
    attemptAll([...this.#runs.splice(0).map((run) => () => spills.remove(run)), () => this.#memory[Symbol.dispose]()]);
  }

  /** Writes all frames that are held to a run, or to the output where these are its next. */
  spill(): void {
    if (this.#heldBytes === 0) return;
    if (this.#isDirect) this.#writeOutput();
    else this.#writeRun();
    this.#frames.forEach((frames, partition) => {
      // Small buffers serve again; large ones would be held though nothing is in them.
      if (frames === undefined) return;
      if (frames.capacity <= SMALL_BYTES) {
        frames.reset();
      } else {
        frames[Symbol.dispose]();
        this.#frames[partition] = undefined;
      }
    });
    this.#rows.fill(0);
    this.#heldBytes = 0;
    this.#memory.hold(0);
  }

  #writeOutput(): void {
    const { output } = this.#options;
    output.appendFrames(0, (this.#frames[0] as ByteWriter).bytes(), this.#rows[0] as number);
    output.flush();
  }

  #writeRun(): void {
    using run = this.#options.spills.openRun('temp_shuffle');
    this.#frames.forEach((frames, partition) => {
      if (frames === undefined || frames.length === 0) return;
      run.append(partition, frames.bytes(), this.#rows[partition] as number);
    });
    run.flush();
    const finished = run.finish();
    failpoint('shuffle/after-spill');
    this.#runs.push(finished);
    this.#spilledBytes += finished.sizeBytes;
    this.#memory.noteSpill(finished.sizeBytes);
  }
}

/** What a buffer takes: of a small one, which there may be for thousands of partitions, what is in it. */
function takenBy(frames: ByteWriter): number {
  return frames.capacity <= SMALL_BYTES ? frames.length : frames.capacity;
}

/** The columns that the same pairs as records would have. */
function pairsOfNumbers(keys: Float64Array, values: Float64Array): Batch {
  const items = [keys, values].map((numbers) => narrowDoubles(numbers, numbers.length, undefined));
  return { kind: 'columns', rowCount: keys.length, root: { kind: 'tuple', items, nulls: undefined } };
}

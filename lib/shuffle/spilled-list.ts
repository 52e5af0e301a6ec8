import type { RunFile, RunSegment } from '../../storage/spill/run-file.ts';
import type { TaskSpills } from '../../storage/spill/task-spills.ts';
import { recordsIn } from './run-frames.ts';
import type { SpilledGroups } from './spilled-groups.ts';

/** Values in segments of a run, in order: any of them, chunk by chunk. Holds no file open. */
export class SpilledList {
  readonly length: number;
  readonly #spills: TaskSpills;
  readonly #groups: SpilledGroups;
  readonly #run: RunFile;
  readonly #segments: readonly RunSegment[];
  /** Where each segment begins. */
  readonly #starts: Float64Array;

  constructor(spills: TaskSpills, groups: SpilledGroups, run: RunFile, segments: readonly RunSegment[]) {
    this.#spills = spills;
    this.#groups = groups;
    this.#run = run;
    this.#segments = segments;
    this.#starts = new Float64Array(segments.length);
    let start = 0;
    segments.forEach(({ rowCount }, i) => {
      this.#starts[i] = start;
      start += rowCount;
    });
    this.length = start;
  }

  /** Element `index`, which there is. Raises what reading raises, and SPILLED_GROUP_CLOSED. */
  at(index: number): unknown {
    const chunk = this.#chunkOf(index);
    return this.#kept(chunk)[index - (this.#starts[chunk] as number)];
  }

  /** Elements `from … to - 1` in an array of their own. */
  slice(from: number, to: number): unknown[] {
    const values = new Array<unknown>(to - from);
    for (let at = from; at < to; ) {
      const chunk = this.#chunkOf(at);
      const start = this.#starts[chunk] as number;
      const kept = this.#kept(chunk);
      const end = Math.min(to, start + kept.length);
      for (; at < end; at++) values[at - from] = kept[at - start];
    }
    return values;
  }

  /** All elements in order, an array for each chunk; whoever reads on holds no chunk but the last. */
  *chunks(): Generator<readonly unknown[], void, undefined> {
    for (let chunk = 0; chunk < this.#segments.length; chunk++) yield this.#read(chunk);
  }

  /** The last segment that does not begin behind `index`. */
  #chunkOf(index: number): number {
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #kept(chunk: number): readonly unknown[] {
    this.#groups.checkOpen();
    return this.#groups.chunk(this, chunk, () => this.#read(chunk));
  }

  #read(chunk: number): readonly unknown[] {
    this.#groups.checkOpen();
    using reader = this.#spills.read(this.#run);
    return recordsIn(reader.readSegment(this.#segments[chunk] as RunSegment));
  }
}

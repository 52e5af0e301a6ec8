import { type Batch, batchLength } from '../../formats/schema/batch.ts';
import type { RunFile, RunFileReader, RunSegment } from '../../storage/spill/run-file.ts';
import { invariant } from '../base/invariant.ts';
import type { Group } from './group-table.ts';
import type { SideArray } from './pair-arrays.ts';
import { partsOf, recordsIn } from './run-frames.ts';
import type { RunScope } from './run-scope.ts';

/** What records take as objects, compared with their bytes in a file: for what was written rather than measured. */
const OBJECT_BYTES = 4;

/** Reads the groups of a run of `GroupRunWriter` one after another, a segment at a time; removes the run behind the last. */
export class GroupRunReader {
  readonly #scope: RunScope;
  #reader: RunFileReader | undefined;
  #segment = 0;
  #groups: readonly Group[] = [];
  #at = 0;
  /** Estimated bytes of a group of the segment that the head is from. */
  headBytes = 0;

  constructor(scope: RunScope, run: RunFile) {
    this.#scope = scope;
    this.#reader = scope.read(run);
    this.#load();
  }

  /** The group at hand; undefined behind the last. */
  get head(): Group | undefined {
    return this.#groups[this.#at];
  }

  /** On to the next group. */
  advance(): void {
    this.#at++;
    if (this.#at === this.#groups.length) this.#load();
  }

  #load(): void {
    this.#groups = [];
    this.#at = 0;
    const reader = this.#reader;
    if (reader === undefined) return;
    const segment = reader.run.segments[this.#segment++];
    if (segment === undefined) {
      this.#reader = undefined;
      this.#scope.remove(reader);
    } else {
      this.#groups = groupsOf(reader, segment);
      this.headBytes = (OBJECT_BYTES * segment.sizeBytes) / this.#groups.length;
    }
  }
}

/**
 * The groups of all runs in the order in which their keys came first, with what each is estimated to take. Runs go when
 * they are read to their ends; whoever stops early disposes of their scope.
 */
export function* mergeGroupRuns(
  scope: RunScope,
  runs: readonly RunFile[],
): Generator<{ readonly group: Group; readonly bytes: number }, void, undefined> {
  const readers = runs.map((run) => new GroupRunReader(scope, run)).filter(({ head }) => head !== undefined);
  while (readers.length > 0) {
    let least = 0;
    // Where the next run's turn comes: until then one run is read without looking at the others.
    let until = Number.POSITIVE_INFINITY;
    for (let i = 1; i < readers.length; i++) {
      const first = (readers[i] as GroupRunReader).head?.first as number;
      const leastFirst = (readers[least] as GroupRunReader).head?.first as number;
      if (first < leastFirst) {
        least = i;
        until = leastFirst;
      } else if (first < until) {
        until = first;
      }
    }
    const reader = readers[least] as GroupRunReader;
    for (let group = reader.head; group !== undefined && group.first < until; group = reader.head) {
      yield { group, bytes: reader.headBytes };
      reader.advance();
    }
    if (reader.head === undefined) readers.splice(least, 1);
  }
}

function groupsOf(reader: RunFileReader, segment: RunSegment): Group[] {
  const batches = reader.readSegment(segment);
  const { count, parts } = partsOf(nextOf(batches));
  const [firsts, keys, ...counts] = parts as [SideArray, SideArray, ...SideArray[]];
  const values = counts.map((ofInput) => {
    let total = 0;
    for (let i = 0; i < count; i++) total += ofInput[i] as number;
    return take(batches, total);
  });
  const starts = values.map(() => 0);
  return Array.from({ length: count }, (_, i): Group => {
    const lists = values.map((ofInput, input) => {
      const start = starts[input] as number;
      const end = start + ((counts[input] as SideArray)[i] as number);
      starts[input] = end;
      return end === start ? undefined : ofInput.slice(start, end);
    });
    return { first: firsts[i] as number, key: keys[i], lists };
  });
}

function nextOf(batches: Iterator<Batch>): Batch {
  const next = batches.next();
  invariant(next.done !== true, 'a segment holds all values of its groups');
  return next.value;
}

/** The next `total` records, which end with a batch. */
function take(batches: Iterator<Batch>, total: number): readonly unknown[] {
  const taken: Batch[] = [];
  for (let rows = 0; rows < total; ) {
    const batch = nextOf(batches);
    taken.push(batch);
    rows += batchLength(batch);
  }
  return recordsIn(taken);
}

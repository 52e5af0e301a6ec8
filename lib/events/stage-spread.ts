/**
 * How a stage's work was spread over its tasks, and whether one of them had far more than its share: what `cairn stage`
 * shows and what the warning about skew is made from. No clock, no I/O.
 */

/** What a task that succeeded did, as far as it tells of skew. */
export interface TaskShare {
  readonly partition: number;
  readonly durationMs: number;
  /** Bytes and records from inputs and shuffles. */
  readonly bytes: number;
  readonly records: number;
}

/** Five numbers of a distribution over partitions, by nearest rank, and who has the largest. */
export interface Spread {
  readonly min: number;
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
  readonly max: number;
  readonly total: number;
  readonly maxPartition: number;
}

/** The spreads of what the tasks of a stage did. */
export interface StageSpread {
  /** Attempts at tasks that succeeded: the others are left out. */
  readonly tasks: number;
  readonly durationMs: Spread;
  /** From inputs and shuffles. */
  readonly readBytes: Spread;
  readonly readRecords: Spread;
  /** To outputs and shuffles. */
  readonly writtenBytes: Spread;
  readonly spilledBytes: Spread;
  /** The most of memory that each held for what it gathers. */
  readonly peakMemoryBytes: Spread;
}

/** A partition that is out of proportion. */
export interface Skew extends TaskShare {
  readonly tasks: number;
  readonly medianBytes: number;
  readonly medianMs: number;
}

/** Spark's factor for a skewed partition. */
const FACTOR = 5;
/** Less than that, and less than a second, is not worth a word. */
const LEAST_BYTES = 16 * 1024 * 1024;
const LEAST_MS = 1000;
/** With fewer tasks there is no telling what is usual. */
const LEAST_TASKS = 3;

/** The spread of one measure, all 0 without tasks; of equals the first one given is the largest. */
export function spreadOf<Task extends { readonly partition: number }>(
  tasks: readonly Task[],
  measure: (task: Task) => number,
): Spread {
  const values = tasks.map(measure).sort((a, b) => a - b);
  const at = (share: number): number => values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? 0;
  const max = at(1);
  return {
    min: at(0),
    lower: at(0.25),
    median: at(0.5),
    upper: at(0.75),
    max,
    total: values.reduce((sum, value) => sum + value, 0),
    maxPartition: tasks.find((task) => measure(task) === max)?.partition ?? 0,
  };
}

/**
 * The partition that read most, where that is more than five times the median of the stage and 16 MiB, and its task took
 * more than twice the median and a second.
 */
export function findSkew(tasks: readonly TaskShare[]): Skew | undefined {
  if (tasks.length < LEAST_TASKS) return undefined;
  const bytes = spreadOf(tasks, (task) => task.bytes);
  const most = tasks.find(({ partition }) => partition === bytes.maxPartition);
  if (most === undefined || most.bytes < LEAST_BYTES || most.bytes <= FACTOR * bytes.median) return undefined;
  const medianMs = spreadOf(tasks, (task) => task.durationMs).median;
  if (most.durationMs < LEAST_MS || most.durationMs <= 2 * medianMs) return undefined;
  return { ...most, tasks: tasks.length, medianBytes: bytes.median, medianMs };
}

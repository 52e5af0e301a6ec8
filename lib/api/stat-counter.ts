/**
 * Count, mean, variance and extremes in one pass: Welford's update for each number, and Chan's pairwise formula for
 * merging, both in Spark's order of operations, so that the same partitions give the same bits.
 */
import { CairnError, describeValue } from '../base/errors.ts';
import { DESERIALIZE, SERIALIZE } from '../closure/well-known.ts';

/** The running state: plain data, so that it travels from a task. */
export interface StatState {
  count: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  m2: number;
  max: number;
  min: number;
}

export function emptyStats(): StatState {
  return { count: 0, mean: 0, m2: 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY };
}

/** Adds one number in place. Raises NOT_A_NUMBER for anything else. */
export function addToStats(state: StatState, value: unknown): StatState {
  if (typeof value !== 'number') throw new CairnError('NOT_A_NUMBER', { method: 'stats', found: describeValue(value) });
  const delta = value - state.mean;
  state.count += 1;
  state.mean += delta / state.count;
  state.m2 += delta * (value - state.mean);
  state.max = Math.max(state.max, value);
  state.min = Math.min(state.min, value);
  return state;
}

/** Merges `other` into `state` in place. When one side is ten times the other, the mean moves from the larger one. */
export function mergeStats(state: StatState, other: StatState): StatState {
  if (state.count === 0) return Object.assign(state, other);
  if (other.count === 0) return state;
  const delta = other.mean - state.mean;
  const count = state.count + other.count;
  if (other.count * 10 < state.count) state.mean += (delta * other.count) / count;
  else if (state.count * 10 < other.count) state.mean = other.mean - (delta * state.count) / count;
  else state.mean = (state.mean * state.count + other.mean * other.count) / count;
  state.m2 += other.m2 + (delta * delta * state.count * other.count) / count;
  state.count = count;
  state.max = Math.max(state.max, other.max);
  state.min = Math.min(state.min, other.min);
  return state;
}

/**
 * What `Rdd.stats` found. Of no numbers at all: count, sum and mean 0, variances NaN, max -Infinity and min Infinity,
 * as in Spark.
 */
export class StatCounter {
  readonly count: number;
  readonly mean: number;
  readonly max: number;
  readonly min: number;
  readonly #m2: number;

  constructor(state: Readonly<StatState>) {
    this.count = state.count;
    this.mean = state.mean;
    this.max = state.max;
    this.min = state.min;
    this.#m2 = state.m2;
  }

  /** How it travels to a task that captures it. */
  static [SERIALIZE](stats: StatCounter): StatState {
    return { count: stats.count, mean: stats.mean, m2: stats.#m2, max: stats.max, min: stats.min };
  }

  static [DESERIALIZE](state: StatState): StatCounter {
    return new StatCounter(state);
  }

  get sum(): number {
    return this.count * this.mean;
  }

  /** Of the numbers as a whole population. */
  get variance(): number {
    return this.count === 0 ? Number.NaN : this.#m2 / this.count;
  }

  /** Of the numbers as a sample: divides by one less. */
  get sampleVariance(): number {
    return this.count <= 1 ? Number.NaN : this.#m2 / (this.count - 1);
  }

  get stdev(): number {
    return Math.sqrt(this.variance);
  }

  get sampleStdev(): number {
    return Math.sqrt(this.sampleVariance);
  }

  /** Spark's form: `(count: 3, mean: 2.000000, stdev: 0.816497, max: 3.000000, min: 1.000000)`. */
  toString(): string {
    const six = (value: number): string => (Number.isFinite(value) ? value.toFixed(6) : String(value));
    return `(count: ${this.count}, mean: ${six(this.mean)}, stdev: ${six(this.stdev)}, max: ${six(this.max)}, min: ${six(this.min)})`;
  }
}

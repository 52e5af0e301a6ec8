/**
 * Accumulators: what tasks add to and the driver reads. In a task a handle adds to what the attempt has collected; the
 * driver merges that once the partition has succeeded. Handles travel by their kind or functions, and their name: what
 * they hold is no part of a fingerprint, since no function in a task can read it.
 */
import { CairnError, describeValue } from '../base/errors.ts';
import { TOKEN, type TravelToken } from '../closure/well-known.ts';
import {
  type AccumulatorKind,
  COLLECTION_KIND,
  DOUBLE_KIND,
  type DoubleState,
  LONG_KIND,
  type LongState,
} from '../exec/accumulator-kind.ts';
import { currentTask } from '../exec/current-task.ts';
import type { AccumulatorParts } from '../exec/worker-accumulator.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import { nextAccumulatorId, registerAccumulator } from './accumulators.ts';
import { checkFunction, invalidArgument } from './check-argument.ts';
import { type Zero, zeroMaker } from './zero-value.ts';

/**
 * A value that functions in tasks add to and the driver reads: counters and the like, without another job.
 *
 * What a task adds counts once it has succeeded, and once a partition, however often it was tried, in the jobs of
 * actions. In a transformation it counts again whenever the partition is computed again: by another action, or because
 * a block was lost; not, other than in Spark, because a map output was. What failed and cancelled attempts had added
 * does not count, and of two copies of a task only the first does.
 */
export interface Accumulator<In, Out> {
  /** A number that no other accumulator of this process has. */
  readonly id: number;
  readonly name: string | undefined;
  /**
   * Adds a value: in a task to what the task has collected, elsewhere at once. Raises ACCUMULATOR_TOO_LATE in code that
   * a task started and did not wait for.
   */
  add(value: In): void;
  /**
   * What was added so far. Raises ACCUMULATOR_INSIDE_TASK in a task, where only a part of it is known, and
   * ACCUMULATOR_NOT_MERGED when a function of its own threw while it was put together.
   */
  readonly value: Out;
  /** Whether nothing was added that counts. */
  readonly isZero: boolean;
  /** Starts again. Raises ACCUMULATOR_INSIDE_TASK in a task. */
  reset(): void;
}

/**
 * Sums integers, exactly. `value` is a number and raises ACCUMULATOR_OVERFLOW when the sum is no safe integer; `sum` is a
 * bigint and always there. Adding anything but safe integers and bigints raises INVALID_ARGUMENT.
 */
export interface LongAccumulator extends Accumulator<number | bigint, number> {
  readonly sum: bigint;
  /** How many values were added. */
  readonly count: number;
  /** `sum / count`; NaN when nothing was added. */
  readonly avg: number;
}

/** Sums numbers in floating point. The last digits may depend on the order in which tasks end. */
export interface DoubleAccumulator extends Accumulator<number, number> {
  readonly sum: number;
  /** How many values were added. */
  readonly count: number;
  /** `sum / count`; NaN when nothing was added. */
  readonly avg: number;
}

/** Keeps every value: those of a task in their order, tasks in the order in which they end. `value` is a copy. */
export type CollectionAccumulator<T> = Accumulator<T, readonly T[]>;

/** An accumulator of the user's own: how `S`, what it holds, is put together. */
export interface AccumulatorDefinition<In, S> {
  /** What it starts with, here and in each task. */
  readonly zero: Zero<S>;
  /** What a state is with one value more. May change the state and give it back. Runs in tasks. */
  readonly add: (state: S, value: In) => S;
  /** What two states are together. May change `into` and give it back. Runs in the driver. */
  readonly merge: (into: S, from: S) => S;
  /** Whether a state is as good as none: a task then reports nothing. */
  readonly isZero?: (state: S) => boolean;
}

class DriverAccumulator<In, S> {
  readonly id = nextAccumulatorId();
  readonly name: string | undefined;
  readonly #kind: AccumulatorKind<In, S>;
  #state: S;
  #adds = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(kind: AccumulatorKind<In, S>, parts: AccumulatorParts) {
    this.name = parts.name;
    this.#kind = kind;
    this.#state = kind.zero();
    const token: TravelToken = { kind: 'accumulator', id: this.id, parts };
    Object.defineProperty(this, TOKEN, { value: token });
    registerAccumulator(this);
  }

  add(value: In): void {
    const task = currentTask();
    if (task !== undefined) task.accumulators.add(this.id, this.#kind, value);
    else {
      this.#state = this.#kind.add(this.#state, value);
      this.#adds++;
    }
  }

  get isZero(): boolean {
    const state = this.read('isZero');
    return this.#kind.isZero === undefined ? this.#adds === 0 : this.#kind.isZero(state);
  }

  reset(): void {
    this.#refuseInsideTask('reset');
    this.#state = this.#kind.zero();
    this.#adds = 0;
    this.#failure = undefined;
  }

  mergePartial(partial: unknown): void {
    if (this.#failure !== undefined) return;
    try {
      this.#state = this.#kind.merge(this.#state, partial as S);
      this.#adds++;
    } catch (error) {
      this.#failure = { error };
    }
  }

  /** The state, where it may be read. */
  protected read(what: string): S {
    this.#refuseInsideTask(what);
    if (this.#failure === undefined) return this.#state;
    const { error } = this.#failure;
    const params = {
      accumulator: this.#describe(),
      reason: error instanceof Error ? error.message : describeValue(error),
    };
    throw startAtCaller(new CairnError('ACCUMULATOR_NOT_MERGED', params, { cause: error }));
  }

  #refuseInsideTask(what: string): void {
    if (currentTask() === undefined) return;
    throw startAtCaller(new CairnError('ACCUMULATOR_INSIDE_TASK', { what, id: this.id }));
  }

  #describe(): string {
    return this.name === undefined ? String(this.id) : `'${this.name}'`;
  }
}

class DriverLongAccumulator extends DriverAccumulator<number | bigint, LongState> implements LongAccumulator {
  get value(): number {
    const { sum } = this.read('value');
    const value = Number(sum);
    if (Number.isSafeInteger(value)) return value;
    throw startAtCaller(new CairnError('ACCUMULATOR_OVERFLOW', { sum }));
  }

  get sum(): bigint {
    return BigInt(this.read('sum').sum);
  }

  get count(): number {
    return this.read('count').count;
  }

  get avg(): number {
    const { sum, count } = this.read('avg');
    return Number(sum) / count;
  }
}

class DriverDoubleAccumulator extends DriverAccumulator<number, DoubleState> implements DoubleAccumulator {
  get value(): number {
    return this.read('value').sum;
  }

  get sum(): number {
    return this.read('sum').sum;
  }

  get count(): number {
    return this.read('count').count;
  }

  get avg(): number {
    const { sum, count } = this.read('avg');
    return sum / count;
  }
}

class DriverCollectionAccumulator<T> extends DriverAccumulator<T, T[]> implements CollectionAccumulator<T> {
  get value(): readonly T[] {
    return [...this.read('value')];
  }
}

class DriverCustomAccumulator<In, S> extends DriverAccumulator<In, S> implements Accumulator<In, S> {
  get value(): S {
    return this.read('value');
  }
}

export function longAccumulator(name?: string): LongAccumulator {
  return new DriverLongAccumulator(LONG_KIND, { kind: 'long', name: checkName('longAccumulator', name) });
}

export function doubleAccumulator(name?: string): DoubleAccumulator {
  return new DriverDoubleAccumulator(DOUBLE_KIND, { kind: 'double', name: checkName('doubleAccumulator', name) });
}

export function collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
  const kind = COLLECTION_KIND as AccumulatorKind<T, T[]>;
  return new DriverCollectionAccumulator<T>(kind, {
    kind: 'collection',
    name: checkName('collectionAccumulator', name),
  });
}

/** `checkTravels` raises what would be raised when the functions are shipped. */
export function customAccumulator<In, S>(
  definition: AccumulatorDefinition<In, S>,
  name: string | undefined,
  checkTravels: (functions: unknown) => void,
): Accumulator<In, S> {
  const method = 'accumulator';
  checkName(method, name);
  if (typeof definition !== 'object' || definition === null) {
    throw invalidArgument(method, 'definition', '{ zero, add, merge }', definition);
  }
  const { add, merge, isZero } = definition;
  const zero = zeroMaker(method, definition.zero);
  checkFunction(method, 'add', add);
  checkFunction(method, 'merge', merge);
  if (isZero !== undefined) checkFunction(method, 'isZero', isZero);
  const inTasks = { zero, add, ...(isZero && { isZero }) };
  checkTravels(inTasks);
  const parts = { kind: 'custom', name, ...inTasks } as AccumulatorParts;
  return new DriverCustomAccumulator<In, S>({ ...inTasks, merge }, parts);
}

function checkName(method: string, name: unknown): string | undefined {
  if (name === undefined || typeof name === 'string') return name;
  throw invalidArgument(method, 'name', 'a text', name);
}

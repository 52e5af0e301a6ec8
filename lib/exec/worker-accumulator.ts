import { CairnError } from '../base/errors.ts';
import type { TokenParts } from '../closure/reviver.ts';
import { type AccumulatorKind, NAMED_KINDS } from './accumulator-kind.ts';
import { currentTask } from './current-task.ts';

/** What an accumulator's handle in a worker is made of: a kind known by name, or the functions of one that is not. */
export type AccumulatorParts = { readonly name: string | undefined } & (
  | { readonly kind: keyof typeof NAMED_KINDS }
  | ({ readonly kind: 'custom' } & Omit<AccumulatorKind<unknown, unknown>, 'merge'>)
);

/**
 * An accumulator in a worker: adds to what the running task has collected, and knows nothing else. Raises
 * ACCUMULATOR_INSIDE_TASK for whatever only the driver can tell.
 */
export class WorkerAccumulator {
  readonly id: number;
  readonly #parts: TokenParts;
  #kind: AccumulatorKind<unknown, unknown> | undefined;

  constructor(id: number, parts: TokenParts) {
    this.id = id;
    this.#parts = parts;
  }

  add(value: unknown): void {
    const task = currentTask();
    // What runs here outside of tasks belongs to one that has ended.
    if (task === undefined) throw new CairnError('ACCUMULATOR_TOO_LATE', { id: this.id });
    this.#kind ??= kindOf(this.#parts.value as AccumulatorParts);
    task.accumulators.add(this.id, this.#kind, value);
  }

  get name(): string | undefined {
    return (this.#parts.value as AccumulatorParts).name;
  }

  get value(): never {
    return this.#refuse('value');
  }

  get isZero(): never {
    return this.#refuse('isZero');
  }

  get sum(): never {
    return this.#refuse('sum');
  }

  get count(): never {
    return this.#refuse('count');
  }

  get avg(): never {
    return this.#refuse('avg');
  }

  reset(): never {
    return this.#refuse('reset');
  }

  #refuse(what: string): never {
    throw new CairnError('ACCUMULATOR_INSIDE_TASK', { what, id: this.id });
  }
}

function kindOf(parts: AccumulatorParts): AccumulatorKind<unknown, unknown> {
  if (parts.kind !== 'custom') return NAMED_KINDS[parts.kind] as AccumulatorKind<unknown, unknown>;
  // Only the driver merges.
  return { ...parts, merge: (into) => into };
}

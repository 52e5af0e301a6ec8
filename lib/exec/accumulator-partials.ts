/**
 * What one task attempt has added to accumulators: collected on its thread, sent with its outcome, merged in the driver
 * once a partition. What an attempt that did not succeed had added is dropped with it.
 */
import { CairnError } from '../base/errors.ts';
import type { AccumulatorKind } from './accumulator-kind.ts';
import { copyResult } from './copy-records.ts';
import type { AccumulatorUpdate } from './task.ts';

interface Partial {
  readonly kind: AccumulatorKind<unknown, unknown>;
  state: unknown;
}

export class AccumulatorPartials {
  readonly #partials = new Map<number, Partial>();
  #end: 'taken' | 'dropped' | undefined;

  /**
   * Adds a value to what the attempt has for an accumulator. Raises ACCUMULATOR_TOO_LATE once the attempt has reported
   * its success: the value would be lost. After a failure nothing is missed.
   */
  add<In, S>(id: number, kind: AccumulatorKind<In, S>, value: In): void {
    let partial = this.#partials.get(id);
    if (partial === undefined || this.#end !== undefined) {
      if (this.#end === 'taken') throw new CairnError('ACCUMULATOR_TOO_LATE', { id });
      if (this.#end === 'dropped') return;
      partial = { kind, state: kind.zero() };
      this.#partials.set(id, partial);
    }
    partial.state = partial.kind.add(partial.state, value);
  }

  /**
   * Puts copies in the place of what was added, for values that are read from files of the attempt. A state that cannot be
   * stored stays as it is: only in the session's own thread may there be one. Raises what reading the values raises.
   */
  copyStates(): void {
    for (const partial of this.#partials.values()) {
      try {
        partial.state = copyResult(partial.state);
      } catch (error) {
        if (!CairnError.is(error, 'VALUE_NOT_SERIALIZABLE')) throw error;
      }
    }
  }

  /** The attempt has succeeded: what it adds to the accumulators, without what is still zero. */
  take(): readonly AccumulatorUpdate[] {
    const updates: AccumulatorUpdate[] = [];
    for (const [id, { kind, state }] of this.#partials) {
      if (kind.isZero?.(state) !== true) updates.push({ id, value: state });
    }
    this.#finish('taken');
    return updates;
  }

  /** The attempt has failed, or was cancelled. */
  drop(): void {
    this.#finish('dropped');
  }

  #finish(end: 'taken' | 'dropped'): void {
    this.#end = end;
    this.#partials.clear();
  }
}

import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { CairnError, firstFailure } from '../base/errors.ts';
import type { ShuffleId } from '../base/ids.ts';
import { unreachable } from '../base/invariant.ts';
import type { TaskMetrics } from '../events/engine-event.ts';
import type { WrittenPart } from './checkpoint-tees.ts';
import { receiveError, type ShippedError, shipError } from './ship-error.ts';
import { buffersOf, receiveValue, type ShippedValue, shipValue, sizeOfShipped } from './ship-value.ts';
import type { TaskOutcome } from './task.ts';

/** How an attempt ended, as plain data. */
export type ShippedOutcome =
  | {
      readonly kind: 'succeeded';
      readonly value: ShippedValue;
      readonly mapOutput: MapOutput | undefined;
      readonly accumulators: readonly { readonly id: number; readonly value: ShippedValue }[];
      readonly checkpointParts?: readonly WrittenPart[];
      readonly metrics: TaskMetrics;
    }
  | { readonly kind: 'failed'; readonly error: ShippedError; readonly metrics: TaskMetrics }
  | {
      readonly kind: 'fetch-failed';
      readonly shuffleId: ShuffleId;
      readonly mapIndex: number;
      readonly error: ShippedError;
      readonly metrics: TaskMetrics;
    }
  | { readonly kind: 'cancelled'; readonly metrics: TaskMetrics };

/** What a worker posts. */
export interface OutgoingOutcome {
  readonly shipped: ShippedOutcome;
  /** Buffers to be moved with it. */
  readonly transfer: ArrayBuffer[];
}

/**
 * An outcome made ready to leave its worker. Never throws: a result that cannot be encoded makes the attempt a failed
 * one, `VALUE_NOT_SERIALIZABLE`, which is not tried again. `resultBytes` becomes the encoded size.
 */
export function encodeOutcome(outcome: TaskOutcome): OutgoingOutcome {
  switch (outcome.kind) {
    case 'succeeded':
      try {
        return encodeSuccess(outcome);
      } catch (thrown) {
        const error = asFailure(thrown, 'the result of a task');
        return { shipped: { kind: 'failed', error: shipError(error), metrics: outcome.metrics }, transfer: [] };
      }
    case 'failed':
    case 'fetch-failed':
      return { shipped: { ...outcome, error: shipError(outcome.error) }, transfer: [] };
    case 'cancelled':
      return { shipped: outcome, transfer: [] };
    default:
      return unreachable(outcome);
  }
}

/**
 * The inverse of `encodeOutcome`, in the driver. Never throws: a result that cannot be made again, as when `fromRecord`
 * of a class throws, is a failed attempt too.
 */
export function decodeOutcome(shipped: ShippedOutcome): TaskOutcome {
  switch (shipped.kind) {
    case 'succeeded':
      try {
        const accumulators = shipped.accumulators.map(({ id, value }) => ({ id, value: receiveValue(value) }));
        return { ...shipped, value: receiveValue(shipped.value), accumulators };
      } catch (thrown) {
        return { kind: 'failed', error: asFailure(thrown, 'the result of a task'), metrics: shipped.metrics };
      }
    case 'failed':
    case 'fetch-failed':
      return { ...shipped, error: receiveError(shipped.error) as Error };
    case 'cancelled':
      return shipped;
    default:
      return unreachable(shipped);
  }
}

function encodeSuccess(outcome: Extract<TaskOutcome, { kind: 'succeeded' }>): OutgoingOutcome {
  const value = shipValue(outcome.value, 'result');
  const accumulators = outcome.accumulators.map(({ id, value }) => ({
    id,
    value: shipValue(value, 'accumulator.value'),
  }));
  const { checkpointParts } = outcome;
  const resultBytes = outcome.value === undefined ? 0 : sizeOfShipped(value);
  return {
    shipped: {
      kind: 'succeeded',
      value,
      mapOutput: outcome.mapOutput,
      accumulators,
      ...(checkpointParts === undefined ? {} : { checkpointParts }),
      metrics: { ...outcome.metrics, resultBytes },
    },
    transfer: [value, ...accumulators.map((update) => update.value)].flatMap(buffersOf),
  };
}

/** Getters, `toRecord` and `fromRecord` are the user's code and throw what they like. */
function asFailure(thrown: unknown, path: string): CairnError {
  const error = firstFailure(thrown);
  if (error instanceof CairnError) return error;
  const found = 'a value whose own code failed';
  const remedy = 'see the cause: a getter, or toRecord or fromRecord of a registered class, threw it';
  return new CairnError('VALUE_NOT_SERIALIZABLE', { path, found, remedy }, { cause: error });
}

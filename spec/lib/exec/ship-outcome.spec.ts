import { afterEach, describe, expect, it } from 'vitest';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import type { WrittenPart } from '../../../lib/exec/checkpoint-tees.ts';
import { decodeOutcome, encodeOutcome } from '../../../lib/exec/ship-outcome.ts';
import type { TaskOutcome } from '../../../lib/exec/task.ts';
import { isRetryable } from '../../../lib/scheduler/retry-policy.ts';

type Success = Extract<TaskOutcome, { kind: 'succeeded' }>;

const success = (value: unknown, more: Partial<Success> = {}): Success => ({
  kind: 'succeeded',
  value,
  mapOutput: undefined,
  accumulators: [],
  metrics: NO_METRICS,
  ...more,
});

function travel(outcome: TaskOutcome): TaskOutcome {
  const { shipped, transfer } = encodeOutcome(outcome);
  const arrived = structuredClone(shipped, { transfer });
  for (const buffer of transfer) expect(buffer.byteLength).toBe(0);
  return decodeOutcome(arrived);
}

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

afterEach(() => {
  unregisterRecordClass('spec.Point');
});

describe('an outcome on its way to the driver', () => {
  it('keeps a success: value, map output, accumulators and metrics', () => {
    const outcome = success(
      { total: 3n, names: new Map([['a', new Date(7)]]) },
      {
        accumulators: [
          { id: 4, value: 12 },
          { id: 9, value: new Set(['x']) },
        ],
        metrics: { ...NO_METRICS, rowsRead: 5 },
      },
    );
    const found = travel(outcome);
    expect(found).toEqual({ ...outcome, metrics: { ...outcome.metrics, resultBytes: found.metrics.resultBytes } });
  });

  it('keeps the parts of checkpoints that were written on the way', () => {
    const part = { partition: 1, bytes: 9, rows: 2, checksum: 5, codec: 'none', classes: [{ name: 'a', version: 1 }] };
    const outcome = success(1, { checkpointParts: [{ node: nodeId(3), part } as WrittenPart] });
    expect(travel(outcome)).toMatchObject({ checkpointParts: outcome.checkpointParts });
    expect(travel(success(1))).not.toHaveProperty('checkpointParts');
  });

  it('counts the bytes of the result, and none where there is none', () => {
    expect(travel(success(undefined)).metrics.resultBytes).toBe(0);
    expect(travel(success(7)).metrics.resultBytes).toBe(8);
    const many = Array.from({ length: 5000 }, (_, i) => i * 1e6);
    const { resultBytes } = travel(success(many)).metrics;
    expect(resultBytes).toBeGreaterThan(4 * 5000);
    expect(resultBytes).toBeLessThan(10 * 5000);
  });

  it.each<[string, unknown, string]>([
    ['an instance of an unregistered class', [new Point(1)], 'result[0]'],
    ['a function', { f: () => 1 }, 'result.f'],
    ['a symbol', Symbol('s'), 'result'],
    [
      'a row of many',
      Array.from({ length: 2000 }, (_, i) => (i === 1999 ? { at: new Point(1) } : { at: i })),
      'record.at',
    ],
  ])('fails the attempt for %s, once and for all', (_, value, path) => {
    const found = travel(success(value, { metrics: { ...NO_METRICS, rowsRead: 5 } }));
    expect(found).toMatchObject({
      kind: 'failed',
      error: { code: 'VALUE_NOT_SERIALIZABLE', params: { path } },
      metrics: { rowsRead: 5 },
    });
    if (found.kind === 'failed') expect(isRetryable(found.error)).toBe(false);
  });

  it('names the remedy for instances', () => {
    const found = travel(success(new Point(1)));
    expect(found).toMatchObject({ error: { message: expect.stringContaining('registerRecordClass') } });
  });

  it('fails the attempt for an accumulator that cannot travel', () => {
    const found = travel(success(1, { accumulators: [{ id: 0, value: new Point(1) }] }));
    expect(found).toMatchObject({ kind: 'failed', error: { params: { path: 'accumulator.value' } } });
  });

  it('takes instances of registered classes', () => {
    registerRecordClass({
      name: 'spec.Point',
      constructor: Point,
      toRecord: ({ x }) => x,
      fromRecord: (x) => new Point(x),
    });
    expect(travel(success([new Point(3)]))).toMatchObject({ value: [new Point(3)] });
  });

  it('fails the attempt when code of the value throws, on either side', () => {
    const bad = {
      get x(): number {
        throw new RangeError('no x');
      },
    };
    const found = travel(success(bad));
    expect(found).toMatchObject({ error: { code: 'VALUE_NOT_SERIALIZABLE', cause: { message: 'no x' } } });
    registerRecordClass({
      name: 'spec.Point',
      constructor: Point,
      toRecord: ({ x }) => x,
      fromRecord: () => {
        throw new RangeError('no point');
      },
    });
    const received = travel(success(new Point(3)));
    expect(received).toMatchObject({ error: { code: 'VALUE_NOT_SERIALIZABLE', cause: { message: 'no point' } } });
    if (received.kind === 'failed') expect(isRetryable(received.error)).toBe(false);
  });

  it('keeps failures, lost map outputs and cancellation', () => {
    const error = new CairnError('TASK_CANCELLED', { task: 3 });
    expect(travel({ kind: 'cancelled', metrics: NO_METRICS })).toEqual({ kind: 'cancelled', metrics: NO_METRICS });
    expect(travel({ kind: 'failed', error, metrics: NO_METRICS })).toEqual({
      kind: 'failed',
      error,
      metrics: NO_METRICS,
    });
    const lost = { kind: 'fetch-failed', shuffleId: shuffleId(4), mapIndex: 2, error, metrics: NO_METRICS } as const;
    expect(travel(lost)).toEqual(lost);
  });
});

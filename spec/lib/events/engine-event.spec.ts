import { describe, expect, it } from 'vitest';
import { jobId, runId, shuffleId, stageId, taskId } from '../../../lib/base/ids.ts';
import { type EngineEvent, NO_METRICS } from '../../../lib/events/engine-event.ts';

describe('EngineEvent', () => {
  it('is plain data that survives a trip through JSON and through a structured clone', () => {
    const events: readonly EngineEvent[] = [
      {
        kind: 'session-opened',
        atMs: 1,
        runId: runId('00ff00ff'),
        name: 'x',
        directory: '/d',
        slots: 2,
        memoryBytes: 9,
      },
      { kind: 'job-ended', atMs: 2, jobId: jobId(0), outcome: { kind: 'cancelled', reason: 'SIGINT' } },
      {
        kind: 'task-ended',
        atMs: 3,
        taskId: taskId(4),
        stageId: stageId(1),
        stageAttempt: 0,
        partition: 2,
        attempt: 1,
        outcome: { kind: 'fetch-failed', shuffleId: shuffleId(0), mapIndex: 3 },
        metrics: NO_METRICS,
      },
    ];
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(structuredClone(events)).toEqual(events);
  });
});

describe('NO_METRICS', () => {
  it('is all zeros and cannot be changed', () => {
    const { consumers, ...numbers } = NO_METRICS;
    expect(Object.values(numbers).every((value) => value === 0)).toBe(true);
    expect([consumers, Object.isFrozen(consumers)]).toEqual([[], true]);
    expect(Object.isFrozen(NO_METRICS)).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { nodeId, runId, shuffleId } from '../../../lib/base/ids.ts';
import {
  describeRefusals,
  describeReuse,
  renderDuration,
  renderRefusals,
  renderReuse,
} from '../../../lib/resume/describe-reuse.ts';
import type { ReuseDecision } from '../../../storage/metadata/reuse-log.ts';

const ONE = runId('aaaa0001');
const TWO = runId('bbbb0002');

function decisionOf(change: Partial<ReuseDecision>): ReuseDecision {
  return {
    kind: 'shuffle',
    node: nodeId(3),
    shuffle: shuffleId(0),
    callSite: 'reduceByKey at job.ts:4',
    decision: 'reused',
    fromRun: ONE,
    partsReused: 0,
    partCount: 8,
    bytes: 0,
    savedMs: null,
    reasons: [],
    ...change,
  };
}

const partial = decisionOf({ decision: 'partial', partsReused: 6, bytes: 2048, savedMs: 4000 });
const checkpoint = (savedMs: number, fromRun = TWO) =>
  decisionOf({ kind: 'checkpoint', shuffle: null, partsReused: 4, partCount: 4, bytes: 1024, savedMs, fromRun });

describe('what is reused', () => {
  it('is counted; checkpoints save what the longest of them had taken', () => {
    const reused = describeReuse([
      partial,
      checkpoint(60_000),
      checkpoint(90_000),
      decisionOf({ decision: 'refused' }),
    ]);
    expect(reused).toEqual({
      fromRuns: [ONE, TWO],
      checkpoints: 2,
      mapOutputs: 6,
      mapTasks: 8,
      bytes: 4096,
      savedMs: 94_000,
    });
    expect(describeReuse([decisionOf({ decision: 'refused' })])).toBeUndefined();
  });

  it('is said in a line', () => {
    const line = (decisions: readonly ReuseDecision[]) => {
      const reused = describeReuse(decisions);
      return reused && renderReuse({ kind: 'work-reused', atMs: 0, ...reused });
    };
    expect(line([partial, checkpoint(60_000)])).toBe(
      'goes on from runs aaaa0001, bbbb0002: reuses 1 checkpoint and 6 of 8 map outputs (3.0 KiB), which saves 1 min 4 s of computing',
    );
    expect(line([decisionOf({ partsReused: 1, partCount: 1, bytes: 1, savedMs: 3 })])).toBe(
      'goes on from run aaaa0001: reuses 1 map output (1 B), which saves 3 ms of computing',
    );
  });
});

describe('what is refused', () => {
  it('is what was there; its reasons are told once', () => {
    const reasons = ["captured 'rate' changed at job.ts:3"];
    const refused = describeRefusals([
      partial,
      decisionOf({ decision: 'refused', reasons }),
      decisionOf({
        kind: 'checkpoint',
        shuffle: null,
        decision: 'volatile',
        reasons: [...reasons, 'shared memory'],
        fromRun: TWO,
      }),
      decisionOf({ decision: 'volatile', fromRun: null, reasons: ['nothing was there'] }),
    ]);
    expect(refused).toEqual({
      fromRuns: [ONE, TWO],
      checkpoints: 1,
      shuffles: 1,
      reasons: [...reasons, 'shared memory'],
    });
    expect(describeRefusals([partial])).toBeUndefined();
  });

  it('is said with the first reasons', () => {
    const reasons = ['one', 'two', 'three', 'four', 'five'];
    const refused = { kind: 'reuse-refused', atMs: 0, fromRuns: [ONE], checkpoints: 0, shuffles: 2, reasons } as const;
    expect(renderRefusals(refused).split('\n')).toEqual([
      "does not reuse the map outputs of 2 shuffles of run aaaa0001 ('cairn explain --resume' tells more)",
      'one',
      'two',
      'three',
      'and 2 more',
    ]);
  });
});

it('says durations in two units at the most', () => {
  expect([0, 999, 1000, 59_400, 60_000, 3_599_000, 3_600_000, 90_061_000].map(renderDuration)).toEqual([
    '0 ms',
    '999 ms',
    '1 s',
    '59 s',
    '1 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '25 h 1 min',
  ]);
});

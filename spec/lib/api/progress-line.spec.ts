import { describe, expect, it } from 'vitest';
import { renderProgress, renderStageEnd } from '../../../lib/api/progress-line.ts';
import { jobId, shuffleId, stageId } from '../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../lib/events/engine-event.ts';
import type { StageReport } from '../../../lib/events/run-report.ts';
import { expectGolden } from '../../support/golden.ts';

function stage(
  id: number,
  doneTasks: number,
  runningTasks: number,
  taskCount: number,
  more: Partial<StageReport> = {},
) {
  const report: StageReport = {
    stageId: stageId(id),
    jobId: jobId(0),
    name: `map at job.ts:${id + 9}`,
    shuffleId: shuffleId(0),
    status: 'running',
    skippedBecause: undefined,
    attempt: 0,
    taskCount,
    runningTasks,
    doneTasks,
    failedTasks: 0,
    submittedAtMs: 1000,
    endedAtMs: undefined,
    metrics: NO_METRICS,
    ...more,
  };
  return report;
}

describe('the line of progress', () => {
  it('shows stages side by side, within any width', () => {
    const cases = [
      [80, stage(3, 0, 4, 20)],
      [80, stage(3, 12, 4, 20)],
      [80, stage(3, 20, 0, 20)],
      [120, stage(3, 12, 4, 20), stage(4, 1, 2, 100)],
      [120, stage(3, 12, 4, 20), stage(4, 1, 2, 100), stage(5, 0, 1, 1), stage(6, 0, 1, 1)],
      [50, stage(3, 12, 4, 20)],
      [40, stage(3, 12, 4, 20)],
      [30, stage(3, 12, 4, 20)],
      [12, stage(3, 12, 4, 20)],
      [60, stage(3, 1, 1, 20, { name: 'map at \u001b[2J\n作业.ts:1' })],
    ] as const;
    const lines = cases.map(([columns, ...stages]) => {
      const line = renderProgress(stages, columns);
      expect(line.length).toBeLessThan(columns);
      return `${String(columns).padStart(3)} ${line}`;
    });
    expectGolden('lib/api/progress-line.txt', lines.join('\n'));
  });

  it('is empty when nothing runs, or nothing fits', () => {
    expect(renderProgress([], 80)).toBe('');
    expect(renderProgress([stage(3, 1, 1, 2)], 1)).toBe('');
    expect(renderProgress([stage(3, 1, 1, 2)], 0)).toBe('');
  });

  it.each([
    ['stage 3 (map at job.ts:12): 20 tasks in 1.5 s', stage(3, 20, 0, 20, { status: 'completed', endedAtMs: 2500 })],
    ['stage 3 (map at job.ts:12): 1 task in 0.0 s', stage(3, 1, 0, 1, { status: 'completed', endedAtMs: 1000 })],
    ['stage 3 (map at job.ts:12) failed after 1.5 s', stage(3, 0, 0, 1, { status: 'failed', endedAtMs: 2500 })],
  ])('becomes a line of a log: %s', (text, report) => {
    expect(renderStageEnd(report)).toBe(text);
  });
});

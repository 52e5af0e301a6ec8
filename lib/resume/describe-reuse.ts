/** What was decided about a job, in numbers and in words. Pure. */
import type { ReuseDecision } from '../../storage/metadata/reuse-log.ts';
import { formatBytes } from '../base/byte-size.ts';
import type { RunId } from '../base/ids.ts';
import type { ReuseRefused, WorkReused } from '../events/engine-event.ts';

/** Sums up what is reused; undefined where nothing is. */
export function describeReuse(decisions: readonly ReuseDecision[]): Omit<WorkReused, 'kind' | 'atMs'> | undefined {
  const reused = decisions.filter(({ partsReused }) => partsReused > 0);
  if (reused.length === 0) return undefined;
  const [checkpoints, shuffles] = [ofKind(reused, 'checkpoint'), ofKind(reused, 'shuffle')];
  const sum = (of: readonly ReuseDecision[], what: 'partsReused' | 'partCount' | 'bytes' | 'savedMs') =>
    of.reduce((total, each) => total + (each[what] ?? 0), 0);
  return {
    fromRuns: runsOf(reused),
    checkpoints: checkpoints.length,
    mapOutputs: sum(shuffles, 'partsReused'),
    mapTasks: sum(shuffles, 'partCount'),
    bytes: sum(reused, 'bytes'),
    // Checkpoints tell what had been spent since the beginning, map outputs what their own tasks took.
    savedMs: Math.max(0, ...checkpoints.map(({ savedMs }) => savedMs ?? 0)) + sum(shuffles, 'savedMs'),
  };
}

/** What was there and is not reused; undefined where nothing was. */
export function describeRefusals(decisions: readonly ReuseDecision[]): Omit<ReuseRefused, 'kind' | 'atMs'> | undefined {
  const refused = decisions.filter(({ decision, fromRun }) => fromRun !== null && isRefusal(decision));
  if (refused.length === 0) return undefined;
  const reasons = [...new Set(refused.flatMap((each) => each.reasons))];
  return {
    fromRuns: runsOf(refused),
    checkpoints: ofKind(refused, 'checkpoint').length,
    shuffles: ofKind(refused, 'shuffle').length,
    reasons,
  };
}

function isRefusal(decision: ReuseDecision['decision']): boolean {
  return decision === 'refused' || decision === 'volatile' || decision === 'damaged';
}

/** A line for people. */
export function renderReuse({ fromRuns, checkpoints, mapOutputs, mapTasks, bytes, savedMs }: WorkReused): string {
  const what = [
    ...(checkpoints === 0 ? [] : [counted(checkpoints, 'checkpoint')]),
    ...(mapTasks === 0
      ? []
      : [`${mapOutputs === mapTasks ? '' : `${mapOutputs} of `}${counted(mapTasks, 'map output')}`]),
  ].join(' and ');
  const runs = `${fromRuns.length === 1 ? 'run' : 'runs'} ${fromRuns.join(', ')}`;
  return `goes on from ${runs}: reuses ${what} (${formatBytes(bytes)}), which saves ${renderDuration(savedMs)} of computing`;
}

/** Lines for people: the first three reasons, which are the nearest to the sources. */
export function renderRefusals({ fromRuns, checkpoints, shuffles, reasons }: ReuseRefused): string {
  const what = [
    ...(checkpoints === 0 ? [] : [counted(checkpoints, 'checkpoint')]),
    ...(shuffles === 0 ? [] : [`the map outputs of ${counted(shuffles, 'shuffle')}`]),
  ].join(' and ');
  const more = reasons.length > 3 ? [`and ${reasons.length - 3} more`] : [];
  const runs = `${fromRuns.length === 1 ? 'run' : 'runs'} ${fromRuns.join(', ')}`;
  return [
    `does not reuse ${what} of ${runs} ('cairn explain --resume' tells more)`,
    ...reasons.slice(0, 3),
    ...more,
  ].join('\n');
}

/** `3 min 12 s`; tasks that ran side by side are counted one after the other. */
export function renderDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function ofKind(decisions: readonly ReuseDecision[], kind: ReuseDecision['kind']): readonly ReuseDecision[] {
  return decisions.filter((each) => each.kind === kind);
}

function runsOf(decisions: readonly ReuseDecision[]): readonly RunId[] {
  return [...new Set(decisions.flatMap(({ fromRun }) => fromRun ?? []))];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

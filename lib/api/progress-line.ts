import type { StageReport } from '../events/run-report.ts';

/** Stages shown at a time; the others follow when these are done. */
const MOST_STAGES = 3;
/** A bar shorter than this says nothing. */
const SHORTEST_BAR = 8;

/**
 * The running stages on one line of at most `columns` characters, side by side, oldest first:
 * `[stage 3  map at job.ts:12  =====>      (12 + 4) / 20]`: 12 tasks done, 4 running, 20 in all.
 */
export function renderProgress(stages: readonly StageReport[], columns: number): string {
  const shown = stages.slice(0, MOST_STAGES);
  // A line that fills the last column would wrap.
  const width = Math.floor((columns - 1) / Math.max(1, shown.length));
  return shown.map((stage) => renderStage(stage, width)).join('');
}

function renderStage(stage: StageReport, width: number): string {
  const { stageId, doneTasks, runningTasks, taskCount } = stage;
  const end = `  (${doneTasks} + ${runningTasks}) / ${taskCount}]`;
  const short = `[stage ${stageId}`;
  const full = `${short}  ${printable(stage.name)}`;
  for (const start of [full, short]) {
    const room = width - widthOf(start) - end.length - 2;
    if (room >= SHORTEST_BAR) return `${start}  ${renderBar(doneTasks, taskCount, room)}${end}`;
  }
  return `${short}${end}`.slice(0, Math.max(0, width));
}

function renderBar(done: number, total: number, width: number): string {
  const filled = total === 0 ? width : Math.floor((width * done) / total);
  return filled >= width ? '='.repeat(width) : `${'='.repeat(filled)}>`.padEnd(width);
}

/** What became of a stage, in a line of a log. */
export function renderStageEnd(stage: StageReport): string {
  const { stageId, status, doneTasks, submittedAtMs, endedAtMs = submittedAtMs } = stage;
  const took = `${((endedAtMs - submittedAtMs) / 1000).toFixed(1)} s`;
  const name = `stage ${stageId} (${printable(stage.name)})`;
  if (status === 'failed') return `${name} failed after ${took}`;
  return `${name}: ${doneTasks} ${doneTasks === 1 ? 'task' : 'tasks'} in ${took}`;
}

/** File names may hold anything, what a terminal takes for commands included. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

/** Columns a text takes, rather too many than too few: most scripts beyond Latin are wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2ff ? 2 : 1;
  return width;
}

import { type JobRow, openCatalog, type StageWithParents } from '../lib/index.ts';
import { type Command, directoryOf, parse } from './command.ts';
import { firstLine, formatBytes, formatDuration, formatTime, shortPosition, stateCell } from './format.ts';
import { printable, printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'JOB', align: 'right' },
  { title: 'STATE' },
  { title: 'ACTION' },
  { title: 'STAGES', align: 'right' },
  { title: 'SUBMITTED' },
  { title: 'TOOK', align: 'right' },
  { title: 'SPILLED', align: 'right' },
  { title: 'PEAK MEMORY', align: 'right' },
  { title: 'DESCRIPTION' },
] as const;

export const listJobs: Command = {
  name: 'jobs',
  usage: '[run] [--dir <dir>]',
  summary: 'list the jobs of a run, the last one unless named',
  details: ['A run is named by its id or the beginning of it, or as last. A job is an action: count, collect, save.'],
  run(args, io) {
    const { flags, positionals } = parse('jobs', args, ['dir'], 1);
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const { run } = catalog.run(positionals[0]);
    const jobs = catalog.jobs(run);
    const stages = catalog.stages(run);
    const rows = jobs.map((job) => [
      String(job.job),
      stateCell(job.state),
      `${job.action} at ${shortPosition(job.callSite)}`,
      job.skippedStageCount === 0 ? String(job.stageCount) : `${job.stageCount} (${job.skippedStageCount} skipped)`,
      formatTime(job.submittedAtMs),
      formatDuration(job.submittedAtMs, job.endedAtMs),
      ...memoryCells(stages.filter((stage) => stage.job === job.job)),
      job.description ?? '',
    ]);
    io.write(printTable(COLUMNS, rows, io.hasColors) + printErrors(jobs));
    return 0;
  },
};

/** What the stages of a job wrote out, and the most that one of their tasks gathered. */
function memoryCells(stages: readonly StageWithParents[]): string[] {
  const spilled = stages.reduce((sum, { spilledBytes }) => sum + spilledBytes, 0);
  const peak = stages.reduce((most, { peakMemoryBytes }) => Math.max(most, peakMemoryBytes ?? 0), 0);
  return [formatBytes(spilled), formatBytes(peak)];
}

function printErrors(jobs: readonly JobRow[]): string {
  const lines = jobs.flatMap(({ job, errorMessage }) =>
    errorMessage === null ? [] : [`job ${job}: ${printable(firstLine(errorMessage))}\n`],
  );
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

import { openCatalog, type StageWithParents } from '../lib/index.ts';
import { type Command, directoryOf, missing, parse, parseId } from './command.ts';
import { firstLine, formatBytes, formatCount, formatDuration, stateCell } from './format.ts';
import { printable, printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'JOB', align: 'right' },
  { title: 'STAGE', align: 'right' },
  { title: 'STATE' },
  { title: 'NAME' },
  { title: 'AFTER' },
  { title: 'TASKS', align: 'right' },
  { title: 'TOOK', align: 'right' },
  { title: 'ROWS IN', align: 'right' },
  { title: 'ROWS OUT', align: 'right' },
  { title: 'SHUFFLE READ', align: 'right' },
  { title: 'SHUFFLE WRITE', align: 'right' },
  { title: 'SPILLED', align: 'right' },
  { title: 'PEAK MEMORY', align: 'right' },
] as const;

export const listStages: Command = {
  name: 'stages',
  usage: '[run] [--job <n>] [--dir <dir>]',
  summary: 'list the stages of a run or a job, with what they moved and held',
  details: [
    'Stages that a job skipped are listed under the job that ran them. AFTER names the stages a stage waits for;',
    'an attempt after the first is written as 3.1. PEAK MEMORY is the most that one of its tasks gathered.',
  ],
  run(args, io) {
    const { flags, positionals } = parse('stages', args, ['dir', 'job'], 1);
    const job = parseId('stages', 'job', flags.job);
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const { run } = catalog.run(positionals[0]);
    if (job !== undefined && !catalog.jobs(run).some((row) => row.job === job)) {
      return missing(io, `run ${run} has no job ${job}`, `'cairn jobs ${run}' lists its jobs`);
    }
    const stages = catalog.stages(run, job);
    const rows = stages.map((stage) => [
      String(stage.job),
      nameOf(stage),
      stateCell(stage.state),
      stage.name,
      stage.parents.join(', '),
      formatCount(stage.taskCount),
      formatDuration(stage.submittedAtMs, stage.completedAtMs),
      formatCount(stage.rowsIn),
      formatCount(stage.rowsOut),
      formatBytes(stage.shuffleReadBytes),
      formatBytes(stage.shuffleWriteBytes),
      formatBytes(stage.spilledBytes),
      stage.peakMemoryBytes === null ? '' : formatBytes(stage.peakMemoryBytes),
    ]);
    io.write(printTable(COLUMNS, rows, io.hasColors) + printErrors(stages));
    return 0;
  },
};

function nameOf({ stage, attempt }: StageWithParents): string {
  return attempt === 0 ? String(stage) : `${stage}.${attempt}`;
}

function printErrors(stages: readonly StageWithParents[]): string {
  const lines = stages.flatMap((stage) =>
    stage.errorMessage === null ? [] : [`stage ${nameOf(stage)}: ${printable(firstLine(stage.errorMessage))}\n`],
  );
  return lines.length === 0 ? '' : `\n${lines.join('')}`;
}

import { type ConsumerUse, openCatalog, type StageSpread } from '../lib/index.ts';
import { type Command, directoryOf, missing, parse, parseId, usageError } from './command.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { printable, printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'OF ITS TASKS' },
  { title: 'MIN', align: 'right' },
  { title: '25 %', align: 'right' },
  { title: 'MEDIAN', align: 'right' },
  { title: '75 %', align: 'right' },
  { title: 'MAX', align: 'right' },
  { title: 'MAX IN', align: 'right' },
] as const;

const CONSUMERS = [
  { title: 'GATHERED FOR' },
  { title: 'PEAK MEMORY', align: 'right' },
  { title: 'SPILLED', align: 'right' },
] as const;

const MEASURES = [
  { title: 'time', name: 'durationMs', print: (ms: number) => formatDuration(0, ms) },
  { title: 'read', name: 'readBytes', print: formatBytes },
  { title: 'records read', name: 'readRecords', print: formatCount },
  { title: 'written', name: 'writtenBytes', print: formatBytes },
  { title: 'spilled', name: 'spilledBytes', print: formatBytes },
  { title: 'peak memory', name: 'peakMemoryBytes', print: formatBytes },
] as const;

/** Times are counted in so many bins of equal width. */
const BINS = 8;
const BAR_WIDTH = 40;

export const showStage: Command = {
  name: 'stage',
  usage: '<n> [run] [--attempt <n>] [--dir <dir>]',
  summary: 'show how the work of a stage was spread over its tasks',
  details: [
    'Of the tasks that succeeded: how long they took, what they read, wrote and spilled, and which partition had most.',
    'Then what tasks gathered in memory: the most that one of them held, and what all of them wrote out for want of it.',
    'A partition far above the median holds most of the records of a few keys: docs/memory.md says what helps.',
  ],
  run(args, io) {
    const { flags, positionals } = parse('stage', args, ['dir', 'attempt'], 2);
    const [stageText, runText] = positionals;
    if (stageText === undefined) throw usageError('which stage?', 'stage');
    const stage = parseId('stage', 'stage', stageText) as number;
    const wanted = parseId('stage', 'attempt', flags.attempt);
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const { run } = catalog.run(runText);
    const attempts = catalog.stages(run).filter((row) => row.stage === stage);
    const row = attempts.findLast(({ attempt }) => wanted === undefined || attempt === wanted);
    if (row === undefined) {
      const what = wanted === undefined ? `stage ${stage}` : `attempt ${wanted} at stage ${stage}`;
      return missing(io, `run ${run} ran no ${what}`, `'cairn stages ${run}' lists its stages`);
    }
    const spread = catalog.spread(run, stage, row.attempt);
    const took = formatDuration(row.submittedAtMs, row.completedAtMs);
    io.write(
      `stage ${stage}: ${printable(row.name)}\n${row.state} in ${took}, ${formatCount(spread.tasks)} tasks succeeded\n`,
    );
    if (spread.tasks === 0) return 0;
    io.write(
      `\n${printTable(
        COLUMNS,
        MEASURES.flatMap((measure) => spreadRow(spread, measure)),
        io.hasColors,
      )}`,
    );
    const times = catalog
      .tasks(run, stage, row.attempt)
      .filter(({ state }) => state === 'succeeded')
      .map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs);
    io.write(`\n${printHistogram(times)}${printConsumers(catalog.consumers(run, stage, row.attempt), io.hasColors)}`);
    return 0;
  },
};

/** No row for what no task did. */
function spreadRow(spread: StageSpread, { title, name, print }: (typeof MEASURES)[number]): string[][] {
  const { min, lower, median, upper, max, maxPartition } = spread[name];
  return max === 0 ? [] : [[title, ...[min, lower, median, upper, max].map(print), `partition ${maxPartition}`]];
}

/** What the tasks gathered in memory, and for what. */
function printConsumers(consumers: readonly ConsumerUse[], hasColors: boolean): string {
  if (consumers.length === 0) return '';
  const rows = consumers.map((use) => [use.name, formatBytes(use.peakBytes), formatBytes(use.spilledBytes)]);
  return `\n${printTable(CONSUMERS, rows, hasColors)}`;
}

/** A line for each bin that any time falls in or lies between two such. */
function printHistogram(timesMs: readonly number[]): string {
  const least = Math.max(0, Math.min(...timesMs));
  const width = Math.max(1, (Math.max(...timesMs) - least) / BINS);
  const counts = new Array<number>(BINS).fill(0);
  for (const ms of timesMs) (counts[Math.min(BINS - 1, Math.floor((Math.max(0, ms) - least) / width))] as number)++;
  const most = Math.max(...counts);
  const rows = counts.slice(0, counts.findLastIndex((count) => count > 0) + 1).map((count, i) => {
    const to = formatDuration(0, Math.round(least + (i + 1) * width));
    return [`up to ${to}`, formatCount(count), '#'.repeat(Math.ceil((count / most) * BAR_WIDTH))];
  });
  return printTable([{ title: 'TIME', align: 'right' }, { title: 'TASKS', align: 'right' }, { title: '' }], rows);
}

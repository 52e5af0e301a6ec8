import { openCatalog, type ReuseDecisionRow } from '../lib/index.ts';
import { type Command, directoryOf, parse, usageError } from './command.ts';
import { formatBytes, formatDuration } from './format.ts';
import { type Cell, type Color, printable, printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'DATASET' },
  { title: 'STORED AS' },
  { title: 'DECISION' },
  { title: 'PARTS', align: 'right' },
  { title: 'SIZE', align: 'right' },
  { title: 'SAVED', align: 'right' },
  { title: 'OF RUN' },
] as const;

const COLORS: Readonly<Record<ReuseDecisionRow['decision'], Color | undefined>> = {
  reused: 'green',
  partial: 'green',
  refused: 'yellow',
  volatile: 'yellow',
  damaged: 'red',
  new: undefined,
};

export const explainResume: Command = {
  name: 'explain',
  usage: '--resume [run] [--dir <dir>]',
  summary: 'tell what a run reused of earlier ones, and why not the rest',
  details: [
    'A line for each checkpoint and each shuffle of which something had been committed, or that can never be found again:',
    '  reused    all of it was there       partial   some of its map outputs were',
    '  refused   something was there, of another input, function or captured value: the reasons follow the table',
    '  volatile  it depends on something that has no content to compare',
    '  damaged   what was there could not be read, and was computed again',
    '  new       a loop of which nothing was there',
  ],
  run(args, io) {
    const { flags, switches, positionals } = parse('explain', args, ['dir'], 1, ['resume']);
    if (!switches.has('resume')) throw usageError('what is to be explained? --resume', 'explain');
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const { run } = catalog.run(positionals[0]);
    const decisions = catalog.reuse(run);
    if (decisions.length === 0) {
      io.write(`run ${run} found nothing of earlier runs: there was nothing, or it did not resume (docs/resume.md)\n`);
      return 0;
    }
    io.write(printTable(COLUMNS, decisions.map(rowOf), io.hasColors) + printReasons(decisions));
    return 0;
  },
};

function rowOf(row: ReuseDecisionRow): readonly Cell[] {
  const { callSite, kind, shuffle, decision, partsReused, partCount, bytes, savedMs, fromRun, node } = row;
  const isReused = partsReused > 0;
  return [
    `${node} ${callSite}`,
    kind === 'checkpoint' ? 'checkpoint' : `shuffle ${shuffle}`,
    { text: decision, color: COLORS[decision] },
    // Of a loop that begins anew no parts are counted.
    partCount === 0 ? '' : `${partsReused} of ${partCount}`,
    isReused ? formatBytes(bytes) : '',
    isReused && savedMs !== null ? formatDuration(0, savedMs) : '',
    fromRun ?? '',
  ];
}

function printReasons(decisions: readonly ReuseDecisionRow[]): string {
  const lines = decisions.flatMap(({ node, callSite, decision, reasons }) =>
    reasons.length === 0
      ? []
      : [`\n${node} ${printable(callSite)}: ${decision}\n`, ...reasons.map((reason) => `  ${printable(reason)}\n`)],
  );
  return lines.join('');
}

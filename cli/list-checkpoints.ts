import { openCatalog } from '../lib/index.ts';
import { directoryOf, type Io, parse } from './command.ts';
import { formatBytes, formatCount, formatTime, stateCell } from './format.ts';
import { printable, printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'CHECKPOINT', align: 'right' },
  { title: 'NAME' },
  { title: 'STATE' },
  { title: 'RUN' },
  { title: 'DATASET', align: 'right' },
  { title: 'WRITTEN' },
  { title: 'PARTS', align: 'right' },
  { title: 'RECORDS', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'DIRECTORY' },
] as const;

/** `checkpoints ls` */
export function listCheckpoints(args: readonly string[], io: Io): number {
  const { flags } = parse('checkpoints', args, ['dir'], 0);
  using catalog = openCatalog(directoryOf(flags.dir, io));
  const entries = catalog.checkpoints().toReversed();
  const rows = entries.map((entry) => {
    // What is not there yet has no sums.
    const sum = (text: string) => (entry.committedAtMs === null ? '' : text);
    return [
      String(entry.checkpoint),
      entry.name ?? '',
      stateCell(entry.state),
      entry.run,
      String(entry.node),
      formatTime(entry.committedAtMs ?? entry.createdAtMs),
      formatCount(entry.partitionCount),
      sum(formatCount(entry.rowCount)),
      sum(formatBytes(entry.totalBytes)),
      entry.directory,
    ];
  });
  const reasons = entries.flatMap(({ checkpoint, reason }) =>
    reason === null ? [] : [`checkpoint ${checkpoint}: ${printable(reason)}\n`],
  );
  io.write(printTable(COLUMNS, rows, io.hasColors) + (reasons.length === 0 ? '' : `\n${reasons.join('')}`));
  return 0;
}

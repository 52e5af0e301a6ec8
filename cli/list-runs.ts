import { openCatalog } from '../lib/index.ts';
import { type Command, directoryOf, parse } from './command.ts';
import { formatDuration, formatTime, stateCell } from './format.ts';
import { printTable } from './print-table.ts';

const COLUMNS = [
  { title: 'RUN' },
  { title: 'STATE' },
  { title: 'STARTED' },
  { title: 'TOOK', align: 'right' },
  { title: 'JOBS', align: 'right' },
  { title: 'MASTER' },
  { title: 'COMMAND' },
] as const;

export const listRuns: Command = {
  name: 'runs',
  usage: '[--dir <dir>]',
  summary: 'list the runs of a data directory, the newest first',
  details: ['A run is a session, from its opening to its closing. A killed one did not get to close.'],
  run(args, io) {
    const { flags } = parse('runs', args, ['dir'], 0);
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const rows = catalog
      .runs()
      .map(({ run, state, startedAtMs, endedAtMs, master, command }) => [
        run,
        stateCell(state),
        formatTime(startedAtMs),
        formatDuration(startedAtMs, endedAtMs),
        String(catalog.jobs(run).length),
        master,
        command,
      ]);
    io.write(printTable(COLUMNS, rows, io.hasColors));
    return 0;
  },
};

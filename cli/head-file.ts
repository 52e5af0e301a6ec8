import { withScratchSession } from '../lib/index.ts';
import { type Command, parse, parseId, usageError } from './command.ts';
import { printTable } from './print-table.ts';
import { columnsOf, formatOf, readTable, TEXT_FLAGS, TEXT_SWITCHES, textChoicesOf } from './table-files.ts';

/** Cells are cut to this many characters: one long text would push all else out of sight. */
const CELL_LENGTH = 60;
const DEFAULT_ROWS = 10;

export const headCommand: Command = {
  name: 'head',
  usage:
    '<file> [--rows N] [--columns a,b] [--format parquet|arrow|csv|json] [--delimiter d] [--no-header] [--multi-line]',
  summary: 'print the first rows of a file of Parquet, Arrow, CSV or JSON lines',
  details: [
    'The format is what the name ends in unless it is given; a directory or a pattern is read as a whole. Of Parquet files,',
    'no more than the columns asked for and the row groups needed are read. Long values are cut. --delimiter (such as \\t) and',
    '--no-header tell how CSV is written; with --multi-line its quoted fields have line ends, and JSON may be arrays.',
  ],
  async run(args, io) {
    const short = args.map((each) => (each === '-n' ? '--rows' : each));
    const names = ['rows', 'columns', 'format', ...TEXT_FLAGS] as const;
    const parsed = parse('head', short, names, 1, TEXT_SWITCHES);
    const { flags, positionals } = parsed;
    const [path] = positionals;
    if (path === undefined) throw usageError('a file is missing', 'head');
    const count = parseId('head', 'rows', flags.rows) ?? DEFAULT_ROWS;
    const columns = columnsOf(flags.columns);
    const format = formatOf('head', path, flags.format, 'format');
    const text = textChoicesOf('head', format, parsed);
    await withScratchSession({ master: 'local' }, async (session) => {
      // JSON is read with its whole structs.
      const isNested = format === 'json' && columns?.some((name) => name.includes('.'));
      const rows = readTable(session, path, format, isNested ? undefined : columns, text);
      const titles = columns ?? rows.schema.fields.map(({ name }) => name);
      const found = await rows.take(count);
      const cells = found.map((row) => titles.map((name) => cellText(valueAt(row, name))));
      io.write(
        printTable(
          titles.map((title) => ({ title })),
          cells,
        ),
      );
    });
    return 0;
  },
};

/** A column, or a field of structs where no column has that name. */
function valueAt(row: unknown, name: string): unknown {
  const isIn = (value: unknown, key: string): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key);
  if (isIn(row, name)) return row[name];
  return name.split('.').reduce((value: unknown, key) => (isIn(value, key) ? value[key] : null), row);
}

function cellText(value: unknown): string {
  const text = valueText(value);
  const characters = [...text];
  return characters.length > CELL_LENGTH ? `${characters.slice(0, CELL_LENGTH - 1).join('')}…` : text;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.subarray(0, CELL_LENGTH)).toString('hex')}`;
  if (value instanceof Map)
    return `{${[...value].map(([key, each]) => `${valueText(key)}: ${valueText(each)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.slice(0, CELL_LENGTH).map(valueText).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${valueText(each)}`)
    .join(', ')}}`;
}

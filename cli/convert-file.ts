import { formatType, type RowRdd, type WriteParquetOptions, withScratchSession } from '../lib/index.ts';
import { type Command, parse, usageError } from './command.ts';
import {
  columnsOf,
  formatOf,
  type Row,
  readTable,
  type TableFormat,
  TEXT_FLAGS,
  TEXT_SWITCHES,
  textChoicesOf,
} from './table-files.ts';

const MODES = ['error', 'append', 'overwrite', 'ignore'] as const;

export const convertCommand: Command = {
  name: 'convert',
  usage:
    '<from> <to> [--columns a,b] [--from-format f] [--to-format f] [--mode m] [--codec c] [--master m] [--delimiter d] [--no-header] [--multi-line]',
  summary: 'write the rows of files as Parquet, Arrow, CSV or JSON lines',
  details: [
    'Formats are what the names end in unless they are given: parquet, arrow, csv, json. What is written is a directory of a file',
    'a partition, as jobs write it: readers see all of it or none. --mode is error (the default), append, overwrite or',
    'ignore; --codec, of Parquet alone, is snappy (the default), zstd, gzip, brotli, lz4_raw or none. Parquet and Arrow keep the',
    'types that Parquet, Arrow and CSV have; those of JSON are inferred. --delimiter (such as \\t) and --no-header tell how the CSV',
    'is written that is read; with --multi-line its quoted fields have line ends, and JSON may be arrays.',
  ],
  async run(args, io) {
    const names = ['columns', 'from-format', 'to-format', 'mode', 'codec', 'master', ...TEXT_FLAGS] as const;
    const parsed = parse('convert', args, names, 2, TEXT_SWITCHES);
    const { flags, positionals } = parsed;
    const [from, to] = positionals;
    if (from === undefined || to === undefined)
      throw usageError('a file to read and one to write are needed', 'convert');
    const mode = MODES.find((each) => each === (flags.mode ?? 'error'));
    if (mode === undefined) throw usageError(`--mode must be ${MODES.join(', ')}, found '${flags.mode}'`, 'convert');
    const source = formatOf('convert', from, flags['from-format'], 'from-format');
    const target = formatOf('convert', to, flags['to-format'], 'to-format');
    const text = textChoicesOf('convert', source, parsed);
    if (flags.codec !== undefined && target !== 'parquet') throw usageError('--codec is for Parquet', 'convert');
    await withScratchSession(flags.master === undefined ? {} : { master: flags.master }, async (session) => {
      const rows = readTable(session, from, source, columnsOf(flags.columns), text);
      if (target === 'csv') await rows.write.csv(to, { mode });
      else if (target === 'json') await rows.write.json(to, { mode });
      else if (target === 'arrow') await rows.write.arrow(to, { mode, schema: schemaOf(rows, source) });
      else await rows.write.parquet(to, parquetOptions(rows, source, mode, flags.codec));
    });
    io.write(`${from} was written to ${to}\n`);
    return 0;
  },
};

const CODECS = ['none', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli'] as const;

/** Types are those of the source where it has some. */
function parquetOptions(
  rows: RowRdd<Row>,
  source: TableFormat,
  mode: (typeof MODES)[number],
  codecName: string | undefined,
): WriteParquetOptions {
  const codec = CODECS.find((each) => each === (codecName ?? 'snappy'));
  if (codec === undefined) throw usageError(`--codec must be ${CODECS.join(', ')}, found '${codecName}'`, 'convert');
  return { mode, codec, schema: schemaOf(rows, source) };
}

/** Undefined where there are none: they are inferred from all rows then. */
function schemaOf(rows: RowRdd<Row>, source: TableFormat): WriteParquetOptions['schema'] {
  if (source === 'json') return undefined;
  return rows.schema.fields.map(
    ({ name, type, nullable }) => [name, `${formatType(type)}${nullable ? '' : ' not null'}`] as const,
  );
}

import { type ColumnDescription, inspectArrow, inspectParquet, type ParquetDescription } from '../lib/index.ts';
import { type Command, parse, parseId, usageError } from './command.ts';
import { formatBytes, formatCount } from './format.ts';
import { printArrow } from './inspect-arrow.ts';
import { printable, printTable } from './print-table.ts';
import { formatOf } from './table-files.ts';

const ROW_GROUPS = [
  { title: 'ROW GROUP', align: 'right' },
  { title: 'ROWS', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'RAW', align: 'right' },
] as const;

const COLUMNS = [
  { title: 'COLUMN' },
  { title: 'TYPE' },
  { title: 'CODEC' },
  { title: 'ENCODINGS' },
  { title: 'BYTES', align: 'right' },
  { title: 'NULLS', align: 'right' },
  { title: 'MIN' },
  { title: 'MAX' },
  { title: 'INDEXES' },
] as const;

/** Bounds are cut to this many characters: one long text would make every line long. */
const BOUND_LENGTH = 32;

export const inspectCommand: Command = {
  name: 'inspect',
  usage: '<file> [--row-group N] [--format parquet|arrow]',
  summary: 'show what is in a Parquet or Arrow file: schema, row groups, encodings, statistics',
  details: [
    'Reads the footer alone. Of the columns, those of the first row group are shown, or with --row-group of another one,',
    'counted from 0. INDEXES: dictionary, bloom filter, offset index, column index. Only bounds that readers may use to leave',
    'out what cannot match are shown. Of Arrow, the schema and the record batches are; no values are read.',
  ],
  run(args, io) {
    const { flags, positionals } = parse('inspect', args, ['row-group', 'format'], 1);
    const [path] = positionals;
    if (path === undefined) throw usageError('a file is missing', 'inspect');
    const index = parseId('inspect', 'row-group', flags['row-group']);
    if (isArrow(path, flags.format)) {
      if (index !== undefined) throw usageError('--row-group is for Parquet', 'inspect');
      io.write(printArrow(inspectArrow(path), io.hasColors));
      return 0;
    }
    const file = inspectParquet(path);
    if (index !== undefined && index >= file.rowGroups.length) {
      throw usageError(`--row-group must be below ${file.rowGroups.length}, found ${index}`, 'inspect');
    }
    io.write(index === undefined ? printFile(file, io.hasColors) : '');
    io.write(printColumns(file, index ?? 0));
    return 0;
  },
};

/** Parquet, unless it is said, or the name says, that it is Arrow. */
function isArrow(path: string, flag: string | undefined): boolean {
  if (flag === undefined) return /\.(arrows?|feather|ipc)$/i.test(path);
  const format = formatOf('inspect', path, flag, 'format');
  if (format !== 'parquet' && format !== 'arrow') throw usageError(`nothing is known of ${format} files`, 'inspect');
  return format === 'arrow';
}

function printFile(file: ParquetDescription, hasColors: boolean): string {
  const { rowGroups } = file;
  const groups = rowGroups.length === 1 ? '1 row group' : `${formatCount(rowGroups.length)} row groups`;
  const lines = [
    `file        ${file.path}`,
    `size        ${formatBytes(file.sizeBytes)}`,
    `rows        ${formatCount(file.rowCount)} in ${groups}`,
    `written by  ${file.createdBy ?? 'a program that does not say'}, format version ${file.formatVersion}`,
    ...(file.keys.length === 0 ? [] : [`metadata    ${file.keys.join(', ')}`]),
    '',
    'schema',
    ...file.schema.map(({ name, type, nullable }) => `  ${name}: ${type}${nullable ? '' : ' not null'}`),
    '',
  ];
  const rows = rowGroups.map(({ rowCount, compressedBytes, uncompressedBytes }, i) => [
    ...[String(i), formatCount(rowCount), formatBytes(compressedBytes), formatBytes(uncompressedBytes)],
  ]);
  const table = rows.length === 0 ? '' : `${printTable(ROW_GROUPS, rows, hasColors)}\n`;
  return `${lines.map((line) => `${printable(line)}\n`).join('')}${table}`;
}

function printColumns({ rowGroups }: ParquetDescription, index: number): string {
  const rowGroup = rowGroups[index];
  if (rowGroup === undefined) return '';
  const rows = rowGroup.columns.map((column) => [
    ...[column.path, column.type, column.codec, column.encodings.join(' '), formatBytes(column.compressedBytes)],
    ...[column.nullCount === undefined ? '?' : formatCount(column.nullCount), cut(column.min), cut(column.max)],
    indexesOf(column),
  ]);
  return `columns of row group ${index}\n${printTable(COLUMNS, rows)}`;
}

function cut(text = '-'): string {
  const characters = [...text];
  return characters.length > BOUND_LENGTH ? `${characters.slice(0, BOUND_LENGTH).join('')}…` : text;
}

function indexesOf({ hasDictionary, hasBloomFilter, hasOffsetIndex, hasColumnIndex }: ColumnDescription): string {
  const found = [
    hasDictionary ? 'dictionary' : '',
    hasBloomFilter ? 'bloom' : '',
    hasOffsetIndex ? 'offsets' : '',
    hasColumnIndex ? 'bounds' : '',
  ];
  return found.filter((each) => each !== '').join(' ') || '-';
}

import type { ArrowDescription } from '../lib/index.ts';
import { formatBytes, formatCount } from './format.ts';
import { printable, printTable } from './print-table.ts';

const BATCHES = [
  { title: 'BATCH', align: 'right' },
  { title: 'ROWS', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'CODEC' },
] as const;

/** A file may have thousands of record batches, which are much alike. */
const SHOWN_BATCHES = 20;

/** What an Arrow file says of itself, for `cairn inspect`. */
export function printArrow(file: ArrowDescription, hasColors: boolean): string {
  const { batches, dictionaryCount, rowCount } = file;
  const groups = batches.length === 1 ? '1 record batch' : `${formatCount(batches.length)} record batches`;
  const dictionaries =
    dictionaryCount === 0
      ? ''
      : `, with ${formatCount(dictionaryCount)} ${dictionaryCount === 1 ? 'dictionary' : 'dictionaries'}`;
  const lines = [
    `file        ${file.path}`,
    `size        ${formatBytes(file.sizeBytes)}`,
    `format      Arrow, ${file.format === 'file' ? 'with a footer' : 'a stream'}`,
    `rows        ${formatCount(rowCount)} in ${groups}${dictionaries}`,
    '',
    'schema',
    ...file.schema.map(({ name, type, nullable }) => `  ${name}: ${type}${nullable ? '' : ' not null'}`),
    '',
  ];
  const rows = batches
    .slice(0, SHOWN_BATCHES)
    .map(({ rowCount: count, sizeBytes, codec }, i) => [String(i), formatCount(count), formatBytes(sizeBytes), codec]);
  const table = rows.length === 0 ? '' : printTable(BATCHES, rows, hasColors);
  const more = batches.length - rows.length;
  const rest = more > 0 ? `and ${formatCount(more)} more\n` : '';
  return `${lines.map((line) => `${printable(line)}\n`).join('')}${table}${rest}`;
}

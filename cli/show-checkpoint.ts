import { type CheckpointEntry, type CheckpointManifest, findCheckpoint, inspectCheckpoint } from '../lib/index.ts';
import { directoryOf, type Io, parse, usageError } from './command.ts';
import { formatBytes, formatCount, formatTime } from './format.ts';
import { printable, printTable } from './print-table.ts';

const PART_COLUMNS = [
  { title: 'PART', align: 'right' },
  { title: 'RECORDS', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'CHECKSUM' },
  { title: 'CODEC' },
] as const;

type Field = readonly [name: string, value: string];

/** `checkpoints show <checkpoint>`: what its manifest says; of one that is not complete, what its row says. */
export function showCheckpoint(args: readonly string[], io: Io): number {
  const { flags, positionals } = parse('checkpoints', args, ['dir'], 1);
  const [reference] = positionals;
  if (!reference) throw usageError('which checkpoint? name one', 'checkpoints');
  const { directory, entry } = findCheckpoint(directoryOf(flags.dir, io), reference);
  if (entry !== undefined && entry.state !== 'complete') {
    io.write(printFields([...rowFields(entry), ['state', entry.state], ['reason', entry.reason ?? '']]));
    return 0;
  }
  const { manifest, foreign } = inspectCheckpoint(directory);
  const fields: Field[] = [
    ...(entry === undefined ? [] : ([['checkpoint', String(entry.checkpoint)]] as const)),
    ['name', manifest.name ?? ''],
    ['directory', directory],
    ...manifestFields(manifest),
    ['other files', foreign.join(', ')],
  ];
  const parts = manifest.parts.map((part) => [
    String(part.partition),
    formatCount(part.rows),
    formatBytes(part.bytes),
    part.checksum.toString(16).padStart(8, '0'),
    part.codec,
  ]);
  io.write(`${printFields(fields)}\n${printTable(PART_COLUMNS, parts, io.hasColors)}`);
  return 0;
}

function rowFields(entry: CheckpointEntry): readonly Field[] {
  return [
    ['checkpoint', String(entry.checkpoint)],
    ['name', entry.name ?? ''],
    ['directory', entry.directory],
    ['run', entry.run],
    ['dataset', String(entry.node)],
    ['begun', formatTime(entry.createdAtMs)],
    ['partitions', formatCount(entry.partitionCount)],
    ['fingerprint', entry.fingerprint ?? ''],
  ];
}

function manifestFields(manifest: CheckpointManifest): readonly Field[] {
  return [
    ['run', manifest.run],
    ['dataset', String(manifest.node)],
    ['written', formatTime(manifest.createdAtMs)],
    ['by', manifest.writer],
    ['partitions', formatCount(manifest.partitionCount)],
    ['records', formatCount(manifest.rows)],
    ['bytes', formatBytes(manifest.bytes)],
    ['partitioner', partitionerText(manifest)],
    ['classes', manifest.classes.map(({ name, version }) => `${name} (version ${version})`).join(', ')],
    ['fingerprint', manifest.fingerprint ?? ''],
  ];
}

/** `hash, 4 partitions`; the bounds of ranges are records, and no text. */
function partitionerText({ partitioner }: CheckpointManifest): string {
  if (partitioner === null) return '';
  const { kind, numPartitions, ascending } = partitioner;
  const order = ascending === false ? ', descending' : '';
  return `${String(kind)}, ${String(numPartitions)} partitions${order}`;
}

/** Lines of a name and its value; what has none is left out. */
function printFields(fields: readonly Field[]): string {
  const shown = fields.filter(([, value]) => value !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`).join('');
}

import { exportCheckpoint, findCheckpoint } from '../lib/index.ts';
import { directoryOf, type Io, parse, usageError } from './command.ts';
import { formatCount } from './format.ts';
import { printable } from './print-table.ts';

/** `checkpoints export <checkpoint> --to <file>` */
export function exportRecords(args: readonly string[], io: Io): number {
  const { flags, positionals } = parse('checkpoints', args, ['dir', 'to'], 1);
  const [reference] = positionals;
  if (!reference) throw usageError('which checkpoint? name one', 'checkpoints');
  if (!flags.to) throw usageError('where to? name a file with --to', 'checkpoints');
  const { directory } = findCheckpoint(directoryOf(flags.dir, io), reference);
  const count = exportCheckpoint(directory, flags.to);
  io.write(`${formatCount(count)} records written to ${printable(flags.to)}\n`);
  return 0;
}

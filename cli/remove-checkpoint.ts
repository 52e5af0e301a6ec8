import { removeCheckpoint } from '../lib/index.ts';
import { directoryOf, type Io, parse, usageError } from './command.ts';
import { formatBytes, formatCount } from './format.ts';
import { printable } from './print-table.ts';

/** `checkpoints rm <checkpoint>` */
export function remove(args: readonly string[], io: Io): number {
  const { flags, positionals } = parse('checkpoints', args, ['dir'], 1);
  const [reference] = positionals;
  if (!reference) throw usageError('which checkpoint? name one', 'checkpoints');
  const { directory, removedFiles, removedBytes, foreign } = removeCheckpoint(directoryOf(flags.dir, io), reference);
  const what = `${formatCount(removedFiles)} files, ${formatBytes(removedBytes)}`;
  io.write(`removed ${printable(directory)}: ${what}\n`);
  if (foreign.length > 0) io.write(`left there, as they are not Cairn's: ${printable(foreign.join(', '))}\n`);
  return 0;
}

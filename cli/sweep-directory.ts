import { type SweepDirectoryOptions, sweepDirectory } from '../lib/index.ts';
import { type Command, directoryOf, parse } from './command.ts';
import { formatBytes } from './format.ts';
import { printable } from './print-table.ts';

/** `sweep`: 1 when something could not be removed. */
export const sweepCommand: Command = {
  name: 'sweep',
  usage: '[--dry-run] [--every-byte] [--retain <time>] [--dir <dir>]',
  summary: 'remove what nobody needs from a data directory, and make its metadata and files agree',
  details: [
    'Removes what dead runs left and map outputs that were kept for later runs too long (--retain, or the option',
    'shuffle.retain), and prints each file with its length. Rows whose files are gone go too; with --every-byte damage counts',
    'as gone. Fails while a session has the directory open, but with --dry-run, which changes nothing and needs no lock.',
  ],
  run(args, io) {
    const { flags, switches } = parse('sweep', args, ['dir', 'retain'], 0, ['dry-run', 'every-byte']);
    const dryRun = switches.has('dry-run');
    const options: SweepDirectoryOptions = {
      ...{ dryRun, everyByte: switches.has('every-byte') },
      ...(flags.retain === undefined ? {} : { retain: flags.retain }),
    };
    const swept = sweepDirectory(directoryOf(flags.dir, io), options);
    const { removed, lostCheckpoints, foundCheckpoints, lostOutputs, prunedRecords, failures } = swept;
    const bytes = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const lines = [
      ...removed.map(
        ({ path, sizeBytes }) => `${dryRun ? 'would remove' : 'removed'} ${path} (${formatBytes(sizeBytes)})`,
      ),
      ...lostCheckpoints.map(({ directory, reason }) => `lost checkpoint ${located(directory, reason)}`),
      ...foundCheckpoints.map((directory) => `found checkpoint ${directory}`),
      ...lostOutputs.map((path) => `lost map output ${path}`),
      ...failures.map((failure) => `failed ${failure}`),
      `${removed.length} ${removed.length === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}${prunedRecords === 0 ? '' : `; ${prunedRecords} records of fingerprints`}`,
    ];
    io.write(lines.map((line) => `${printable(line)}\n`).join(''));
    return failures.length === 0 ? 0 : 1;
  },
};

function located(path: string, reason: string): string {
  return reason.includes(path) ? reason : `${path}: ${reason}`;
}

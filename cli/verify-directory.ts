import { verifyDirectory } from '../lib/index.ts';
import { type Command, directoryOf, parse } from './command.ts';
import { printable } from './print-table.ts';

/** `verify`: 1 when anything is wrong. */
export const verifyCommand: Command = {
  name: 'verify',
  usage: '[--quick] [--dir <dir>]',
  summary: 'look whether metadata and files of a data directory agree',
  details: [
    'Changes nothing, and may run beside a session, whose own files are passed over. Reads every byte of checkpoints and',
    'of map outputs that are kept for later runs; with --quick, only manifests, indexes and lengths. The exit code is 1 when',
    'anything is wrong; each problem is a line.',
  ],
  run(args, io) {
    const { flags, switches } = parse('verify', args, ['dir'], 0, ['quick']);
    const report = verifyDirectory(directoryOf(flags.dir, io), { everyByte: !switches.has('quick') });
    const { checkpoints, livePid, mapOutputs, problems } = report;
    const count = (kind: string) => problems.filter((problem) => problem.kind === kind).length;
    const lost = checkpoints.lost === 0 ? '' : `, ${checkpoints.lost} known as lost`;
    const lines = [
      `directory    ${report.directory}`,
      ...(livePid === undefined ? [] : [`in use       by process ${livePid}, whose files are passed over`]),
      `metadata     ${verdict(count('database'))}`,
      `checkpoints  ${checkpoints.complete}${lost}: ${verdict(count('checkpoint'))}`,
      `map outputs  ${mapOutputs}: ${verdict(count('map-output'))}`,
      `other files  ${verdict(count('file'))}`,
      ...(problems.length === 0 ? [] : ['']),
      ...problems.map(({ path, reason }) => (reason.includes(path) ? reason : `${path}: ${reason}`)),
    ];
    io.write(lines.map((line) => `${printable(line)}\n`).join(''));
    return problems.length === 0 ? 0 : 1;
  },
};

function verdict(problems: number): string {
  if (problems === 0) return 'sound';
  return problems === 1 ? '1 problem' : `${problems} problems`;
}

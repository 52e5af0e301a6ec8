import { CairnError, type FoundCheckpoint, findCheckpoint, openCatalog, verifyCheckpoint } from '../lib/index.ts';
import { directoryOf, type Io, parse, usageError } from './command.ts';
import { stateCell } from './format.ts';
import { printable, printTable } from './print-table.ts';

const COLUMNS = [{ title: 'CHECKPOINT', align: 'right' }, { title: 'RESULT' }, { title: 'DIRECTORY' }] as const;

/** What became of one checkpoint; each problem is a line. */
interface Verdict {
  readonly result: 'sound' | 'damaged' | 'unreadable' | 'removed';
  readonly problems: readonly string[];
}

/** `checkpoints verify <checkpoint>`, `checkpoints verify --all`: 1 when one is damaged or cannot be read. */
export function verify(args: readonly string[], io: Io): number {
  const { flags, switches, positionals } = parse('checkpoints', args, ['dir'], 1, ['all']);
  const [reference] = positionals;
  const all = switches.has('all');
  if (all === Boolean(reference)) throw usageError('which checkpoint? name one, or say --all', 'checkpoints');
  const dataDirectory = directoryOf(flags.dir, io);
  const found = reference ? [findCheckpoint(dataDirectory, reference)] : findAll(dataDirectory);
  const verdicts = found.map((each) => ({ ...each, ...judge(dataDirectory, each) }));
  const rows = verdicts.map(({ entry, result, directory }) => [
    entry === undefined ? '' : String(entry.checkpoint),
    stateCell(result),
    directory,
  ]);
  const problems = verdicts.flatMap((verdict) => verdict.problems.map((problem) => `${printable(problem)}\n`));
  io.write(printTable(COLUMNS, rows, io.hasColors) + (problems.length === 0 ? '' : `\n${problems.join('')}`));
  return problems.length === 0 ? 0 : 1;
}

/** Those that should be there: not what is being written or removed. */
function findAll(dataDirectory: string): readonly FoundCheckpoint[] {
  using catalog = openCatalog(dataDirectory);
  return catalog
    .checkpoints()
    .filter(({ state }) => state === 'complete' || state === 'lost')
    .map((entry) => ({ directory: entry.directory, entry }));
}

function judge(dataDirectory: string, { directory, entry }: FoundCheckpoint): Verdict {
  if (entry !== undefined && (entry.state === 'writing' || entry.state === 'removing')) {
    return { result: 'unreadable', problems: [`${directory} is not complete: its state is '${entry.state}'`] };
  }
  const verdict = read(directory);
  // A session may have removed it while it was read.
  if (verdict.result !== 'sound' && entry !== undefined && isGone(dataDirectory, entry.checkpoint)) {
    return { result: 'removed', problems: [] };
  }
  return verdict;
}

function read(directory: string): Verdict {
  try {
    const damage = verifyCheckpoint(directory);
    if (damage.length === 0) return { result: 'sound', problems: [] };
    return { result: 'damaged', problems: damage.map(({ error }) => lineOf(error)) };
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === 'internal') throw error;
    return { result: error.code === 'CORRUPT_FILE' ? 'damaged' : 'unreadable', problems: [lineOf(error)] };
  }
}

function isGone(dataDirectory: string, checkpoint: number): boolean {
  using catalog = openCatalog(dataDirectory);
  const row = catalog.checkpoints().find((each) => each.checkpoint === checkpoint);
  return row === undefined || row.state === 'removing';
}

/** The message without its hint, which is the same for every part. */
function lineOf(error: CairnError): string {
  return error.message.split('\n', 1)[0] ?? '';
}

import { type Command, type Io, usageError } from './command.ts';
import { exportRecords } from './export-checkpoint.ts';
import { listCheckpoints } from './list-checkpoints.ts';
import { remove } from './remove-checkpoint.ts';
import { showCheckpoint } from './show-checkpoint.ts';
import { verify } from './verify-checkpoints.ts';

/** By the word after `checkpoints`. */
const ACTIONS: ReadonlyMap<string, (args: readonly string[], io: Io) => number> = new Map([
  ['ls', listCheckpoints],
  ['show', showCheckpoint],
  ['verify', verify],
  ['rm', remove],
  ['export', exportRecords],
]);

export const checkpoints: Command = {
  name: 'checkpoints',
  usage: '<ls|show|verify|rm|export> [checkpoint] [--all] [--to <file>] [--dir <dir>]',
  summary: 'list, show, verify, remove or export checkpoints',
  details: [
    '',
    '  ls                                   list the checkpoints of the data directory',
    '  show <checkpoint>                    show its manifest and its parts',
    '  verify <checkpoint>, verify --all    read every byte; the exit code is 1 when one is damaged',
    '  rm <checkpoint>                      remove its files, unless a session has the data directory open',
    '  export <checkpoint> --to <file>      write its records to a new file, one line of JSON each',
    '',
    'A checkpoint is named by its name (the newest of that name), its number or its directory. A directory may be',
    'anywhere: but for rm, which keeps the metadata in step, the data directory is then not needed.',
  ],
  run([action, ...args], io) {
    if (action === undefined)
      throw usageError('what of checkpoints? say ls, show, verify, rm or export', 'checkpoints');
    const run = ACTIONS.get(action);
    if (run === undefined) throw usageError(`there is no 'checkpoints ${action}'`, 'checkpoints');
    return run(args, io);
  },
};

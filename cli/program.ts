import { CairnError, engineVersion } from '../lib/index.ts';
import { checkpoints } from './checkpoints.ts';
import { type Command, type Io, usageError } from './command.ts';
import { convertCommand } from './convert-file.ts';
import { explainResume } from './explain-resume.ts';
import { headCommand } from './head-file.ts';
import { inspectCommand } from './inspect-parquet.ts';
import { listJobs } from './list-jobs.ts';
import { listRuns } from './list-runs.ts';
import { listStages } from './list-stages.ts';
import { runJob } from './run-job.ts';
import { showLineage } from './show-lineage.ts';
import { showStage } from './show-stage.ts';
import { sweepCommand } from './sweep-directory.ts';
import { verifyCommand } from './verify-directory.ts';

/** In the order a user meets them. */
export const COMMANDS: readonly Command[] = [
  runJob,
  listRuns,
  listJobs,
  listStages,
  showStage,
  showLineage,
  explainResume,
  checkpoints,
  inspectCommand,
  headCommand,
  convertCommand,
  verifyCommand,
  sweepCommand,
];

/**
 * Runs the program with the arguments after its name. Gives the exit code: 0, 1 when what was asked for could not be
 * done, 2 when the command line was wrong. Never rejects.
 */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (!(error instanceof CairnError)) {
      io.complain(`cairn: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return 1;
    }
    const isUsage = error.code === 'COMMAND_LINE';
    // The code is for programs; people read the rest.
    io.complain(`cairn: ${isUsage ? error.message.replace(/^COMMAND_LINE: /, '') : error.message}\n`);
    return isUsage ? 2 : 1;
  }
}

async function dispatch([name, ...args]: readonly string[], io: Io): Promise<number> {
  switch (name) {
    case undefined:
      io.complain(printHelp());
      return 2;
    case '--version':
      io.write(`${engineVersion()}\n`);
      return 0;
    case 'help':
    case '--help':
    case '-h':
      io.write(args[0] === undefined ? printHelp() : printCommandHelp(find(args[0])));
      return 0;
    default: {
      const command = find(name);
      const ownArgs = command === runJob ? args.slice(0, 1) : args;
      if (ownArgs.includes('--help') || ownArgs.includes('-h')) {
        io.write(printCommandHelp(command));
        return 0;
      }
      return await command.run(args, io);
    }
  }
}

function find(name: string): Command {
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) throw usageError(`there is no command '${name}'`);
  return command;
}

function printHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'usage: cairn <command> [arguments]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    "'cairn help <command>' tells more; 'cairn --version' prints the version.",
    'The data directory is --dir, or CAIRN_DIR, or .cairn below the working directory.',
    '',
  ].join('\n');
}

function printCommandHelp({ name, usage, summary, details }: Command): string {
  return [`usage: cairn ${name} ${usage}`, '', `${summary[0]?.toUpperCase()}${summary.slice(1)}.`, ...details, ''].join(
    '\n',
  );
}

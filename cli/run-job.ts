import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { CairnError } from '../lib/index.ts';
import { type Command, type Io, parse, usageError } from './command.ts';

const FLAGS = ['dir', 'master', 'memory'] as const;

export const runJob: Command = {
  name: 'run',
  usage: '[--resume] [--dir <dir>] [--master <master>] [--memory <size>] <job.ts> [arguments of the job]',
  summary: 'run a job, written in TypeScript or JavaScript',
  details: [
    'The flags become CAIRN_DIR, CAIRN_MASTER and CAIRN_MEMORY for the job; options in its code win over them.',
    '--resume is CAIRN_RESUME: what an earlier run of the job committed is not computed again (docs/resume.md).',
    "TypeScript runs through the project's tsx, or by Node.js itself where that can. The exit code is the job's.",
  ],
  async run(args, io) {
    const { own, job, rest } = split(args);
    const { flags, switches } = parse('run', own, FLAGS, 0, ['resume']);
    if (job === undefined) throw usageError('which job? name a file', 'run');
    const path = resolve(job);
    const environment: Record<string, string | undefined> = { ...io.environment };
    for (const flag of FLAGS) if (flags[flag] !== undefined) environment[`CAIRN_${flag.toUpperCase()}`] = flags[flag];
    if (switches.has('resume')) environment.CAIRN_RESUME = 'true';
    return await runNode([...loaderFor(path), path, ...rest], environment, io);
  },
};

/** What comes before the job belongs to us, what comes after it to the job. */
function split(args: readonly string[]): { own: readonly string[]; job: string | undefined; rest: readonly string[] } {
  const values = FLAGS.map((flag) => [flag, { type: 'string' as const }] as const);
  const options = { ...Object.fromEntries(values), resume: { type: 'boolean' as const } };
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const job = tokens.find(({ kind }) => kind === 'positional');
  if (job === undefined) return { own: args, job: undefined, rest: [] };
  return { own: args.slice(0, job.index), job: args[job.index], rest: args.slice(job.index + 1) };
}

/** Node's flags for a job. tsx comes first where it is: the project was written against what it understands. */
function loaderFor(path: string): readonly string[] {
  const resolver = createRequire(path);
  if (find(resolver, path) === undefined) throw new CairnError('FILE_NOT_FOUND', { path });
  if (!/\.[cm]?tsx?$/.test(path)) return [];
  const tsx = find(resolver, 'tsx') ?? find(createRequire(join(process.cwd(), 'x.js')), 'tsx');
  if (tsx !== undefined) return ['--import', pathToFileURL(tsx).href];
  if ('typescript' in process.features && process.features.typescript) return [];
  throw new CairnError('TSX_NOT_FOUND', { path, version: process.version });
}

function find(resolver: NodeJS.Require, name: string): string | undefined {
  try {
    return resolver.resolve(name);
  } catch {
    return undefined;
  }
}

/** Runs Node with the same streams. Gives its exit code, or 128 and the number of the signal that ended it. */
function runNode(args: readonly string[], environment: Record<string, string | undefined>, io: Io): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { stdio: 'inherit', env: environment });
    const forward = (signal: NodeJS.Signals) => {
      // A terminal sends its interrupt to both of us; here it only must not end us before the job.
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
    };
    const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const end = (code: number) => {
      for (const signal of signals) process.off(signal, forward);
      done(code);
    };
    child.once('error', (error) => {
      io.complain(`cairn: cannot start ${process.execPath}: ${error.message}\n`);
      end(1);
    });
    child.once('exit', (code, signal) => end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

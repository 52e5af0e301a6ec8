/**
 * What starts an example: `node --import tsx examples/01-word-count.ts`.
 *
 * Each example exports `run(print, place)`, so that its spec can run it with a directory of its own and compare what it
 * prints. Results go to stdout and are the same each time; how long things took goes to stderr.
 */
import { realpathSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Print = (text: string) => void;

/** Where an example may write. */
export interface Place {
  /** The session's data directory. */
  readonly dir: string;
  /** A directory for what the example saves; empty at the start. */
  readonly out: string;
  /** Notes about the run that differ from run to run, such as times. */
  readonly note: Print;
}

export type Run = (print: Print, place: Place) => Promise<void>;

/**
 * Runs an example if it is the program that was started. It writes into `examples/out/<name>`, emptied first; the data
 * directory is in there too, unless CAIRN_DIR says otherwise. Where the example resumes, what a killed run left stays.
 */
export async function startIfMain(meta: ImportMeta, run: Run, { resumes = false } = {}): Promise<void> {
  const path = fileURLToPath(meta.url);
  if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== path) return;
  const out = join(import.meta.dirname, '..', 'out', basename(path, '.ts'));
  if (!resumes) await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const dir = process.env.CAIRN_DIR || join(out, '.cairn');
  // Who reads no further, as `head`, has seen enough.
  process.stdout.on('error', () => process.exit());
  await run((text) => process.stdout.write(`${text}\n`), {
    dir,
    out,
    note: (text) => process.stderr.write(`${text}\n`),
  });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { runId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import type { RunRow } from '../../../storage/metadata/rows.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { leftovers } from '../../support/engine-of-spec.ts';
import { crashJob, crashJobAnswer } from './crash-job.ts';

/** Where the process of a crash spec works. */
export interface Places {
  readonly dir: string;
  readonly input: string;
  readonly output: string;
}

/** What the job saves. */
const SAVED = crashJobAnswer()
  .map(([key, sum]) => `${key} ${sum}\n`)
  .join('');

/** The row of a run, and the states of its jobs. The database is sound. */
export function recordOf(dir: string, run: string): { readonly run: RunRow; readonly jobs: readonly string[] } {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  expect(database.findDamage()).toEqual([]);
  const reader = new RunReader(database);
  const row = reader.listRuns().find((each) => each.run === runId(run));
  if (row === undefined) throw new TypeError(`run ${run} is not on record`);
  return { run: row, jobs: reader.listJobs(runId(run)).map(({ state }) => state) };
}

/** Nothing temporary is there, and nobody holds the directory. */
export function expectNothingLeft({ dir, output }: Places): void {
  expect(leftovers(dir).filter((path) => path.includes('/'))).toEqual([]);
  expect(readdirSync(dir).filter((name) => name.startsWith('lock'))).toEqual([]);
  // Staging and retired directories have hidden names beside the output's.
  expect(readdirSync(dirname(output)).filter((name) => name.startsWith(`.${basename(output)}`))).toEqual([]);
}

/** What the job of `crash-job.ts` saves is there whole, or not at all. */
export function expectWholeOrAbsent(output: string): void {
  if (!existsSync(output)) return;
  const names = readdirSync(output).sort();
  expect(names).toContain('_SUCCESS');
  const parts = names.filter((name) => name.startsWith('part-'));
  expect(parts.map((name) => readFileSync(join(output, name), 'utf8')).join('')).toBe(SAVED);
}

/** The directory opens without a word, and the job gives its answer there. */
export async function expectUsable({ dir, input, output }: Places): Promise<void> {
  const warnings: string[] = [];
  const logger = { warn: (message: string) => void warnings.push(message), info: () => {} };
  const options = { dir, master: 'local', memory: '400 B', memoryFraction: 1, progress: 'off' } as const;
  const session = await Session.openWith(options, { logger });
  expect(await crashJob(session, input, output)).toEqual(crashJobAnswer());
  await session.close();
  expect(warnings).toEqual([]);
  expectWholeOrAbsent(output);
  expectNothingLeft({ dir, input, output });
}

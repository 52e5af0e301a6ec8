import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { jobId, runId, stageId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { hasRun, markDeadRuns } from '../../../storage/metadata/job-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from './example-run.ts';

const RUN = runId('aaaa0001');
const CHILD = join(import.meta.dirname, 'database-child.ts');

class Child {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly #ended: Promise<unknown>;
  #wake: () => void = () => {};

  constructor(...args: readonly string[]) {
    this.process = spawn(process.execPath, ['--import', 'tsx', CHILD, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.process, 'close').then(() => this.#wake());
    if (this.process.stdout !== null) {
      createInterface(this.process.stdout).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
  }

  /** Until the child has printed so many lines, or has ended. */
  async said(count: number): Promise<void> {
    while (this.lines.length < count && this.process.exitCode === null && this.process.signalCode === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async ended(): Promise<void> {
    await this.#ended;
  }
}

/** What a killed writer left: read as it is, then by the next session. */
function checkLeftBehind(path: string, committed: readonly string[]): number {
  const names = readdirSync(dirname(path));
  const stages = () => {
    using reader = MetadataDatabase.open(path, { readOnly: true });
    expect(reader.findDamage()).toEqual([]);
    return new RunReader(reader).stagesOf(RUN, jobId(0)).length;
  };
  const found = stages();
  expect(found).toBeGreaterThanOrEqual(committed.length);
  expect(readdirSync(dirname(path))).toEqual(names);

  using database = MetadataDatabase.open(path);
  const reader = new RunReader(database);
  expect(reader.findRun('last').state).toBe('running');
  expect(markDeadRuns(database, () => false)).toEqual([RUN]);
  expect(database.findDamage()).toEqual([]);
  const rows = reader.stagesOf(RUN, jobId(0));
  expect(rows.map(({ stage }) => stage)).toEqual(Array.from({ length: found }, (_, i) => i));
  for (const { stage } of rows) expect(reader.tasksOf(RUN, stage, 0)).toHaveLength(20);
  expect(reader.findRun('last').state).toBe('killed');
  expect(reader.listJobs(RUN)).toMatchObject([{ state: 'killed' }]);
  return found;
}

test('a writer killed at any moment leaves every stage it had committed, and half of none', async () => {
  for (const linesBefore of [1, 30]) {
    using scratch = new ScratchDirectory();
    const child = new Child('write', scratch.database);
    await child.said(linesBefore);
    child.process.kill('SIGKILL');
    await child.ended();
    expect(child.process.signalCode).toBe('SIGKILL');
    expect(child.lines.length).toBeGreaterThanOrEqual(linesBefore);
    checkLeftBehind(scratch.database, child.lines);
    expect(readdirSync(dirname(scratch.database))).toEqual(['metadata.db']);
  }
});

test('a stage whose transaction was open at the kill is not there', async () => {
  using scratch = new ScratchDirectory();
  const child = new Child('die', scratch.database, '3');
  await child.ended();
  expect(child.process.signalCode).toBe('SIGKILL');
  expect(child.lines).toEqual(['0', '1', '2']);
  expect(checkLeftBehind(scratch.database, child.lines)).toBe(3);
});

test('two other processes read whole stages while a session writes them', async () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const log = beginWordCount(database);
  const children = [0, 1].map(() => new Child('read', scratch.database, '40'));
  for (const child of children) await child.said(1);
  for (let stage = 0; stage < 40; stage++) {
    log.recordStageEnd(exampleStage(stage, 50));
    if (stage % 10 === 9) await new Promise(setImmediate);
  }
  for (const child of children) {
    await child.ended();
    expect(child.lines).toEqual(['ready', '40 stages, 0 times backwards']);
    expect(child.process.exitCode).toBe(0);
  }
  expect(hasRun(database, RUN)).toBe(true);
  expect(new RunReader(database).tasksOf(RUN, stageId(39), 0)).toHaveLength(50);
});

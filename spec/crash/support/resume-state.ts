import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointCatalog } from '../../../storage/metadata/checkpoint-catalog.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import type { ReuseDecisionRow } from '../../../storage/metadata/rows.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import type { Child } from './child.ts';

/** A committed checkpoint that can be found. */
export interface CommittedState {
  readonly fingerprint: string;
  readonly run: string;
  readonly node: number;
  readonly name: string | null;
  readonly directory: string;
}

/** A map output that can be found. */
export interface OutputState {
  readonly run: string;
  readonly shuffle: number;
  readonly mapIndex: number;
  readonly task: number;
  /** Whether the next run lets it go: none of the last three that ended a job wrote or used it. */
  readonly isUnused: boolean;
}

/** What is committed in a directory whose process is dead. */
export interface Committed {
  readonly checkpoints: readonly CommittedState[];
  readonly outputs: readonly OutputState[];
}

/** Looks without changing anything; of a directory without a database, that there is nothing. */
export function committedIn(directory: string): Committed {
  const path = join(directory, 'cairn.sqlite');
  if (!existsSync(path)) return { checkpoints: [], outputs: [] };
  using database = MetadataDatabase.open(path, { readOnly: true });
  if (database.findDamage().length > 0) throw new TypeError('the database is damaged');
  const checkpoints = new CheckpointCatalog(database)
    .list('complete')
    .flatMap(({ fingerprint, run, node, name, directory: place }) => {
      return fingerprint === null ? [] : [{ fingerprint, run, node, name, directory: place }];
    });
  const reader = new RunReader(database);
  const runs = reader
    .listRuns()
    .filter(({ run }) => reader.listJobs(run).some(({ state }) => state === 'succeeded' || state === 'failed'));
  const sinceMs = runs[2]?.startedAtMs ?? 0;
  const outputs = new ShuffleCatalog(database).list().flatMap(({ run, shuffle, createdAtMs, outputs: rows }) => {
    return rows.map(({ mapIndex, task }) => ({ run, shuffle, mapIndex, task, isUnused: createdAtMs < sinceMs }));
  });
  return { checkpoints, outputs };
}

/** What a run decided on reusing. */
export function decisionsOf(directory: string, run: string): readonly ReuseDecisionRow[] {
  using database = MetadataDatabase.open(join(directory, 'cairn.sqlite'), { readOnly: true });
  const reader = new RunReader(database);
  return reader.reuseOf(reader.findRun(run).run);
}

/** What a process of `resume-child.ts` has done, by what it printed. */
export class ResumedRun {
  readonly run: string | undefined;
  readonly answer: string | undefined;
  /** What it took over from earlier runs. */
  readonly reused: { readonly checkpoints: number; readonly mapOutputs: number };
  /** Datasets whose checkpoints it committed. */
  readonly committed: readonly number[];
  /** Where its last loop begins: the first numbers of shuffles and datasets that are not the same in each run. */
  readonly loop: { readonly shuffle: number; readonly node: number } | undefined;
  /** The iteration that the loop went on from, 0 where it began; undefined where it did not come that far. */
  readonly resumedAt: number | undefined;
  readonly #tasks: readonly Pick<OutputState, 'shuffle' | 'mapIndex'>[];

  constructor({ lines }: Child) {
    const words = lines.map((line) => line.split(' '));
    const of = (kind: string) => words.filter(([first]) => first === kind);
    const numbers = (kind: string) => of(kind).map((each) => [Number(each[1]), Number(each[2])] as const);
    this.run = of('open')[0]?.[1];
    this.answer = of('answer')[0]?.[1];
    const reused = numbers('reused');
    const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
    this.reused = { checkpoints: sum(reused.map(([n]) => n)), mapOutputs: sum(reused.map(([, n]) => n)) };
    this.committed = numbers('committed').map(([node]) => node);
    this.loop = numbers('loop').map(([shuffle, node]) => ({ shuffle, node }))[0];
    // A loop that goes on is asked of the state it goes on from before all else; none is checkpointed after iteration 1.
    const first = words.slice(words.findIndex(([kind]) => kind === 'loop')).find(([kind]) => kind === 'round')?.[1];
    if (this.loop !== undefined) this.resumedAt = first === undefined || first === '1' ? 0 : Number(first);
    this.#tasks = numbers('task').map(([shuffle, mapIndex]) => ({ shuffle, mapIndex }));
  }

  /** The map tasks that have succeeded, by names that mean the same in every run. */
  get tasks(): readonly string[] {
    return this.#tasks.map((task) => this.nameOf(task));
  }

  /** What a map output of this run is in every run: shuffles of a loop count from where it went on. */
  nameOf({ shuffle, mapIndex }: Pick<OutputState, 'shuffle' | 'mapIndex'>): string {
    const { loop, resumedAt = 0 } = this;
    if (loop === undefined || shuffle < loop.shuffle) return `shuffle ${shuffle}, partition ${mapIndex}`;
    return `iteration ${resumedAt + shuffle - loop.shuffle}, partition ${mapIndex}`;
  }
}

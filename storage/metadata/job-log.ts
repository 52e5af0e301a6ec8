/**
 * What a session did, as rows: its run, its jobs, and each stage with its tasks, blocks and map outputs.
 *
 * One transaction per event, never one per task or record: a stage of any number of tasks costs one synced commit.
 * A run is `running` from its first row on; a session that dies leaves it so, and the next one to open the directory
 * marks it `killed`.
 */
import { type SerializedError, serializeError } from '../../lib/base/errors.ts';
import type { JobId, NodeId, RunId, ShuffleId, StageId } from '../../lib/base/ids.ts';
import type { ConsumerUse } from '../memory/consumer-use.ts';
import type { MetadataDatabase } from './database.ts';
import type {
  BlockRow,
  BlockState,
  JobRow,
  MapOutputRow,
  RunOwner,
  RunRow,
  ShuffleRow,
  ShuffleState,
  StageRow,
  TaskRow,
} from './rows.ts';
import {
  BLOCKS,
  JOBS,
  MAP_OUTPUTS,
  RUNS,
  SHUFFLES,
  STAGE_PARENTS,
  STAGES,
  TASK_CONSUMERS,
  TASKS,
  toSqlValue,
} from './table.ts';

/** What is known of a run at its start. */
export type RunStart = Omit<RunRow, 'startedAtMs' | 'endedAtMs' | 'state' | 'errorCode' | 'errorMessage' | 'error'>;

/** What is known of a job at its start. */
export type JobStart = Omit<
  JobRow,
  'run' | 'endedAtMs' | 'state' | 'stageCount' | 'skippedStageCount' | 'errorCode' | 'errorMessage' | 'error'
>;

/** How a run or a job ended; `error` belongs to `failed` and `killed`. */
export interface Outcome {
  readonly state: 'succeeded' | 'failed' | 'killed';
  readonly error?: unknown;
}

export interface JobEnd extends Outcome {
  readonly job: JobId;
  readonly endedAtMs: number;
  readonly stageCount: number;
  readonly skippedStageCount: number;
}

export interface StageEnd {
  readonly stage: Omit<StageRow, 'run' | 'errorCode' | 'errorMessage'> & {
    readonly parents: readonly StageId[];
    readonly error?: unknown;
  };
  readonly tasks: readonly (Omit<TaskRow, 'run' | 'stage' | 'stageAttempt' | 'errorCode' | 'errorMessage'> & {
    readonly consumers: readonly ConsumerUse[];
    readonly error?: unknown;
  })[];
  /** Blocks stored, lost or dropped since the stage began; a block replaces its older row. */
  readonly blocks: readonly Omit<BlockRow, 'run'>[];
  /** The shuffle that the stage's map outputs belong to. */
  readonly shuffle?: Pick<ShuffleRow, 'mapCount' | 'reducerCount' | 'node'>;
  /** Written by this attempt; an output replaces the older one of its map task. */
  readonly mapOutputs: readonly Omit<MapOutputRow, 'run' | 'shuffle'>[];
}

const INSERT_SHUFFLE = `${SHUFFLES.insert}
  ON CONFLICT (run, shuffle) DO UPDATE SET map_count = excluded.map_count, reducer_count = excluded.reducer_count`;

const INSERT_MAP_OUTPUT = `${MAP_OUTPUTS.insert}
  ON CONFLICT (run, shuffle, map_index) DO UPDATE
  SET task = excluded.task, bytes = excluded.bytes, row_count = excluded.row_count, path = excluded.path`;

const INSERT_BLOCK = `${BLOCKS.insert}
  ON CONFLICT (run, node, partition, block) DO UPDATE
  SET memory_bytes = excluded.memory_bytes, disk_bytes = excluded.disk_bytes,
      storage_level = excluded.storage_level, state = excluded.state`;

/** The sums of a shuffle over the map outputs it has: an attempt may have written only those that were missing. */
const SUM_SHUFFLE = `
  UPDATE shuffles
  SET total_bytes = sums.bytes, row_count = sums.row_count,
      state = CASE WHEN sums.outputs = map_count THEN 'complete' ELSE 'partial' END
  FROM (SELECT count(*) AS outputs, coalesce(sum(bytes), 0) AS bytes, coalesce(sum(row_count), 0) AS row_count
        FROM map_outputs WHERE run = ? AND shuffle = ?) AS sums
  WHERE run = ? AND shuffle = ?`;

/** A killed run ended no earlier than the last thing it wrote. */
const LAST_SIGN_OF_LIFE = `
  SELECT max(at) AS at FROM (
    SELECT max(started_at_ms) AS at FROM runs WHERE run = ?
    UNION ALL SELECT max(max(submitted_at_ms, coalesce(ended_at_ms, 0))) FROM jobs WHERE run = ?
    UNION ALL SELECT max(completed_at_ms) FROM stages WHERE run = ?)`;

/**
 * Marks `killed` every run whose owner is gone, with its unfinished jobs, its blocks `dropped` and its shuffles
 * `removed`. Gives those runs.
 * `isAlive` says whether a process still is the one that wrote the row; the session's own row is not there yet.
 */
export function markDeadRuns(database: MetadataDatabase, isAlive: (owner: RunOwner) => boolean): readonly RunId[] {
  const running = database.all<RunOwner & { run: RunId }>(
    `SELECT run, pid, boot_id AS "bootId", process_start AS "processStart" FROM runs
     WHERE state = 'running' ORDER BY seq`,
  );
  const dead = running.filter((owner) => !isAlive(owner)).map(({ run }) => run);
  if (dead.length === 0) return dead;
  database.transaction(() => {
    for (const run of dead) {
      const at = database.get<{ at: number }>(LAST_SIGN_OF_LIFE, run, run, run)?.at ?? null;
      database.run(`UPDATE runs SET state = 'killed', ended_at_ms = ? WHERE run = ?`, at, run);
      endUnfinished(database, run, 'killed', at);
    }
  });
  return dead;
}

function endUnfinished(database: MetadataDatabase, run: RunId, state: Outcome['state'], at: number | null): void {
  database.run(`UPDATE jobs SET state = ?, ended_at_ms = ? WHERE run = ? AND state = 'running'`, state, at, run);
  // Blocks and map outputs live in memory and folders of the session's own, which end with it.
  database.run(`UPDATE blocks SET state = 'dropped' WHERE run = ? AND state = 'present'`, run);
  database.run(`UPDATE shuffles SET state = 'removed' WHERE run = ?`, run);
}

/** Whether an id is taken. */
export function hasRun(database: MetadataDatabase, run: RunId): boolean {
  return database.get('SELECT 1 FROM runs WHERE run = ?', run) !== undefined;
}

/** Writes the rows of one run. Its methods raise what `MetadataDatabase` raises; a failed one wrote nothing. */
export class JobLog {
  readonly run: RunId;
  readonly #database: MetadataDatabase;

  private constructor(database: MetadataDatabase, run: RunId) {
    this.#database = database;
    this.run = run;
  }

  /** Begins a run, now. Its id must be new (`hasRun`). */
  static beginRun(database: MetadataDatabase, start: RunStart): JobLog {
    const row: RunRow = {
      ...start,
      startedAtMs: database.clock.nowMs(),
      endedAtMs: null,
      state: 'running',
      errorCode: null,
      errorMessage: null,
      error: null,
    };
    database.transaction(() => database.run(RUNS.insert, ...RUNS.values(row)));
    return new JobLog(database, start.run);
  }

  /** Ends the run, now. Jobs still running end as `killed`; blocks are `dropped` and shuffles `removed` with it. */
  endRun(outcome: Outcome): void {
    const at = this.#database.clock.nowMs();
    const failure = failureOf(outcome.error);
    this.#database.transaction(() => {
      this.#database.run(
        'UPDATE runs SET state = ?, ended_at_ms = ?, error_code = ?, error_message = ?, error = ? WHERE run = ?',
        ...[outcome.state, at, failure.errorCode, failure.errorMessage, failure.error, this.run].map(toSqlValue),
      );
      endUnfinished(this.#database, this.run, 'killed', at);
    });
  }

  /** Before the job's first stage. The lineage of its node is recorded by `LineageLog`, best in the same transaction. */
  recordJobStart(start: JobStart): void {
    const row: JobRow = {
      ...start,
      run: this.run,
      state: 'running',
      endedAtMs: null,
      stageCount: 0,
      skippedStageCount: 0,
      errorCode: null,
      errorMessage: null,
      error: null,
    };
    this.#database.transaction(() => this.#database.run(JOBS.insert, ...JOBS.values(row)));
  }

  /**
   * One attempt of a stage that is over, whole: the stage, its tasks, blocks and map outputs in one transaction. The
   * bytes of the map outputs are on disk under their final names before this is called.
   */
  recordStageEnd({ stage, tasks, blocks, shuffle, mapOutputs }: StageEnd): void {
    const { run } = this;
    const database = this.#database;
    database.transaction(() => {
      const stageRow: StageRow = { ...stage, ...failureOf(stage.error), run };
      database.run(STAGES.insert, ...STAGES.values(stageRow));
      database.runMany(
        `${STAGE_PARENTS.insert} ON CONFLICT DO NOTHING`,
        stage.parents.map((parent) => STAGE_PARENTS.values({ run, stage: stage.stage, parent })),
      );
      database.runMany(
        TASKS.insert,
        tasks.map((task) =>
          TASKS.values({
            ...task,
            ...failureOf(task.error),
            run,
            stage: stage.stage,
            stageAttempt: stage.attempt,
          }),
        ),
      );
      database.runMany(
        TASK_CONSUMERS.insert,
        tasks.flatMap(({ task, consumers }) =>
          consumers.map(({ name, ...use }) =>
            TASK_CONSUMERS.values({
              ...use,
              consumer: name,
              run,
              stage: stage.stage,
              stageAttempt: stage.attempt,
              task,
            }),
          ),
        ),
      );
      if (stage.shuffle !== null && shuffle !== undefined) {
        const id = stage.shuffle;
        const shuffleRow: ShuffleRow = { ...shuffle, run, shuffle: id, state: 'partial', totalBytes: 0, rowCount: 0 };
        database.run(INSERT_SHUFFLE, ...SHUFFLES.values(shuffleRow));
        database.runMany(
          INSERT_MAP_OUTPUT,
          mapOutputs.map((output) => MAP_OUTPUTS.values({ ...output, run, shuffle: id })),
        );
        database.run(SUM_SHUFFLE, run, id, run, id);
      }
      this.#writeBlocks(blocks);
    });
  }

  recordJobEnd(end: JobEnd): void {
    const failure = failureOf(end.error);
    this.#database.transaction(() => {
      this.#database.run(
        `UPDATE jobs SET state = ?, ended_at_ms = ?, stage_count = ?, skipped_stage_count = ?,
                error_code = ?, error_message = ?, error = ? WHERE run = ? AND job = ?`,
        ...[end.state, end.endedAtMs, end.stageCount, end.skippedStageCount].map(toSqlValue),
        ...[failure.errorCode, failure.errorMessage, failure.error, this.run, end.job].map(toSqlValue),
      );
    });
  }

  /** Blocks that changed outside a stage: persisted data given up by the user. One transaction. */
  recordBlocks(blocks: readonly Omit<BlockRow, 'run'>[]): void {
    if (blocks.length > 0) this.#database.transaction(() => this.#writeBlocks(blocks));
  }

  /** Marks every stored block of a node: `dropped` by unpersist. */
  recordNodeBlocks(node: NodeId, state: BlockState): void {
    this.#database.transaction(() => {
      this.#database.run('UPDATE blocks SET state = ? WHERE run = ? AND node = ?', state, this.run, node);
    });
  }

  /** Forgets map outputs whose files are missing or damaged: the row goes before anyone writes them again. */
  recordLostMapOutputs(shuffle: ShuffleId, mapIndexes: readonly number[]): void {
    this.#database.transaction(() => {
      this.#database.runMany(
        'DELETE FROM map_outputs WHERE run = ? AND shuffle = ? AND map_index = ?',
        mapIndexes.map((index) => [this.run, shuffle, index]),
      );
      this.#database.run(SUM_SHUFFLE, this.run, shuffle, this.run, shuffle);
    });
  }

  /** `removed` before a shuffle's files are deleted, so that no row names bytes that are going. */
  recordShuffleState(shuffle: ShuffleId, state: ShuffleState): void {
    this.#database.transaction(() => {
      this.#database.run('UPDATE shuffles SET state = ? WHERE run = ? AND shuffle = ?', state, this.run, shuffle);
    });
  }

  #writeBlocks(blocks: readonly Omit<BlockRow, 'run'>[]): void {
    this.#database.runMany(
      INSERT_BLOCK,
      blocks.map((block) => BLOCKS.values({ ...block, run: this.run })),
    );
  }
}

interface Failure {
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly error: SerializedError | null;
}

function failureOf(error: unknown): Failure {
  if (error === undefined) return { errorCode: null, errorMessage: null, error: null };
  const serialized = serializeError(error);
  return { errorCode: serialized.code ?? serialized.name, errorMessage: serialized.message, error: serialized };
}

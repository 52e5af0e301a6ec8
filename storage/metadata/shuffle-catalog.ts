/**
 * Which map outputs stay for later runs, by the fingerprint of their shuffle.
 *
 * A row keeps the files it names from being swept, and makes them findable; it proves nothing: whoever reuses an output
 * verifies its bytes. Rows come after their files and go before them. Transactions are ordinary ones: when a power cut
 * takes a row back, its files are swept; when it brings one back, its files are missing and the row goes at the next
 * open (`reconcileRetained`).
 *
 * Threading: the session's own thread, as every writer of the database.
 */
import type { RunId, ShuffleId, TaskId } from '../../lib/base/ids.ts';
import type { MetadataDatabase } from './database.ts';
import type { RetainedOutputRow, RetainedShuffleRow } from './rows.ts';
import { RETAINED_OUTPUTS, RETAINED_SHUFFLES, type SqlValue, toSqlValue } from './table.ts';

/** A shuffle with those of its outputs that stay, by map index. */
export type RetainedShuffle = RetainedShuffleRow & { readonly outputs: readonly RetainedOutputRow[] };

const UPSERT_OUTPUT = `${RETAINED_OUTPUTS.insert}
  ON CONFLICT (run, shuffle, map_index) DO UPDATE
  SET task = excluded.task, bytes = excluded.bytes, row_count = excluded.row_count, duration_ms = excluded.duration_ms`;

const WITHOUT_OUTPUTS = `DELETE FROM retained_shuffles
  WHERE NOT EXISTS (SELECT 1 FROM retained_outputs AS o
                    WHERE o.run = retained_shuffles.run AND o.shuffle = retained_shuffles.shuffle)`;

/** See the file header. Methods raise what `MetadataDatabase` raises; a failed one wrote nothing. */
export class ShuffleCatalog {
  readonly #database: MetadataDatabase;

  constructor(database: MetadataDatabase) {
    this.#database = database;
  }

  /** Adds outputs to a shuffle, or replaces those of the same map partitions; their files are complete. One transaction. */
  recordOutputs(shuffle: Omit<RetainedShuffleRow, 'createdAtMs'>, outputs: readonly RetainedOutputRow[]): void {
    if (outputs.length === 0) return;
    const row: RetainedShuffleRow = { ...shuffle, createdAtMs: this.#database.clock.nowMs() };
    const { run, shuffle: id } = shuffle;
    this.#database.transaction(() => {
      const sql = `${RETAINED_SHUFFLES.insert} ON CONFLICT (run, shuffle) DO UPDATE SET created_at_ms = excluded.created_at_ms`;
      this.#database.run(sql, ...RETAINED_SHUFFLES.values(row));
      this.#database.runMany(
        UPSERT_OUTPUT,
        outputs.map((output) => RETAINED_OUTPUTS.values({ ...output, run, shuffle: id })),
      );
    });
  }

  /** Its outputs are used by a later run: what is kept is counted from now. */
  touch(run: RunId, shuffle: ShuffleId): void {
    const sql = 'UPDATE retained_shuffles SET created_at_ms = ? WHERE run = ? AND shuffle = ?';
    this.#database.transaction(() => this.#database.run(sql, this.#database.clock.nowMs(), run, shuffle));
  }

  /** Before the output's files go, or after they turned out to be damaged or gone. */
  forgetOutput(run: RunId, shuffle: ShuffleId, mapIndex: number): void {
    this.#database.transaction(() => {
      const sql = 'DELETE FROM retained_outputs WHERE run = ? AND shuffle = ? AND map_index = ?';
      this.#database.run(sql, run, shuffle, mapIndex);
      this.#database.run(`${WITHOUT_OUTPUTS} AND run = ? AND shuffle = ?`, run, shuffle);
    });
  }

  forgetShuffle(run: RunId, shuffle: ShuffleId): void {
    this.#delete('run = ? AND shuffle = ?', run, shuffle);
  }

  forgetRun(run: RunId): void {
    this.#delete('run = ?', run);
  }

  /** All runs of sessions with that name. */
  forgetSession(sessionName: string): void {
    const runs = `SELECT run FROM runs WHERE json_extract(options, '$.name') = ?`;
    this.#delete(`run IN (${runs})`, toSqlValue(sessionName));
  }

  /**
   * Forgets what was retained longer than `retainMs` ago; gives the number of shuffles. With 0, all of it. What claims to
   * be from the future, since a clock was set back, counts from now on.
   */
  forgetExpired(retainMs: number): number {
    const now = this.#database.clock.nowMs();
    return this.#database.transaction(() => {
      this.#database.run('UPDATE retained_shuffles SET created_at_ms = ? WHERE created_at_ms > ?', now, now);
      return this.#delete('created_at_ms <= ?', toSqlValue(now - retainMs));
    });
  }

  /** What has that fingerprint, of the newest run first; without outputs of `exceptRun`. */
  find(fingerprint: string, exceptRun?: RunId): readonly RetainedShuffle[] {
    const except = exceptRun ?? '';
    return this.#shuffles('WHERE fingerprint = ? AND retained_shuffles.run <> ?', toSqlValue(fingerprint), except);
  }

  /** Of all that stays. */
  fingerprints(): readonly string[] {
    const sql = 'SELECT DISTINCT fingerprint FROM retained_shuffles';
    return this.#database.all<{ fingerprint: string }>(sql).map(({ fingerprint }) => fingerprint);
  }

  /** Everything that stays, of the newest run first. */
  list(): readonly RetainedShuffle[] {
    return this.#shuffles('');
  }

  /** Whether a row names the files of that task's output. */
  isKnown(run: RunId, shuffle: ShuffleId, task: TaskId): boolean {
    const sql = 'SELECT 1 FROM retained_outputs WHERE run = ? AND shuffle = ? AND task = ?';
    return this.#database.get(sql, run, shuffle, task) !== undefined;
  }

  /** Outputs go with their shuffle. */
  #delete(condition: string, ...values: readonly SqlValue[]): number {
    return this.#database.transaction(() =>
      this.#database.run(`DELETE FROM retained_shuffles WHERE ${condition}`, ...values),
    );
  }

  #shuffles(where: string, ...values: readonly SqlValue[]): RetainedShuffle[] {
    // A run's place in time is that of its row, where it still has one: clocks may be set back.
    const clause = `LEFT JOIN runs ON runs.run = retained_shuffles.run ${where}
      ORDER BY coalesce(runs.seq, 0) DESC, created_at_ms DESC, retained_shuffles.run, shuffle`;
    return this.#database.readTransaction(() =>
      this.#database.all(`${RETAINED_SHUFFLES.select} ${clause}`, ...values).map((raw) => {
        const row = RETAINED_SHUFFLES.row(raw);
        return { ...row, outputs: this.#outputsOf(row) };
      }),
    );
  }

  #outputsOf({ run, shuffle }: RetainedShuffleRow): RetainedOutputRow[] {
    const sql = `${RETAINED_OUTPUTS.select} WHERE run = ? AND shuffle = ? ORDER BY map_index`;
    return this.#database.all(sql, run, shuffle).map((raw) => {
      const { mapIndex, task, bytes, rowCount, durationMs } = RETAINED_OUTPUTS.row(raw);
      return { mapIndex, task, bytes, rowCount, durationMs };
    });
  }
}

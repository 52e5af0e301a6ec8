/**
 * The catalog of checkpoints: which there are, and that a row names only bytes that are there.
 *
 *     writing ──commit──> complete ──damage, missing──> lost
 *        │                   │                            │
 *        └──── removal ──────┴───> removing ──> no row <──┘
 *
 * Order, of writing: `recordBegin`, then the directory and its parts, then the manifest, then `recordCommit`. A row
 * that says `writing` is how a directory that a killed process left is found again. Of removal: `removing`, then the
 * files, then the row goes. Every step that a power cut must not take back waits for the disk (`durableTransaction`):
 * else a row could come back that names bytes which are gone, or bytes could stay that nothing names.
 *
 * Threading: the session's own thread, as every writer of the database.
 */
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { nodeId, runId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { CommittedCheckpoint } from '../checkpoint/commit.ts';
import { MANIFEST_VERSION } from '../checkpoint/manifest.ts';
import { type CheckpointRemoval, removeCheckpoint } from '../checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { MetadataDatabase } from './database.ts';
import type { CheckpointPartRow, CheckpointRow, CheckpointState } from './rows.ts';
import { CHECKPOINT_PARTS, CHECKPOINTS, type SqlValue, toSqlValue } from './table.ts';

/** What is known of a checkpoint before its first byte is written. */
export interface CheckpointStart
  extends Pick<CheckpointRow, 'run' | 'node' | 'name' | 'fingerprint' | 'owner' | 'partitionCount' | 'partitioner'> {
  /** Where it will lie; nothing is there yet. */
  readonly directory: string;
}

/** A row with its directory as an absolute path. */
export type CheckpointEntry = CheckpointRow & { readonly directory: string };

/** See the file header. Methods raise what `MetadataDatabase` raises; a failed one wrote nothing. */
export class CheckpointCatalog {
  readonly #database: MetadataDatabase;
  readonly #base: string;

  constructor(database: MetadataDatabase) {
    this.#database = database;
    this.#base = dirname(resolve(database.path));
  }

  /**
   * Names the directory of a checkpoint that is about to be written; gives the row's key. Raises FILE_EXISTS when
   * another row names the directory.
   */
  recordBegin(start: CheckpointStart): number {
    return this.#database.durableTransaction(() => this.#begin(start));
  }

  /** After `commitCheckpoint`: from here on the checkpoint is found. `elapsedMs` as in the row. */
  recordCommit(checkpoint: number, { directory, manifest }: CommittedCheckpoint, elapsedMs?: number): void {
    this.#database.durableTransaction(() => {
      const row = this.find(checkpoint);
      invariant(row?.state === 'writing', `checkpoint ${checkpoint} is ${row?.state ?? 'not there'}`);
      invariant(row.directory === resolve(directory), `checkpoint ${checkpoint} lies in ${row.directory}`);
      this.#writeComplete(checkpoint, manifest, elapsedMs);
    });
  }

  /** What a session finds complete on disk whose row was not brought up to date: for `reconcileCheckpoints`. */
  recordFound(checkpoint: number, manifest: CommittedCheckpoint['manifest']): void {
    this.#database.durableTransaction(() => this.#writeComplete(checkpoint, manifest));
  }

  /**
   * A complete checkpoint that no row names. It is found by its fingerprint; by its name only where no row has that name:
   * it may be a copy that is older than what the name means now.
   */
  recordAdopted(directory: string, manifest: CommittedCheckpoint['manifest']): void {
    const { name, fingerprint, run, owner, node, partitionCount } = manifest;
    const isTaken = name !== null && this.#rows('WHERE name = ?', toSqlValue(name)).length > 0;
    this.#database.durableTransaction(() => {
      const key = this.#begin({
        ...{ run: runId(run), node: nodeId(node), name: isTaken ? null : name, fingerprint, owner, partitionCount },
        ...{ partitioner: null, directory },
      });
      this.#writeComplete(key, manifest);
    });
  }

  /** A complete checkpoint whose bytes turned out to be damaged or gone: it is not found any more. */
  recordLost(checkpoint: number, reason: string): void {
    const sql = `UPDATE checkpoints SET state = 'lost', reason = ? WHERE checkpoint = ? AND state = 'complete'`;
    this.#database.transaction(() => this.#database.run(sql, toSqlValue(reason), checkpoint));
  }

  /** Removes a checkpoint in any state, its files and its row. What fails half-way is done again by a later call. */
  remove(fileSystem: FileSystem, checkpoint: number): CheckpointRemoval {
    const entry = this.find(checkpoint);
    if (entry === undefined) return { removedFiles: 0, removedBytes: 0, foreign: [] };
    this.#database.durableTransaction(() => {
      this.#database.run(`UPDATE checkpoints SET state = 'removing' WHERE checkpoint = ?`, checkpoint);
    });
    const removal = removeCheckpoint(fileSystem, entry.directory);
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM checkpoint_parts WHERE checkpoint = ?', checkpoint);
      this.#database.run('DELETE FROM checkpoints WHERE checkpoint = ?', checkpoint);
    });
    return removal;
  }

  /** The row with that key, in any state. */
  find(checkpoint: number): CheckpointEntry | undefined {
    return this.#rows('WHERE checkpoint = ?', checkpoint)[0];
  }

  /** Of all complete checkpoints that have one. */
  fingerprints(): readonly string[] {
    const sql = `SELECT DISTINCT fingerprint FROM checkpoints WHERE state = 'complete' AND fingerprint IS NOT NULL`;
    return this.#database.all<{ fingerprint: string }>(sql).map(({ fingerprint }) => fingerprint);
  }

  /** The newest complete checkpoint of what has this fingerprint. */
  findByFingerprint(fingerprint: string): CheckpointEntry | undefined {
    return this.#newest('fingerprint', fingerprint);
  }

  /** The newest complete checkpoint with that name. */
  findByName(name: string): CheckpointEntry | undefined {
    return this.#newest('name', name);
  }

  /** By key, the oldest first; all states unless one is given. */
  list(state?: CheckpointState): readonly CheckpointEntry[] {
    return state === undefined
      ? this.#rows('ORDER BY checkpoint')
      : this.#rows('WHERE state = ? ORDER BY checkpoint', state);
  }

  /** By partition. */
  partsOf(checkpoint: number): readonly CheckpointPartRow[] {
    const sql = `${CHECKPOINT_PARTS.select} WHERE checkpoint = ? ORDER BY partition`;
    return this.#database.all(sql, checkpoint).map((raw) => CHECKPOINT_PARTS.row(raw));
  }

  #begin({ directory, ...known }: CheckpointStart): number {
    const path = this.#storedPath(directory);
    if (this.#rows('WHERE path = ?', path).length > 0) throw new CairnError('FILE_EXISTS', { path: directory });
    const next = 'SELECT coalesce(max(checkpoint), 0) + 1 AS checkpoint FROM checkpoints';
    const checkpoint = this.#database.get<{ checkpoint: number }>(next)?.checkpoint ?? 1;
    const row: CheckpointRow = {
      ...known,
      checkpoint,
      path,
      state: 'writing',
      reason: null,
      rowCount: 0,
      totalBytes: 0,
      formatVersion: MANIFEST_VERSION,
      createdAtMs: this.#database.clock.nowMs(),
      committedAtMs: null,
      elapsedMs: null,
    };
    this.#database.run(CHECKPOINTS.insert, ...CHECKPOINTS.values(row));
    return checkpoint;
  }

  #newest(column: 'fingerprint' | 'name', value: string): CheckpointEntry | undefined {
    const clause = `WHERE ${column} = ? AND state = 'complete' ORDER BY checkpoint DESC LIMIT 1`;
    return this.#rows(clause, toSqlValue(value))[0];
  }

  #writeComplete(checkpoint: number, manifest: CommittedCheckpoint['manifest'], elapsedMs: number | null = null): void {
    this.#database.run(
      `UPDATE checkpoints SET state = 'complete', reason = NULL, fingerprint = ?, row_count = ?, total_bytes = ?,
              committed_at_ms = ?, elapsed_ms = coalesce(?, elapsed_ms)
       WHERE checkpoint = ?`,
      ...[manifest.fingerprint, manifest.rows, manifest.bytes, this.#database.clock.nowMs(), elapsedMs, checkpoint].map(
        toSqlValue,
      ),
    );
    this.#database.run('DELETE FROM checkpoint_parts WHERE checkpoint = ?', checkpoint);
    this.#database.runMany(
      CHECKPOINT_PARTS.insert,
      manifest.parts.map(({ rows, ...part }) => CHECKPOINT_PARTS.values({ ...part, rowCount: rows, checkpoint })),
    );
  }

  #rows(clause: string, ...values: readonly SqlValue[]): CheckpointEntry[] {
    return this.#database.all(`${CHECKPOINTS.select} ${clause}`, ...values).map((raw) => {
      const row = CHECKPOINTS.row(raw);
      return { ...row, directory: resolve(this.#base, row.path) };
    });
  }

  /** Below the data directory relative to it, so that the whole of it may be moved. */
  #storedPath(directory: string): string {
    const absolute = resolve(directory);
    const path = relative(this.#base, absolute);
    const isBelow = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
    return isBelow ? join(path) : absolute;
  }
}

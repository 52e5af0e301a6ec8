/**
 * The metadata database: SQLite, and the only file that knows which package provides it.
 *
 * While a session writes, the file is in WAL mode, so that readers see the last commit and block nobody. A closed
 * database is folded back into one file in rollback mode, because a reader of a WAL database without its two side
 * files would have to create them. Commits are not synced (`synchronous=NORMAL`): after a crash of the process every
 * committed row is there; after a power cut the file is sound and may lack the last ones, which are history and name no
 * bytes that anyone relies on (docs/decisions/009). Rows that are promises, those of checkpoints, are committed with
 * `durableTransaction`, which waits for the disk. Bytes before rows is the caller's part.
 *
 * Threading: one thread holds one writing connection; nothing here is shared with workers.
 */
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Clock, systemClock } from '../../lib/base/clock.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { fromSqliteError } from '../database/sqlite-error.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { nodeFileSystem } from '../fs/node-file-system.ts';
import { ALL_MIGRATIONS } from './migrations/all-migrations.ts';
import type { Migration } from './migrations/migration.ts';
import { inspectFile, readSnapshot } from './read-snapshot.ts';
import { checkVersion, latestVersion, migrate } from './schema-version.ts';
import type { SqlValue } from './table.ts';

/** How much of the log's file is kept for reuse after a burst. */
const LOG_KEPT_BYTES = 16 * 1024 ** 2;

export interface MetadataDatabaseOptions {
  /** Reads what the last commit left; writes nothing and creates no file. */
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  readonly fileSystem?: FileSystem;
  /** How long a statement waits for another process's lock; 5 s unless said. */
  readonly busyTimeoutMs?: number;
  /** Called with each statement as it is executed, values filled in. */
  readonly trace?: (sql: string) => void;
  /** The schema's steps; those of this release unless a spec brings its own. */
  readonly migrations?: readonly Migration[];
}

/**
 * An open metadata database. Every method raises `CairnError`s with SQLite's own error as cause: DISK_FULL,
 * CORRUPT_FILE, DATABASE_BUSY, PERMISSION_DENIED, IO_ERROR, and INTERNAL for a statement that is our bug.
 */
export class MetadataDatabase implements Disposable {
  readonly path: string;
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly #sqlite: Sqlite.Database;
  readonly #fileSystem: FileSystem;
  readonly #busyTimeoutMs: number;
  readonly #statements = new Map<string, Sqlite.Statement<unknown[]>>();

  private constructor(path: string, sqlite: Sqlite.Database, options: ResolvedOptions) {
    this.path = path;
    this.#sqlite = sqlite;
    this.readOnly = options.readOnly;
    this.clock = options.clock;
    this.#fileSystem = options.fileSystem;
    this.#busyTimeoutMs = options.busyTimeoutMs;
  }

  /**
   * Opens the database at `path`. For writing it creates the directory (0700) and the file (0600) where they are
   * missing and brings the schema up to date; the caller holds the directory's lock. Read-only, it needs no lock and
   * changes nothing, whether a session is writing, has ended, or was killed; an older schema is brought up to date in
   * memory. Raises UNSUPPORTED_VERSION when a newer release wrote it, CORRUPT_FILE when it is no database of ours,
   * and FILE_NOT_FOUND when it is to be read and is not there.
   */
  static open(path: string, options: MetadataDatabaseOptions = {}): MetadataDatabase {
    const resolved = resolve(options);
    return resolved.readOnly
      ? MetadataDatabase.#openForReading(path, resolved)
      : MetadataDatabase.#openForWriting(path, resolved);
  }

  static #openForWriting(path: string, options: ResolvedOptions): MetadataDatabase {
    const { fileSystem, migrations } = options;
    const directory = dirname(path);
    fileSystem.makeDirectory(directory);
    if (fileSystem.stat(path, { follow: true }) === undefined) {
      // SQLite would create it readable by everyone; its log and shared index take the mode of the file.
      fileSystem.open(path, 'append').close();
      fileSystem.syncDirectory(directory);
    }
    inspectFile(fileSystem, path);
    return MetadataDatabase.#adopt(
      path,
      options,
      () => new Sqlite(path, { ...traceOf(options), timeout: options.busyTimeoutMs }),
      (database, sqlite) => {
        // Before anything is changed: a newer or foreign file is left as it is.
        checkVersion(database, migrations);
        sqlite.pragma('journal_mode = WAL');
        sqlite.pragma('synchronous = NORMAL');
        sqlite.pragma('foreign_keys = ON');
        sqlite.pragma(`journal_size_limit = ${LOG_KEPT_BYTES}`);
        migrate(database, migrations);
      },
    );
  }

  static #openForReading(path: string, options: ResolvedOptions): MetadataDatabase {
    const { fileSystem, migrations } = options;
    if (fileSystem.stat(path, { follow: true }) === undefined) throw new CairnError('FILE_NOT_FOUND', { path });
    if (inspectFile(fileSystem, path) !== 'direct') {
      const image = readSnapshot(fileSystem, path);
      // A session that began meanwhile may have written between the reads; its side files are there now.
      if (inspectFile(fileSystem, path) !== 'direct') return MetadataDatabase.#openImage(path, options, image);
    }
    let outdated: Uint8Array | undefined;
    const live = MetadataDatabase.#adopt(
      path,
      options,
      () => new Sqlite(path, { ...traceOf(options), timeout: options.busyTimeoutMs, readonly: true }),
      (database, sqlite) => {
        if (checkVersion(database, migrations) < latestVersion(migrations)) outdated = sqlite.serialize();
      },
    );
    if (outdated === undefined) return live;
    live.close();
    return MetadataDatabase.#openImage(path, options, outdated);
  }

  /**
   * Opens a copy of the database at `path`, as it was last committed, in memory: it may be changed, and nothing reaches
   * the file. For seeing what a change would do. Raises as for reading.
   */
  static openCopy(path: string, options: MetadataDatabaseOptions = {}): MetadataDatabase {
    const resolved = resolve({ ...options, readOnly: true });
    using live = MetadataDatabase.#openForReading(path, resolved);
    const image = live.#guard('reading', () => live.#sqlite.serialize());
    return MetadataDatabase.#openImage(path, { ...resolved, readOnly: false }, image);
  }

  /** Opens `image`, which becomes ours, as a database in memory: the schema may be brought up to date there, and nothing reaches the file. */
  static #openImage(path: string, options: ResolvedOptions, image: Uint8Array): MetadataDatabase {
    const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
    // Bytes 18 and 19 of the header: a database in memory has no log to be in WAL mode with.
    if (bytes.length > 19) bytes.fill(1, 18, 20);
    return MetadataDatabase.#adopt(
      path,
      options,
      () => (bytes.length === 0 ? new Sqlite(':memory:', traceOf(options)) : new Sqlite(bytes, traceOf(options))),
      (database, sqlite) => {
        checkVersion(database, options.migrations);
        migrate(database, options.migrations);
        if (options.readOnly) sqlite.pragma('query_only = ON');
        else sqlite.pragma('foreign_keys = ON');
      },
    );
  }

  /** Owns what `open` gives, and closes it when `prepare` fails. */
  static #adopt(
    path: string,
    options: ResolvedOptions,
    open: () => Sqlite.Database,
    prepare: (database: MetadataDatabase, sqlite: Sqlite.Database) => void,
  ): MetadataDatabase {
    let sqlite: Sqlite.Database | undefined;
    try {
      sqlite = open();
      // Against files made to harm: no functions from the schema, and cells checked as pages are read.
      sqlite.pragma('trusted_schema = OFF');
      sqlite.pragma('cell_size_check = ON');
      const database = new MetadataDatabase(path, sqlite, options);
      prepare(database, sqlite);
      return database;
    } catch (error) {
      sqlite?.close();
      const { fileSystem, busyTimeoutMs } = options;
      throw fromSqliteError(error, { path, operation: 'opening', fileSystem, busyTimeoutMs });
    }
  }

  /** Executes a statement that returns no rows. Gives the number of rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#guard('writing', () => this.#prepare(sql).run(...values).changes);
  }

  /** Executes one statement for each list of values, preparing it once. */
  runMany(sql: string, lists: Iterable<readonly SqlValue[]>): void {
    this.#guard('writing', () => {
      const statement = this.#prepare(sql);
      for (const values of lists) statement.run(values);
    });
  }

  /** Executes any number of statements that take no values and return no rows. */
  runScript(sql: string): void {
    this.#guard('writing', () => this.#sqlite.exec(sql));
  }

  /** Every row of a query, in its order. */
  all<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#guard('reading', () => this.#prepare(sql).all(...values) as Row[]);
  }

  /** The first row of a query. */
  get<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.#guard('reading', () => this.#prepare(sql).get(...values) as Row | undefined);
  }

  /**
   * Runs `body` and commits what it wrote, or nothing of it when it throws. Inside another transaction it
   * becomes part of that one. `body` is synchronous: a promise would outlive the transaction.
   */
  transaction<T>(body: () => T): T {
    if (this.#sqlite.inTransaction) return body();
    this.run('BEGIN IMMEDIATE');
    try {
      const result = body();
      invariant(!(result instanceof Promise), 'a metadata transaction was given an asynchronous function');
      this.#guard('committing', () => this.#prepare('COMMIT').run());
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or an I/O error.
      if (this.#sqlite.inTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  /**
   * As `transaction`, and synced: when this returns, what was committed outlives a power cut. For rows that are
   * promises, as those of checkpoints are; history goes without (docs/decisions/009). Never inside another
   * transaction, whose commit would not be synced.
   */
  durableTransaction<T>(body: () => T): T {
    // SQLite leaves the setting alone within a transaction, without a word.
    invariant(!this.#sqlite.inTransaction, 'a durable transaction inside another one');
    this.#guard('writing', () => this.#sqlite.pragma('synchronous = FULL'));
    try {
      return this.transaction(body);
    } finally {
      this.#guard('writing', () => this.#sqlite.pragma('synchronous = NORMAL'));
    }
  }

  /** Runs `body` against one state of the database, whatever is committed meanwhile. */
  readTransaction<T>(body: () => T): T {
    if (this.#sqlite.inTransaction) return body();
    this.run('BEGIN');
    try {
      return body();
    } finally {
      // It read, so that there is nothing to commit; and should `body` have written, nothing of it is kept.
      if (this.#sqlite.inTransaction) this.run('ROLLBACK');
    }
  }

  /** What SQLite finds wrong in the file, empty when it is sound: damaged pages, indexes, dangling references. */
  findDamage(): readonly string[] {
    const damage: string[] = [];
    try {
      for (const { integrity_check: line } of this.all<{ integrity_check: string }>('PRAGMA integrity_check')) {
        if (line !== 'ok') damage.push(line);
      }
      for (const row of this.all<{ table: string; parent: string }>('PRAGMA foreign_key_check')) {
        damage.push(`a row of ${row.table} names a row of ${row.parent} that is missing`);
      }
    } catch (error) {
      if (!CairnError.is(error, 'CORRUPT_FILE')) throw error;
      damage.push(String(error.params.found));
    }
    return damage;
  }

  /**
   * Folds the log into the file and closes it; closing twice does nothing. While a reader has it open, or the disk
   * is full, the log stays beside it: what was committed is safe there, and the next session folds it in.
   */
  close(): void {
    if (!this.#sqlite.open) return;
    this.#statements.clear();
    try {
      if (!this.readOnly) this.#foldLog();
    } finally {
      this.#sqlite.close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #foldLog(): void {
    try {
      this.#guard('closing', () => {
        this.#sqlite.pragma('busy_timeout = 0');
        this.#sqlite.pragma('wal_checkpoint(TRUNCATE)');
        this.#sqlite.pragma('journal_mode = DELETE');
      });
    } catch (error) {
      if (!CairnError.is(error, 'DATABASE_BUSY') && !CairnError.is(error, 'DISK_FULL')) throw error;
    }
  }

  #prepare(sql: string): Sqlite.Statement<unknown[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare<unknown[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(operation: string, call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw fromSqliteError(error, {
        path: this.path,
        operation,
        busyTimeoutMs: this.#busyTimeoutMs,
        fileSystem: this.#fileSystem,
      });
    }
  }
}

interface ResolvedOptions extends MetadataDatabaseOptions {
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly busyTimeoutMs: number;
  readonly migrations: readonly Migration[];
}

function resolve(options: MetadataDatabaseOptions): ResolvedOptions {
  return {
    readOnly: false,
    clock: systemClock,
    fileSystem: nodeFileSystem,
    busyTimeoutMs: 5000,
    migrations: ALL_MIGRATIONS,
    ...options,
  };
}

function traceOf({ trace }: ResolvedOptions): Sqlite.Options {
  return trace === undefined ? {} : { verbose: (sql) => trace(String(sql)) };
}

import { dirname, resolve } from 'node:path';
import type { FileSystem } from '../fs/file-system.ts';
import type { RowValue, TargetColumn } from './encode-rows.ts';
import { quoteName, quotePath } from './sql-dialect.ts';
import { SqliteFile } from './sqlite-file.ts';
import type { TablePlan, TableTarget } from './table-target.ts';

/** What users asked for is theirs to share: the umask decides. */
const SHARED_MODE = 0o777;

/**
 * Writes a table of a SQLite file. One transaction holds everything, the table's making included; other connections can
 * read meanwhile (in WAL mode until the end, else until the log is written), and not write.
 */
export class SqliteTarget implements TableTarget {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  readonly #table: readonly string[];
  readonly #statements = new Map<string, (values: unknown[]) => void>();
  #file: SqliteFile | undefined;
  /** The file was made by this write, which is not committed. */
  #made = false;

  constructor(fileSystem: FileSystem, path: string, table: readonly string[]) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.#table = table;
  }

  async columns(): Promise<readonly TargetColumn[] | undefined> {
    if (this.#fileSystem.stat(this.#path, { follow: true }) === undefined) return undefined;
    if (this.#file !== undefined) return columnsOf(this.#file, this.#table);
    using file = SqliteFile.open(this.#fileSystem, this.#path, 'read');
    return columnsOf(file, this.#table);
  }

  async begin(plan: TablePlan): Promise<void> {
    this.#made = this.#fileSystem.stat(this.#path, { follow: true }) === undefined;
    if (this.#made) this.#fileSystem.makeDirectory(dirname(resolve(this.#path)), SHARED_MODE);
    const file = SqliteFile.open(this.#fileSystem, this.#path, 'write');
    this.#file = file;
    const table = quotePath('sqlite', this.#table);
    // What was written outlives a power cut.
    file.run('PRAGMA synchronous = FULL');
    file.run('BEGIN IMMEDIATE');
    if (plan.kind === 'empty') file.run(`DELETE FROM ${table}`);
    if (plan.kind !== 'create') return;
    if (plan.replaces) file.run(`DROP TABLE IF EXISTS ${table}`);
    file.run(`CREATE TABLE ${table} (${plan.definitions})`);
  }

  async insert(names: readonly string[], rows: readonly (readonly RowValue[])[]): Promise<void> {
    const key = JSON.stringify(names);
    let run = this.#statements.get(key);
    if (run === undefined) {
      const columns = names.map((name) => quoteName('sqlite', name)).join(', ');
      const places = names.map(() => '?').join(', ');
      const values = names.length === 0 ? 'DEFAULT VALUES' : `(${columns}) VALUES (${places})`;
      run = this.#open().prepare(`INSERT INTO ${quotePath('sqlite', this.#table)} ${values}`);
      this.#statements.set(key, run);
    }
    for (const row of rows) run(row.map(bound));
    // Rows are added without waiting for anyone: timers and signals get their turn here.
    await new Promise((done) => setImmediate(done));
  }

  async commit(): Promise<void> {
    this.#open().run('COMMIT');
    this.#made = false;
    await this.abort();
  }

  async abort(): Promise<void> {
    // Closing rolls back what is open.
    this.#file?.close();
    this.#file = undefined;
    if (!this.#made) return;
    this.#made = false;
    try {
      // There was no file, and there is nothing in it.
      this.#fileSystem.removeFile(this.#path);
    } catch {
      // The error that led here is the one to hear of.
    }
  }

  #open(): SqliteFile {
    this.#file ??= SqliteFile.open(this.#fileSystem, this.#path, 'write');
    return this.#file;
  }
}

function columnsOf(file: SqliteFile, table: readonly string[]): readonly TargetColumn[] | undefined {
  if (!file.hasTable(table)) return undefined;
  return file.columnsOf({ table }).map(({ name, declared }) => ({
    name,
    // Any value may be in any column; of days the texts shall be those that readers take for days.
    type: undefined,
    holdsDays: declared?.toUpperCase() === 'DATE',
  }));
}

/** Whole numbers as integers: the driver would write them as fractions where no column says otherwise. */
function bound(value: RowValue): unknown {
  if (typeof value === 'boolean') return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) return BigInt(value);
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value;
}

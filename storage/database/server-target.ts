/**
 * Writes a table of a database server, in one transaction of one connection.
 *
 * A new table gets its rows under a name of its own, and takes the other one's place at the end. In PostgreSQL all of it
 * is one transaction. MySQL commits before it changes tables: there the exchange is one statement (`RENAME TABLE`), and a
 * process that dies leaves a table `<name>_cairn_…` which nobody reads.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { describeDatabase } from './database-settings.ts';
import type { RowValue, TargetColumn } from './encode-rows.ts';
import { connectServer, type ServerSettings } from './open-database.ts';
import { describeSource, describeTable } from './scan-plan.ts';
import type { ServerConnection } from './server.ts';
import { hexLiteral, quoteName, quotePath } from './sql-dialect.ts';
import type { TablePlan, TableTarget } from './table-target.ts';

/** Values of a statement of PostgreSQL at the most. */
const MAX_VALUES = 65_535;
/** Of MySQL: half of the smallest packet that servers take unless told otherwise. */
const MAX_SQL_LENGTH = 2 * 1024 ** 2;

export class ServerTarget implements TableTarget {
  readonly #settings: ServerSettings;
  readonly #table: readonly string[];
  /** What the rows go to: the table, or the one that will take its place. */
  #into: readonly string[];
  readonly #token: string;
  #plan: TablePlan | undefined;
  #server: ServerConnection | undefined;

  /** `token` is in the name of a table that is not yet in its place: letters and digits that no other writer has. */
  constructor(settings: ServerSettings, table: readonly string[], token: string) {
    this.#settings = settings;
    this.#table = table;
    this.#into = table;
    this.#token = token;
  }

  async columns(): Promise<readonly TargetColumn[] | undefined> {
    const isOpen = this.#server !== undefined;
    const server = this.#server ?? (await connectServer(this.#settings));
    try {
      const columns = await server.columnsOf({ table: this.#table });
      return columns.map(({ field, order, native }) => ({
        name: field.name,
        // Of types that are texts here alone, the database reads what it is given.
        type: field.type.kind === 'string' && order === 'none' && native === '' ? undefined : field.type,
      }));
    } catch (error) {
      if (CairnError.is(error, 'TABLE_NOT_FOUND')) return undefined;
      throw error;
    } finally {
      if (!isOpen) server.close();
    }
  }

  async begin(plan: TablePlan): Promise<void> {
    this.#plan = plan;
    this.#server = await connectServer(this.#settings);
    const isMysql = this.#settings.dialect === 'mysql';
    if (plan.kind === 'create') this.#into = [...this.#table.slice(0, -1), `${this.#shortName()}_cairn_${this.#token}`];
    const create =
      plan.kind === 'create' ? `CREATE TABLE ${this.#quoted(this.#into)} (${plan.definitions})` : undefined;
    if (isMysql && create !== undefined) await this.#run(create);
    await this.#run(isMysql ? 'START TRANSACTION' : 'BEGIN');
    if (!isMysql && create !== undefined) await this.#run(create);
    if (plan.kind === 'empty') await this.#run(`DELETE FROM ${this.#quoted(this.#table)}`);
  }

  async insert(names: readonly string[], rows: readonly (readonly RowValue[])[]): Promise<void> {
    const { dialect } = this.#settings;
    const columns = names.map((name) => quoteName(dialect, name)).join(', ');
    const into = `INSERT INTO ${this.#quoted(this.#into)}`;
    if (dialect === 'mysql') {
      await this.#insertTexts(`${into} (${columns}) VALUES `, rows);
      return;
    }
    if (names.length === 0) {
      for (const _ of rows) await this.#run(`${into} DEFAULT VALUES`);
      return;
    }
    const most = Math.max(1, Math.floor(MAX_VALUES / names.length));
    for (let at = 0; at < rows.length; at += most) {
      const part = rows.slice(at, at + most);
      let place = 0;
      const lists = part.map((row) => `(${row.map(() => `$${++place}`).join(', ')})`);
      await this.#run(`${into} (${columns}) VALUES ${lists.join(', ')}`, part.flat().map(asText));
    }
  }

  async commit(): Promise<void> {
    const { dialect } = this.#settings;
    if (dialect === 'mysql') {
      await this.#commit();
      if (this.#plan?.kind === 'create') await this.#exchange(this.#plan.replaces);
    } else {
      if (this.#plan?.kind === 'create') {
        if (this.#plan.replaces) await this.#run(`DROP TABLE IF EXISTS ${this.#quoted(this.#table)}`);
        await this.#rename(`ALTER TABLE ${this.#quoted(this.#into)} RENAME TO ${this.#quoted(this.#table.slice(-1))}`);
      }
      await this.#commit();
    }
    this.#server?.close();
    this.#server = undefined;
  }

  async abort(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    try {
      await server?.run('ROLLBACK');
      if (this.#settings.dialect === 'mysql' && this.#into !== this.#table) {
        await server?.run(`DROP TABLE IF EXISTS ${this.#quoted(this.#into)}`);
      }
    } catch {
      // The error that led here is the one to hear of; the server rolls back what its connection leaves.
    } finally {
      server?.close();
    }
  }

  /** MySQL's exchange of two tables: readers see one or the other. */
  async #exchange(replaces: boolean): Promise<void> {
    const [table, into] = [this.#quoted(this.#table), this.#quoted(this.#into)];
    const isThere = replaces && (await this.columns()) !== undefined;
    const retired = this.#quoted([...this.#table.slice(0, -1), `${this.#shortName()}_cairn_old_${this.#token}`]);
    await this.#rename(
      isThere ? `RENAME TABLE ${table} TO ${retired}, ${into} TO ${table}` : `RENAME TABLE ${into} TO ${table}`,
    );
    this.#into = this.#table;
    if (isThere) await this.#run(`DROP TABLE ${retired}`);
  }

  async #rename(sql: string): Promise<void> {
    try {
      await this.#run(sql);
    } catch (error) {
      if (!CairnError.is(error, 'DATABASE_QUERY_FAILED') || !/42P07|ER_TABLE_EXISTS/.test(String(error.params.reason)))
        throw error;
      throw new CairnError(
        'OUTPUT_EXISTS',
        { path: describeSource(this.#settings, { table: this.#table }) },
        { cause: error },
      );
    }
  }

  async #commit(): Promise<void> {
    try {
      await this.#run('COMMIT');
    } catch (error) {
      if (!CairnError.is(error, 'DATABASE_LOST')) throw error;
      const { reason } = error.params;
      const database = describeDatabase(this.#settings);
      throw new CairnError('DATABASE_COMMIT_UNKNOWN', {
        database,
        table: describeTable({ table: this.#table }),
        reason: String(reason),
      });
    }
  }

  async #insertTexts(head: string, rows: readonly (readonly RowValue[])[]): Promise<void> {
    let sql = '';
    for (const row of rows) {
      const list = `(${row.map(asLiteral).join(', ')})`;
      if (sql !== '' && sql.length + list.length > MAX_SQL_LENGTH) {
        await this.#run(sql);
        sql = '';
      }
      sql = sql === '' ? `${head}${list}` : `${sql}, ${list}`;
    }
    if (sql !== '') await this.#run(sql);
  }

  async #run(sql: string, values?: unknown[]): Promise<void> {
    invariant(this.#server !== undefined, 'a table is written between begin and commit');
    await this.#server.run(sql, values);
  }

  /** Names have 63 bytes in PostgreSQL and 64 characters in MySQL. */
  #shortName(): string {
    return Buffer.from(this.#table.at(-1) ?? '')
      .toString('utf8', 0, 20)
      .replaceAll('\ufffd', '');
  }

  #quoted(path: readonly string[]): string {
    return quotePath(this.#settings.dialect, path);
  }
}

function asText(value: RowValue): unknown {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : String(value);
}

/** For MySQL, whose escapes depend on modes: see sql-dialect.ts. */
function asLiteral(value: RowValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `_utf8mb4 ${hexLiteral(value)}`;
  return value instanceof Uint8Array ? hexLiteral(value) : String(value);
}

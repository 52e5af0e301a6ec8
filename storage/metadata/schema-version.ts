import { CairnError } from '../../lib/base/errors.ts';
import type { Migration } from './migrations/migration.ts';

/** `application_id` of the file: "Carn" in ASCII. Tells our databases from anyone else's. */
const APPLICATION_ID = 0x4361726e;
/** Where the file's header holds it. */
const APPLICATION_ID_OFFSET = 68;
/** Where the file's header holds `user_version`. */
const VERSION_OFFSET = 60;

/** What the schema needs of a database. */
export interface SchemaHost {
  readonly path: string;
  get<Row>(sql: string): Row | undefined;
  runScript(sql: string): void;
  transaction<T>(body: () => T): T;
}

/** The version that a list of steps leads to. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * The schema's version, 0 when the database is empty. Raises UNSUPPORTED_VERSION when a newer release wrote it and
 * CORRUPT_FILE when it is someone else's; reads only, so that neither is changed.
 */
export function checkVersion(host: SchemaHost, migrations: readonly Migration[]): number {
  const { path } = host;
  const found = readVersion(host);
  const application = host.get<{ application_id: number }>('PRAGMA application_id')?.application_id ?? 0;
  const objects = host.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
  const isEmpty = found === 0 && application === 0 && objects === 0;
  if (!isEmpty && (application !== APPLICATION_ID || found < 1)) {
    throw new CairnError('CORRUPT_FILE', {
      path,
      offset: APPLICATION_ID_OFFSET,
      expected: `a metadata database (application id ${APPLICATION_ID})`,
      found: `a database of another program (application id ${application}, ${objects} tables and indexes)`,
    });
  }
  const supported = latestVersion(migrations);
  if (found > supported) throw new CairnError('UNSUPPORTED_VERSION', { path, found, supported });
  return found;
}

/**
 * Brings the schema up to date: each step in a transaction of its own. The version is read again inside it, so that
 * of two processes one does the step and the other finds it done. Raises CORRUPT_FILE when a step does not go with what is
 * there: the file has not the version it says.
 */
export function migrate(host: SchemaHost, migrations: readonly Migration[]): void {
  for (const { version, sql } of migrations) {
    if (version <= readVersion(host)) continue;
    host.transaction(() => {
      if (version <= readVersion(host)) return;
      runStep(host, version, sql);
      host.runScript(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
    });
  }
}

function runStep(host: SchemaHost, version: number, sql: string): void {
  try {
    host.runScript(sql);
  } catch (error) {
    if (!CairnError.is(error, 'INTERNAL')) throw error;
    const found = `tables of another one (${error.params.detail})`;
    const expected = `a database of version ${version - 1}`;
    throw new CairnError(
      'CORRUPT_FILE',
      { path: host.path, offset: VERSION_OFFSET, expected, found },
      { cause: error },
    );
  }
}

function readVersion(host: SchemaHost): number {
  return host.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

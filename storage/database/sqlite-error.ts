import { CairnError, errorCodeOf, isError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../fs/file-system.ts';

/** What a failed statement tells about where it failed. */
export interface SqliteErrorContext {
  readonly path: string;
  /** What was attempted, as a noun: `commit`. */
  readonly operation: string;
  readonly busyTimeoutMs: number;
  readonly fileSystem: FileSystem;
}

/** SQLite writes whole pages; a full disk lacked at least one. */
const PAGE_BYTES = 4096;

/**
 * The error of a SQLite call as a `CairnError`, with SQLite's own as `cause`; other errors pass unchanged.
 *
 * By result code: FULL -> DISK_FULL; CORRUPT, NOTADB -> CORRUPT_FILE; BUSY, LOCKED -> DATABASE_BUSY; READONLY, PERM,
 * AUTH -> PERMISSION_DENIED; CANTOPEN -> what opening the file says (FILE_NOT_FOUND, PERMISSION_DENIED,
 * TOO_MANY_OPEN_FILES), else IO_ERROR; IOERR, NOMEM, PROTOCOL and a reader that would have to repair -> IO_ERROR;
 * TOOBIG -> LIMIT_EXCEEDED. The rest (a constraint, wrong SQL) is our bug: INTERNAL.
 */
export function fromSqliteError(error: unknown, context: SqliteErrorContext): unknown {
  if (!isError(error) || error instanceof CairnError) return error;
  const code = errorCodeOf(error);
  if (code === undefined || !code.startsWith('SQLITE_')) {
    // better-sqlite3 reports misuse (a closed connection, an unbindable value) as plain errors without a code.
    return error instanceof TypeError || error instanceof RangeError
      ? new CairnError('INTERNAL', { detail: `metadata ${context.operation}: ${error.message}` }, { cause: error })
      : error;
  }
  const { path, operation } = context;
  const reason = `${code}: ${error.message}`;
  const options = { cause: error };
  switch (code.split('_')[1]) {
    case 'FULL':
      return new CairnError('DISK_FULL', { path, neededBytes: PAGE_BYTES, freeBytes: freeBytes(context) }, options);
    case 'NOTADB':
      return new CairnError('CORRUPT_FILE', { path, offset: 0, expected: 'a SQLite database', found: reason }, options);
    case 'CORRUPT':
      return new CairnError(
        'CORRUPT_FILE',
        { path, offset: 'unknown', expected: 'a sound database', found: reason },
        options,
      );
    case 'BUSY':
    case 'LOCKED':
      return new CairnError('DATABASE_BUSY', { path, operation, waitedMs: context.busyTimeoutMs }, options);
    case 'READONLY':
      return code === 'SQLITE_READONLY_ROLLBACK' || code === 'SQLITE_READONLY_RECOVERY'
        ? new CairnError('IO_ERROR', { path, operation, reason: `a session must repair it first (${reason})` }, options)
        : new CairnError('PERMISSION_DENIED', { path, operation }, options);
    case 'PERM':
    case 'AUTH':
      return new CairnError('PERMISSION_DENIED', { path, operation }, options);
    case 'CANTOPEN':
      return openingError(context) ?? new CairnError('IO_ERROR', { path, operation, reason }, options);
    case 'IOERR':
    case 'NOMEM':
    case 'PROTOCOL':
      return new CairnError('IO_ERROR', { path, operation, reason }, options);
    case 'TOOBIG':
      return new CairnError(
        'LIMIT_EXCEEDED',
        { what: `a value for ${path}`, found: 'too long', limit: '1 GB', remedy: 'shorten the text' },
        options,
      );
    default:
      return new CairnError('INTERNAL', { detail: `metadata ${operation}: ${reason}` }, options);
  }
}

/** SQLite says only "unable to open"; opening the file ourselves tells why. */
function openingError({ fileSystem, path }: SqliteErrorContext): unknown {
  try {
    fileSystem.open(path, 'read').close();
    return undefined;
  } catch (error) {
    return error;
  }
}

function freeBytes({ fileSystem, path }: SqliteErrorContext): number | string {
  try {
    return fileSystem.freeBytes(path);
  } catch {
    return 'unknown';
  }
}

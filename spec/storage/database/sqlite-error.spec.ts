import { expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { fromSqliteError } from '../../../storage/database/sqlite-error.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';

function sqliteError(code: string): Error {
  return Object.assign(new Error('what SQLite says'), { code });
}

function mapped(error: unknown, path = '/tmp'): unknown {
  return fromSqliteError(error, { path, operation: 'committing', busyTimeoutMs: 5000, fileSystem: nodeFileSystem });
}

test('every result code has its error, with the original as cause', () => {
  const codes: readonly (readonly [string, string])[] = [
    ['SQLITE_FULL', 'DISK_FULL'],
    ['SQLITE_NOTADB', 'CORRUPT_FILE'],
    ['SQLITE_CORRUPT', 'CORRUPT_FILE'],
    ['SQLITE_CORRUPT_INDEX', 'CORRUPT_FILE'],
    ['SQLITE_BUSY', 'DATABASE_BUSY'],
    ['SQLITE_BUSY_SNAPSHOT', 'DATABASE_BUSY'],
    ['SQLITE_LOCKED', 'DATABASE_BUSY'],
    ['SQLITE_READONLY', 'PERMISSION_DENIED'],
    ['SQLITE_READONLY_DIRECTORY', 'PERMISSION_DENIED'],
    ['SQLITE_READONLY_ROLLBACK', 'IO_ERROR'],
    ['SQLITE_PERM', 'PERMISSION_DENIED'],
    ['SQLITE_IOERR_FSYNC', 'IO_ERROR'],
    ['SQLITE_NOMEM', 'IO_ERROR'],
    ['SQLITE_TOOBIG', 'LIMIT_EXCEEDED'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'INTERNAL'],
    ['SQLITE_ERROR', 'INTERNAL'],
    ['SQLITE_SOMETHING_NEW', 'INTERNAL'],
  ];
  for (const [code, expected] of codes) {
    const error = mapped(sqliteError(code));
    expect(error, code).toBeInstanceOf(CairnError);
    expect(error, code).toMatchObject({ code: expected, cause: { code } });
  }
});

test('a file that cannot be opened is told by the file system', () => {
  expect(mapped(sqliteError('SQLITE_CANTOPEN'), '/tmp/not-there/metadata.db')).toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  expect(mapped(sqliteError('SQLITE_CANTOPEN'), '/tmp')).toMatchObject({ code: 'IO_ERROR' });
  expect(mapped(sqliteError('SQLITE_CANTOPEN'), import.meta.filename)).toMatchObject({ code: 'IO_ERROR' });
});

test('a full disk tells what is free', () => {
  const error = mapped(sqliteError('SQLITE_FULL'));
  expect(CairnError.is(error, 'DISK_FULL') && typeof error.params.freeBytes).toBe('number');
});

test('misuse is our bug, and errors of others pass unchanged', () => {
  expect(mapped(new TypeError('The database connection is not open'))).toMatchObject({ code: 'INTERNAL' });
  for (const other of [new Error('a user error'), new CairnError('INTERNAL', { detail: 'x' }), 'text', undefined]) {
    expect(mapped(other)).toBe(other);
  }
});

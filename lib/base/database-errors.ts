import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with databases that are read and written. Names of databases are without passwords. */
export const DATABASE_ERRORS = {
  DATABASE_COMMIT_UNKNOWN: {
    kind: 'user',
    message: 'the connection to {database} ended while the rows of {table} were committed: {reason}',
    hint: 'look whether the rows are there before you write them again',
  },
  DATABASE_LOST: {
    kind: 'transient',
    message: 'the connection to {database} ended: {reason}',
    hint: 'see that the database runs and can be reached; tasks are tried again by themselves',
  },
  DATABASE_NOT_REACHED: {
    kind: 'transient',
    message: 'no connection to {database}: {reason}',
    hint: 'check host, port, user, password and the name of the database',
  },
  DATABASE_PACKAGE_MISSING: {
    kind: 'user',
    message: "{database} takes the package '{package}', which is not installed",
    hint: "run 'npm install {package}'",
  },
  DATABASE_QUERY_FAILED: {
    kind: 'user',
    message: '{database} refused {operation}: {reason}',
    hint: '{remedy}',
  },
  DATABASE_SCHEMA_UNKNOWN: {
    kind: 'user',
    message: 'the columns of {source} are not known yet',
    hint: 'they are when an action has run, such as `await rows.first()`',
  },
  DATABASE_TYPE_UNSUPPORTED: {
    kind: 'user',
    message: "column '{column}' is {type}, for which {database} gets no column",
    hint: 'map records to other values, such as JSON.stringify gives',
  },
  DATABASE_URL: {
    kind: 'user',
    message: 'the URL of a database is wrong: {reason}',
    hint: "give one such as 'postgres://user:password@host:5432/name', 'mysql://user:password@host/name' or 'sqlite:file.db'",
  },
  DATABASE_VALUE_TYPE: {
    kind: 'user',
    message: "column '{column}' of {table} is read as {type}, and has {value}",
    hint: '{remedy}',
  },
  TABLE_NOT_FOUND: {
    kind: 'user',
    message: '{database} has no table {table}',
    hint: '{suggestion}',
  },
} as const satisfies Record<string, ErrorEntry>;

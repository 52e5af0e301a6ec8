/**
 * What differs between databases when SQL is made of names and values. Nothing of a user's reaches SQL but as a quoted
 * name, a bound value, or a literal that is digits or hexadecimal: except queries and predicates, which are SQL.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import type { DialectName } from './database-settings.ts';
import type { TableColumn } from './table-column.ts';

/** The values of a statement, in the order of their places. */
export type SqlValues = unknown[];

export function quoteName(dialect: DialectName, name: string): string {
  // No database takes it in a name, and some would end the statement there.
  if (name.includes('\0')) {
    throw new CairnError('INVALID_ARGUMENT', {
      method: 'database',
      argument: 'a name',
      expected: 'without NUL',
      found: JSON.stringify(name),
    });
  }
  return dialect === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
}

/** A table by its name, with those of what it is in before it. */
export function quotePath(dialect: DialectName, path: readonly string[]): string {
  return path.map((name) => quoteName(dialect, name)).join('.');
}

/** The column as it is compared: by bytes where it is text, whatever its collation. */
export function comparedColumn(dialect: DialectName, { field, order }: TableColumn): string {
  const name = quoteName(dialect, field.name);
  if (order !== 'text' && order !== 'equality') return name;
  switch (dialect) {
    case 'sqlite':
      return `${name} COLLATE BINARY`;
    case 'postgres':
      return `${name} COLLATE "C"`;
    case 'mysql':
      return `CAST(CONVERT(${name} USING utf8mb4) AS BINARY)`;
    default:
      return unreachable(dialect);
  }
}

/** A place for a value that a column is compared with; what it needs is added to `values`. */
export function literal(dialect: DialectName, column: TableColumn, value: LiteralValue, values: SqlValues): string {
  switch (dialect) {
    case 'sqlite':
      values.push(typeof value === 'boolean' ? BigInt(value) : value);
      return '?';
    case 'postgres':
      values.push(value instanceof Uint8Array ? Buffer.from(value) : String(value));
      return `$${values.length}::${column.native}`;
    case 'mysql':
      return mysqlLiteral(column, value);
    default:
      return unreachable(dialect);
  }
}

export type LiteralValue = boolean | bigint | number | string | Uint8Array;

/** MySQL's own escapes depend on the session's modes; digits and hexadecimal do not. */
function mysqlLiteral({ order }: TableColumn, value: LiteralValue): string {
  if (typeof value === 'number') return value.toExponential();
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return hexLiteral(value);
  if (order === 'decimal') return value;
  // The session's zone is UTC.
  return `CAST(_utf8mb4 ${hexLiteral(value.replace('+00', ''))} AS ${order === 'date' ? 'DATE' : 'DATETIME(6)'})`;
}

/** Bytes, or text as those of UTF-8. */
export function hexLiteral(value: string | Uint8Array): string {
  const bytes =
    typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.length);
  return `X'${bytes.toString('hex')}'`;
}

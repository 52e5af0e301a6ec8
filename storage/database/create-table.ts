/** Tables for rows: what column each type gets, exact for all of its values. */
import { type DataType, formatType, type Schema } from '../../formats/schema/data-type.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { DialectName } from './database-settings.ts';
import { quoteName } from './sql-dialect.ts';

/** The columns of a new table, as they stand in CREATE TABLE. `types` are the user's own, in SQL. Raises DATABASE_TYPE_UNSUPPORTED. */
export function columnDefinitions(
  dialect: DialectName,
  { fields }: Schema,
  types: Readonly<Record<string, string>>,
): string {
  const columns = fields.map(({ name, type, nullable }) => {
    const sql = Object.hasOwn(types, name) ? types[name] : columnType(dialect, type);
    if (sql === undefined) {
      throw new CairnError('DATABASE_TYPE_UNSUPPORTED', { column: name, type: formatType(type), database: dialect });
    }
    return `${quoteName(dialect, name)} ${sql}${nullable ? '' : ' NOT NULL'}`;
  });
  return columns.join(', ');
}

function columnType(dialect: DialectName, type: DataType): string | undefined {
  switch (dialect) {
    case 'sqlite':
      return sqliteType(type);
    case 'postgres':
      return postgresType(type);
    default:
      return mysqlType(type);
  }
}

/** Decimals are texts: SQLite's own numbers would round them. Names of times tell readers what the texts are. */
function sqliteType(type: DataType): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int':
      return 'INTEGER';
    case 'float':
      return 'REAL';
    case 'decimal':
    case 'string':
    case 'uuid':
    case 'time':
    case 'null':
      return 'TEXT';
    case 'binary':
      return 'BLOB';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
    default:
      return undefined;
  }
}

function postgresType(type: DataType): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int': {
      const bits = type.signed ? type.bits : type.bits * 2;
      if (bits > 64) return 'numeric(20,0)';
      return bits <= 16 ? 'smallint' : bits <= 32 ? 'integer' : 'bigint';
    }
    case 'float':
      return type.bits === 64 ? 'double precision' : 'real';
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'string':
    case 'null':
      return 'text';
    case 'binary':
      return 'bytea';
    case 'uuid':
      return 'uuid';
    case 'date':
      return 'date';
    case 'time':
      return type.unit === 'nanos' ? undefined : 'time(6)';
    case 'timestamp':
      return type.unit === 'nanos' ? undefined : type.withZone ? 'timestamp(6) with time zone' : 'timestamp(6)';
    default:
      return undefined;
  }
}

function mysqlType(type: DataType): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return 'TINYINT(1)';
    case 'int': {
      const name = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INT', 64: 'BIGINT' }[type.bits];
      return type.signed ? name : `${name} UNSIGNED`;
    }
    case 'float':
      return type.bits === 64 ? 'DOUBLE' : 'FLOAT';
    case 'decimal':
      return type.precision <= 65 && type.scale <= 30 ? `DECIMAL(${type.precision},${type.scale})` : undefined;
    // What is shorter would be cut, or refused, at 64 KiB.
    case 'string':
    case 'null':
      return 'LONGTEXT CHARACTER SET utf8mb4';
    case 'binary':
      return 'LONGBLOB';
    case 'uuid':
      return 'CHAR(36) CHARACTER SET ascii';
    case 'date':
      return 'DATE';
    case 'time':
      return type.unit === 'nanos' ? undefined : 'TIME(6)';
    case 'timestamp':
      // TIMESTAMP ends in 2038.
      return type.unit === 'nanos' ? undefined : 'DATETIME(6)';
    default:
      return undefined;
  }
}

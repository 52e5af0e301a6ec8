/**
 * What the columns of a SQLite table are. SQLite declares affinities, and any value may be in any column: types come from
 * the values of the first rows, and from the declaration for what they leave open. A value further on that is of none
 * of this fails its task.
 */

import { placeLiteral } from '../../formats/scan/bind-literal.ts';
import { type DataType, field } from '../../formats/schema/data-type.ts';
import { parseType } from '../../formats/schema/parse-type.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { describeTable, type TableSource } from './scan-plan.ts';
import type { SqliteColumn, SqliteFile } from './sqlite-file.ts';
import { asNumbers, type ColumnOptions, type ColumnOrder, type TableColumn } from './table-column.ts';

/** The columns of a table or query. Raises TABLE_NOT_FOUND, DATABASE_QUERY_FAILED, and DATABASE_VALUE_TYPE for columns of mixed values. */
export function sqliteColumns(file: SqliteFile, source: TableSource, options: ColumnOptions): readonly TableColumn[] {
  const { schema, sampleRows } = options;
  const columns = file.columnsOf(source);
  const given = columns.map(({ name }) => schema.find((each) => each.name === name));
  const samples = columns.map(() => new ColumnSample());
  if (given.includes(undefined)) {
    file.sample(source, sampleRows, (row) => {
      for (let i = 0; i < samples.length; i++) samples[i]?.add(row[i]);
    });
  }
  const { isUtf8 } = file;
  return columns.map((column, index) => {
    const affinity = affinityOf(column.declared);
    const own = given[index];
    const sample = samples[index] as ColumnSample;
    const found = own === undefined ? inferColumn(column, affinity, sample, describeTable(source)) : undefined;
    const type = own?.type ?? found?.type ?? TEXT;
    return {
      field: own ?? field(column.name, type),
      order: orderOf(type, affinity, isUtf8),
      native: column.declared ?? '',
      isBinary: false,
      asNumbers: asNumbers(options, column.name, type, found?.isBeyond !== true),
    };
  });
}

const TEXT: DataType = { kind: 'string' };
const INTEGER: DataType = { kind: 'int', bits: 64, signed: true };
const REAL: DataType = { kind: 'float', bits: 64 };
const BLOB: DataType = { kind: 'binary', byteLength: undefined };
const DATE = parseType('date');
const TIMESTAMP = parseType('timestamp');

export type Affinity = 'integer' | 'real' | 'numeric' | 'text' | 'blob';

/** SQLite's rules, in its order. */
export function affinityOf(declared: string | null): Affinity {
  const text = (declared ?? '').toUpperCase();
  if (text.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(text)) return 'text';
  if (text === '' || text.includes('BLOB')) return 'blob';
  return /REAL|FLOA|DOUB/.test(text) ? 'real' : 'numeric';
}

interface Inferred {
  readonly type: DataType;
  /** Some integers are ones that no number holds. */
  readonly isBeyond: boolean;
}

/** What the values of a column were found to be, one after another. */
class ColumnSample {
  readonly seen = { integer: false, real: false, text: false, blob: false };
  isBeyond = false;
  isBit = true;
  isDate = true;
  isTimestamp = true;

  add(value: unknown): void {
    const { seen } = this;
    if (typeof value === 'bigint') {
      seen.integer = true;
      this.isBit &&= value === 0n || value === 1n;
      this.isBeyond ||= value > MAX_SAFE || value < -MAX_SAFE;
    } else if (typeof value === 'number') seen.real = true;
    else if (typeof value === 'string') {
      seen.text = true;
      this.isDate &&= value.length === 10 && placeLiteral(DATE, value) !== undefined;
      this.isTimestamp &&= value.length > 10 && isExactly(TIMESTAMP, value);
    } else if (value instanceof Uint8Array) seen.blob = true;
  }
}

function inferColumn(
  { name, declared }: SqliteColumn,
  affinity: Affinity,
  sample: ColumnSample,
  table: string,
): Inferred {
  const { seen, isBeyond, isBit, isDate, isTimestamp } = sample;
  const kinds = Object.entries(seen).flatMap(([kind, isSeen]) => (isSeen ? [kind] : []));
  const isNumeric = !seen.text && !seen.blob;
  if (kinds.length > 1 && !isNumeric) {
    throw new CairnError('DATABASE_VALUE_TYPE', {
      column: name,
      table,
      type: 'one type',
      value: kinds.join(' and '),
      remedy: `say which: { schema: { ${JSON.stringify(name)}: 'string' } } takes texts and numbers`,
    });
  }
  const text = (declared ?? '').toUpperCase();
  if (isNumeric) {
    if (kinds.length === 0) return { type: typeWithoutValues(text, affinity), isBeyond: false };
    if (text.includes('BOOL') && !seen.real && isBit) return { type: { kind: 'boolean' }, isBeyond };
    // A fraction may come in any row of a column of fractions, whole numbers though the first ones are.
    const isFraction = seen.real || affinity === 'real' || (affinity === 'numeric' && /NUM|DEC/.test(text));
    return { type: isFraction && (seen.real || !isBeyond) ? REAL : INTEGER, isBeyond };
  }
  if (seen.blob) return { type: BLOB, isBeyond };
  if (text === 'DATE' && isDate) return { type: DATE, isBeyond };
  if (/^(DATETIME|TIMESTAMP)/.test(text) && isTimestamp) return { type: TIMESTAMP, isBeyond };
  return { type: TEXT, isBeyond };
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function isExactly(type: DataType, text: string): boolean {
  const place = placeLiteral(type, text);
  return place !== undefined && place.from !== place.to;
}

function typeWithoutValues(declared: string, affinity: Affinity): DataType {
  if (declared.includes('BOOL')) return { kind: 'boolean' };
  if (declared === 'DATE') return DATE;
  if (/^(DATETIME|TIMESTAMP)/.test(declared)) return TIMESTAMP;
  switch (affinity) {
    case 'integer':
      return INTEGER;
    case 'real':
    case 'numeric':
      return REAL;
    case 'blob':
      return declared === '' ? TEXT : BLOB;
    default:
      return TEXT;
  }
}

/**
 * How SQLite compares values of a column that are of `type`: as we do where its affinity keeps other kinds of values from
 * passing for such ones. Of columns that keep both, comparisons are made here.
 */
function orderOf(type: DataType, affinity: Affinity, isUtf8: boolean): ColumnOrder {
  const isNumeric = affinity === 'integer' || affinity === 'real' || affinity === 'numeric';
  switch (type.kind) {
    case 'int':
      return isNumeric && (type.bits < 64 || type.signed) ? 'integer' : 'none';
    case 'boolean':
      return isNumeric ? 'boolean' : 'none';
    case 'float':
      return isNumeric && type.bits === 64 ? 'float' : 'none';
    case 'string':
      return affinity !== 'text' ? 'none' : isUtf8 ? 'text' : 'equality';
    case 'binary':
      return affinity === 'blob' ? 'binary' : 'none';
    default:
      return 'none';
  }
}

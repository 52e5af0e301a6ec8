/**
 * From the fields of a batch to columns, one column after another.
 *
 * A field that is missing, or one of the null values, is null; a field that cannot be of its column's type is null and
 * marks its record as bad. A column that once had nulls keeps its marks, so that loops over batches see one form.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import { narrowInts } from '../record/narrow-columns.ts';
import type { Column } from '../schema/batch.ts';
import type { TimePattern } from '../text/time-pattern.ts';
import type { CsvBatch } from './csv-batch.ts';
import type { CsvColumnOptions, CsvColumnParser, CsvValueOptions } from './csv-column-options.ts';
import { ESCAPED, MISSING } from './csv-tokenizer.ts';
import {
  NOT_AN_INTEGER,
  parseBigInt,
  parseBoolean,
  parseDate,
  parseDouble,
  parsed,
  parseInteger,
  parseTimestamp,
  timestampTraits,
} from './csv-values.ts';
import { StringColumnParser } from './string-column-parser.ts';

export function makeColumnParser(options: CsvColumnOptions, values: CsvValueOptions): CsvColumnParser {
  const { type } = options;
  switch (type) {
    case 'string':
      return new StringColumnParser(options, values);
    case 'int32':
      return new Int32Parser(options, values);
    case 'int64':
      return new Int64Parser(options, values);
    case 'bigint':
      return new BigIntParser(options, values);
    case 'double':
      return new DoubleParser(options, values);
    case 'boolean':
      return new BooleanParser(options, values);
    case 'date':
      return new TimeParser(options, values, values.dateFormat);
    case 'timestamp':
      return new TimeParser(options, values, values.timestampFormat);
    default:
      return unreachable(type);
  }
}

/** The slots of a column, and what is null among them. */
abstract class ValueParser implements CsvColumnParser {
  protected readonly name: string;
  protected readonly index: number;
  readonly #nullValues: readonly Uint8Array[];
  #hasNulls = false;
  protected nulls: Uint8Array | undefined;

  constructor({ name, index }: CsvColumnOptions, { nullValues }: CsvValueOptions) {
    this.name = name;
    this.index = index;
    this.#nullValues = nullValues.filter((text) => text !== '').map((text) => new TextEncoder().encode(text));
  }

  abstract parse(batch: CsvBatch): Column;

  protected begin(batch: CsvBatch): void {
    this.nulls = this.#hasNulls ? new Uint8Array(batch.rowCount) : undefined;
  }

  protected setNull(batch: CsvBatch, row: number): void {
    this.nulls ??= new Uint8Array(batch.rowCount);
    this.#hasNulls = true;
    this.nulls[row] = 1;
  }

  /**
   * A field that is no value of the type: null where it says so, or else the record is bad. That nothing is there is
   * null for whatever is no string, quoted or not.
   */
  protected setOther(batch: CsvBatch, row: number, start: number, to: number): void {
    this.setNull(batch, row);
    if ((start & 3) === MISSING || start >>> 2 === to || this.#isNull(batch.bytes, start >>> 2, to)) return;
    if (batch.bad[row] === 0) batch.bad[row] = this.index + 1;
  }

  #isNull(bytes: Uint8Array, from: number, to: number): boolean {
    return this.#nullValues.some(
      (text) => text.length === to - from && text.every((byte, i) => byte === bytes[from + i]),
    );
  }

  protected notExact(batch: CsvBatch, start: number, to: number, target: string, remedy: string): CairnError {
    const value = batch.bytes.toString('latin1', start >>> 2, to);
    return new CairnError('VALUE_NOT_EXACT', { column: this.name, value, target, remedy });
  }
}

class Int32Parser extends ValueParser {
  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new Int32Array(rowCount);
    let sign = 0;
    let magnitude = 0;
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const value = (start & 3) >= ESCAPED ? NOT_AN_INTEGER : parseInteger(bytes, start >>> 2, to);
      const int = value | 0;
      if (int !== value) {
        this.setOther(batch, row, start, to);
        continue;
      }
      values[row] = int;
      sign |= int;
      magnitude |= int ^ (int >> 31);
    }
    return narrowInts(values, rowCount, sign, magnitude, this.nulls);
  }
}

class Int64Parser extends ValueParser {
  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new Float64Array(rowCount);
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const value = (start & 3) >= ESCAPED ? NOT_AN_INTEGER : parseInteger(bytes, start >>> 2, to);
      if (value !== NOT_AN_INTEGER) values[row] = value;
      else values[row] = this.#large(batch, row, start, to);
    }
    return { kind: 'double', values, nulls: this.nulls };
  }

  #large(batch: CsvBatch, row: number, start: number, to: number): number {
    const value = (start & 3) >= ESCAPED ? undefined : parseBigInt(batch.bytes, start >>> 2, to);
    if (value === undefined || BigInt.asIntN(64, value) !== value) {
      this.setOther(batch, row, start, to);
      return 0;
    }
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw this.notExact(batch, start, to, 'a number', "read the column as 'bigint', or as 'string', with 'schema'");
  }
}

class BigIntParser extends ValueParser {
  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new BigInt64Array(rowCount);
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const value = (start & 3) >= ESCAPED ? undefined : parseBigInt(bytes, start >>> 2, to);
      if (value === undefined || BigInt.asIntN(64, value) !== value) this.setOther(batch, row, start, to);
      else values[row] = value;
    }
    return { kind: 'bigint', values, nulls: this.nulls };
  }
}

class DoubleParser extends ValueParser {
  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new Float64Array(rowCount);
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      if ((start & 3) < ESCAPED && parseDouble(bytes, start >>> 2, to)) values[row] = parsed.double;
      else this.setOther(batch, row, start, to);
    }
    return { kind: 'double', values, nulls: this.nulls };
  }
}

class BooleanParser extends ValueParser {
  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new Uint8Array(rowCount);
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const value = (start & 3) >= ESCAPED ? -1 : parseBoolean(bytes, start >>> 2, to);
      if (value < 0) this.setOther(batch, row, start, to);
      else values[row] = value;
    }
    return { kind: 'boolean', values, nulls: this.nulls };
  }
}

class TimeParser extends ValueParser {
  readonly #isDate: boolean;
  readonly #pattern: TimePattern | undefined;

  constructor(options: CsvColumnOptions, values: CsvValueOptions, pattern: TimePattern | undefined) {
    super(options, values);
    this.#isDate = options.type === 'date';
    this.#pattern = pattern;
  }

  override parse(batch: CsvBatch): Column {
    this.begin(batch);
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    const values = new Float64Array(rowCount);
    for (let row = 0, slot = this.index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const value = (start & 3) >= ESCAPED ? Number.NaN : this.#time(bytes, start, to, batch);
      if (Number.isNaN(value)) this.setOther(batch, row, start, to);
      else values[row] = value;
    }
    return { kind: 'date', values, nulls: this.nulls };
  }

  #time(bytes: Uint8Array, start: number, to: number, batch: CsvBatch): number {
    const from = start >>> 2;
    if (this.#pattern !== undefined) return from === to ? Number.NaN : this.#pattern.parse(batch.textAt(from, to));
    if (this.#isDate) return parseDate(bytes, from, to);
    const value = parseTimestamp(bytes, from, to);
    if (timestampTraits.isExact || Number.isNaN(value)) return value;
    throw this.notExact(batch, start, to, 'a Date', "read the column as 'string', with 'schema'");
  }
}

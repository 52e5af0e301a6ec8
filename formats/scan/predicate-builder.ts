/** The way to write predicates: `col('delay').gt(15).and(col('origin').in('SFO', 'OAK'))`. */
import type { Comparison, ScanColumn, ScanPredicate, ScanValue } from './scan-predicate.ts';

/** A condition on the rows of a scan. Immutable; `predicate` is what it says, as plain data. */
export class Condition {
  readonly predicate: ScanPredicate;

  constructor(predicate: ScanPredicate) {
    this.predicate = predicate;
  }

  /** Both hold. */
  and(...others: readonly Condition[]): Condition {
    return new Condition({ kind: 'and', of: [this.predicate, ...others.map(({ predicate }) => predicate)] });
  }

  /** At least one holds. */
  or(...others: readonly Condition[]): Condition {
    return new Condition({ kind: 'or', of: [this.predicate, ...others.map(({ predicate }) => predicate)] });
  }

  /** It is false: where a value that it compares is missing, it is neither. */
  not(): Condition {
    return new Condition({ kind: 'not', of: this.predicate });
  }
}

/** A column to make conditions on. */
export class ConditionColumn {
  readonly #column: ScanColumn;

  constructor(column: ScanColumn) {
    this.#column = column;
  }

  /** Equal. Of missing values ask `isNull()`. */
  eq(value: ScanValue): Condition {
    return this.#compare('eq', value);
  }

  /** There, and not equal. */
  ne(value: ScanValue): Condition {
    return this.#compare('ne', value);
  }

  lt(value: ScanValue): Condition {
    return this.#compare('lt', value);
  }

  le(value: ScanValue): Condition {
    return this.#compare('le', value);
  }

  gt(value: ScanValue): Condition {
    return this.#compare('gt', value);
  }

  ge(value: ScanValue): Condition {
    return this.#compare('ge', value);
  }

  /** From `low` to `high`, both included. */
  between(low: ScanValue, high: ScanValue): Condition {
    return this.ge(low).and(this.le(high));
  }

  /** Equal to one of the values. */
  in(...values: readonly ScanValue[]): Condition {
    return new Condition({ kind: 'in', column: this.#column, values: [...values] });
  }

  isNull(): Condition {
    return new Condition({ kind: 'isNull', column: this.#column });
  }

  isNotNull(): Condition {
    return new Condition({ kind: 'isNotNull', column: this.#column });
  }

  /** A string that begins with `prefix`. */
  startsWith(prefix: string): Condition {
    return new Condition({ kind: 'startsWith', column: this.#column, prefix });
  }

  #compare(kind: Comparison, value: ScanValue): Condition {
    return new Condition({ kind, column: this.#column, value });
  }
}

/**
 * A column in a condition, by its name, or by the path of a field in structs: as an array, or joined with dots.
 *
 * ```ts
 * session.read.parquet('flights', { where: col('date').ge('2001-06-01').and(col('delay').isNotNull()) });
 * ```
 */
export function col(column: ScanColumn): ConditionColumn {
  return new ConditionColumn(column);
}

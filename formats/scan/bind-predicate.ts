/**
 * From a predicate to what readers work with: checked against a schema, without `not`, comparisons as sets of values,
 * those on one column joined where they can be.
 *
 * `not` goes down to the comparisons and turns each into its complement. In three-valued logic that is exact: where
 * nothing is negated any more, a row is kept by an `and` where all of its parts are true, by an `or` where one is, and
 * what is neither true nor false may count as false.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { unreachable } from '../../lib/base/invariant.ts';
import { findNearMiss } from '../../lib/base/near-miss.ts';
import { isWellFormed } from '../bytes/text.ts';
import { type DataType, type Field, formatType, type Schema } from '../schema/data-type.ts';
import { comparableWith, domainOf, type LiteralPlace, placeLiteral } from './bind-literal.ts';
import { columnText, formatValue, type ScanColumn, type ScanPredicate, type ScanValue } from './scan-predicate.ts';
import {
  allValues,
  complement,
  containsValue,
  intersection,
  isAllValues,
  isEmptySet,
  noValues,
  type OrderedValue,
  pointSet,
  rangeSet,
  union,
  type ValueSet,
} from './value-set.ts';

/** A predicate over numbered columns: true where `all` or `any` of its parts are; without parts `all` is true. */
export type BoundPredicate =
  | { readonly kind: 'all' | 'any'; readonly of: readonly BoundPredicate[] }
  /** True where a value is missing, or where one is there. */
  | { readonly kind: 'null' | 'present'; readonly column: number }
  /** True where a value is there and in the set. */
  | { readonly kind: 'values'; readonly column: number; readonly set: ValueSet };

export type ColumnTest = Exclude<BoundPredicate, { readonly of: unknown }>;

/** What a name in a predicate stands for. */
export type ColumnBinding =
  /** A column of the data, by the names from the top-level one down. */
  | { readonly kind: 'column'; readonly path: readonly string[]; readonly type: DataType }
  /** A column that has one value in all rows, as those of partition directories; null is missing. */
  | { readonly kind: 'constant'; readonly type: DataType; readonly value: OrderedValue | null };

export interface PredicateBinding {
  readonly predicate: BoundPredicate;
  /** The columns that `predicate` numbers, each once. */
  readonly columns: readonly { readonly path: readonly string[]; readonly type: DataType }[];
}

export const ALWAYS: BoundPredicate = { kind: 'all', of: [] };
export const NEVER: BoundPredicate = { kind: 'any', of: [] };

export function isAlways(predicate: BoundPredicate): boolean {
  return predicate.kind === 'all' && predicate.of.length === 0;
}

export function isNever(predicate: BoundPredicate): boolean {
  return predicate.kind === 'any' && predicate.of.length === 0;
}

/**
 * Binds a predicate to the columns that `resolve` finds. Raises what `resolve` raises, and `PREDICATE_TYPE` for a value
 * that a column is not compared with; `source` names the data in it.
 */
export function bindPredicate(
  predicate: ScanPredicate,
  resolve: (column: ScanColumn) => ColumnBinding,
  source: string,
): PredicateBinding {
  const binder = new Binder(resolve, source);
  const bound = binder.bind(predicate, false);
  return { predicate: bound, columns: binder.columns };
}

/**
 * Finds a column in a schema: the one of that very name, else the field of structs that the dots or the array lead to.
 * Undefined where there is none; a path into a list or a map leads nowhere, its elements are many.
 */
export function findField(
  schema: Schema,
  column: ScanColumn,
): { readonly path: readonly string[]; readonly field: Field } | undefined {
  if (typeof column === 'string') {
    const whole = schema.fields.find(({ name }) => name === column);
    if (whole !== undefined) return { path: [column], field: whole };
  }
  const path = typeof column === 'string' ? column.split('.') : column;
  let { fields } = schema;
  let found: Field | undefined;
  for (const name of path) {
    found = fields.find((each) => each.name === name);
    if (found === undefined) return undefined;
    fields = found.type.kind === 'struct' ? found.type.fields : [];
  }
  return found === undefined ? undefined : { path, field: found };
}

/** The `COLUMN_NOT_FOUND` error, with the column that was probably meant. */
export function columnNotFound(schema: Schema, column: ScanColumn, source: string): CairnError {
  const names = schema.fields.map(({ name }) => name);
  const near = findNearMiss(columnText(column), names);
  const suggestion =
    near === undefined ? `its columns are ${names.slice(0, 20).join(', ')}` : `did you mean '${near}'?`;
  return new CairnError('COLUMN_NOT_FOUND', { path: source, column: columnText(column), suggestion });
}

class Binder {
  readonly columns: { readonly path: readonly string[]; readonly type: DataType }[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #resolve: (column: ScanColumn) => ColumnBinding;
  readonly #source: string;

  constructor(resolve: (column: ScanColumn) => ColumnBinding, source: string) {
    this.#resolve = resolve;
    this.#source = source;
  }

  bind(predicate: ScanPredicate, isNegated: boolean): BoundPredicate {
    switch (predicate.kind) {
      case 'not':
        return this.bind(predicate.of, !isNegated);
      case 'and':
      case 'or': {
        const parts = predicate.of.map((each) => this.bind(each, isNegated));
        return join((predicate.kind === 'and') === isNegated ? 'any' : 'all', parts);
      }
      case 'isNull':
      case 'isNotNull':
        return this.#nullTest(predicate.column, (predicate.kind === 'isNull') !== isNegated);
      default: {
        const binding = this.#resolve(predicate.column);
        const set = this.#setOf(predicate, binding.type);
        return this.#valueTest(binding, isNegated ? complement(set) : set, predicate.column);
      }
    }
  }

  #nullTest(column: ScanColumn, isNull: boolean): BoundPredicate {
    const binding = this.#resolve(column);
    if (binding.kind === 'constant') return (binding.value === null) === isNull ? ALWAYS : NEVER;
    return { kind: isNull ? 'null' : 'present', column: this.#number(binding) };
  }

  #valueTest(binding: ColumnBinding, set: ValueSet, column: ScanColumn): BoundPredicate {
    if (binding.kind === 'constant') {
      return binding.value !== null && containsValue(set, binding.value) ? ALWAYS : NEVER;
    }
    if (isEmptySet(set)) return NEVER;
    if (isAllValues(set)) return this.#nullTest(column, false);
    return { kind: 'values', column: this.#number(binding), set };
  }

  #number({ path, type }: { readonly path: readonly string[]; readonly type: DataType }): number {
    const key = JSON.stringify(path);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.columns.length;
      this.columns.push({ path, type });
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** The values that a comparison is true of. */
  #setOf(
    predicate: Exclude<ScanPredicate, { readonly kind: 'and' | 'or' | 'not' | 'isNull' | 'isNotNull' }>,
    type: DataType,
  ): ValueSet {
    const { kind, column } = predicate;
    if (type.kind === 'null') return noValues('integer');
    const domain = domainOf(type);
    if (domain === undefined) {
      const first = kind === 'in' ? predicate.values[0] : kind === 'startsWith' ? predicate.prefix : predicate.value;
      throw this.#mismatch(column, type, first ?? 'values');
    }
    if (kind === 'startsWith') {
      const { prefix } = predicate;
      if (type.kind !== 'string' || typeof prefix !== 'string' || !isWellFormed(prefix)) {
        throw this.#mismatch(column, type, prefix);
      }
      const bytes = Buffer.from(prefix);
      return bytes.length === 0 ? allValues('bytes') : rangeSet('bytes', bytes, afterPrefix(bytes));
    }
    if (kind === 'in') {
      const places = predicate.values.map((value) => this.#place(type, value, column));
      const values = places.flatMap(({ from, to }) => (isExact(from, to) ? [from as OrderedValue] : []));
      return pointSet(domain, values);
    }
    const { from, to } = this.#place(type, predicate.value, column);
    switch (kind) {
      case 'eq':
        return isExact(from, to) ? rangeSet(domain, from, to) : noValues(domain);
      case 'ne':
        return isExact(from, to) ? complement(rangeSet(domain, from, to)) : allValues(domain);
      case 'lt':
        return from === undefined ? allValues(domain) : rangeSet(domain, undefined, from);
      case 'le':
        return to === undefined ? allValues(domain) : rangeSet(domain, undefined, to);
      case 'gt':
        return to === undefined ? noValues(domain) : rangeSet(domain, to, undefined);
      case 'ge':
        return from === undefined ? noValues(domain) : rangeSet(domain, from, undefined);
      default:
        return unreachable(kind);
    }
  }

  #place(type: DataType, value: ScanValue, column: ScanColumn): LiteralPlace {
    const place = placeLiteral(type, value);
    if (place === undefined) throw this.#mismatch(column, type, value);
    return place;
  }

  #mismatch(column: ScanColumn, type: DataType, value: ScanValue): CairnError {
    const found = typeof value === 'string' ? `'${value}'` : formatValue(value);
    return new CairnError('PREDICATE_TYPE', {
      column: columnText(column),
      source: this.#source,
      type: formatType(type),
      found: `${value instanceof Date ? 'the Date' : `the ${typeof value}`} ${found.slice(0, 100)}`,
      expected: comparableWith(type),
    });
  }
}

/** Two places are one where the column has no such value; as objects, byte arrays never are. */
function isExact(from: OrderedValue | undefined, to: OrderedValue | undefined): boolean {
  return from !== undefined && !Object.is(from, to);
}

/** The least byte array that does not begin with `prefix` and is above those that do. */
function afterPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 255) length--;
  if (length === 0) return undefined;
  const after = new Uint8Array(prefix.subarray(0, length));
  after[length - 1] = (after[length - 1] as number) + 1;
  return after;
}

/** Joins parts into one: nested ones of the same kind flat, what decides alone alone, sets on one column as one set. */
function join(kind: 'all' | 'any', parts: readonly BoundPredicate[]): BoundPredicate {
  const decides = kind === 'all' ? isNever : isAlways;
  const sets = new Map<number, ValueSet>();
  const others: BoundPredicate[] = [];
  const add = (part: BoundPredicate): void => {
    if (part.kind === kind) part.of.forEach(add);
    else if (part.kind === 'values') {
      const known = sets.get(part.column);
      const joined = known === undefined ? part.set : (kind === 'all' ? intersection : union)(known, part.set);
      sets.set(part.column, joined);
    } else others.push(part);
  };
  parts.forEach(add);
  const tests = [...sets].map(([column, set]): BoundPredicate => {
    if (isEmptySet(set)) return NEVER;
    return isAllValues(set) ? { kind: 'present', column } : { kind: 'values', column, set };
  });
  const neutral = kind === 'all' ? isAlways : isNever;
  const of = [...tests, ...others].filter((part) => !neutral(part));
  if (of.some(decides)) return kind === 'all' ? NEVER : ALWAYS;
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind, of };
}

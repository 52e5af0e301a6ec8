import { describe, expect, it } from 'vitest';
import {
  ALWAYS,
  bindPredicate,
  columnNotFound,
  findField,
  isAlways,
  isNever,
  NEVER,
  type PredicateBinding,
} from '../../../formats/scan/bind-predicate.ts';
import { type Condition, col } from '../../../formats/scan/predicate-builder.ts';
import { rangeSet } from '../../../formats/scan/value-set.ts';
import { type DataType, field, type Schema } from '../../../formats/schema/data-type.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };
const SCHEMA: Schema = {
  fields: [
    field('id', INT),
    field('name', { kind: 'string' }),
    field('a.b', INT),
    field('to', { kind: 'struct', fields: [field('state', { kind: 'string' })] }),
    field('tags', { kind: 'list', element: field('element', INT) }),
    field('nothing', { kind: 'null' }),
  ],
};

function bind(condition: Condition, year: bigint | null = 2001n): PredicateBinding {
  return bindPredicate(
    condition.predicate,
    (column) => {
      if (column === 'year') return { kind: 'constant', type: INT, value: year };
      const found = findField(SCHEMA, column);
      if (found === undefined) throw columnNotFound(SCHEMA, column, 't');
      return { kind: 'column', path: found.path, type: found.field.type };
    },
    't',
  );
}

describe('bindPredicate', () => {
  it('takes not down to the comparisons', () => {
    const { predicate, columns } = bind(col('id').lt(5).and(col('name').isNull()).not());
    expect(predicate).toEqual({
      kind: 'any',
      of: [
        { kind: 'values', column: 0, set: rangeSet('integer', 5n, undefined) },
        { kind: 'present', column: 1 },
      ],
    });
    expect(columns.map(({ path }) => path)).toEqual([['id'], ['name']]);
  });

  it('joins comparisons on one column', () => {
    const range = col('id').gt(5).and(col('id').le(9.5));
    expect(bind(range).predicate).toEqual({ kind: 'values', column: 0, set: rangeSet('integer', 6n, 10n) });
    expect(isNever(bind(col('id').gt(5).and(col('id').lt(3))).predicate)).toBe(true);
    expect(bind(col('id').gt(5).or(col('id').le(5))).predicate).toEqual({ kind: 'present', column: 0 });
  });

  it('decides what does not depend on rows', () => {
    expect(bind(col('year').eq(2001).and(col('id').eq(1))).predicate).toMatchObject({ kind: 'values' });
    expect(bind(col('year').eq(2002).and(col('id').eq(1))).predicate).toEqual(NEVER);
    expect(bind(col('year').eq(2001).or(col('id').eq(1))).predicate).toEqual(ALWAYS);
    expect(isAlways(bind(col('year').isNull(), null).predicate)).toBe(true);
    expect(isNever(bind(col('year').eq(1).not(), null).predicate)).toBe(true);
    expect(isNever(bind(col('id').in()).predicate)).toBe(true);
    expect(isNever(bind(col('id').eq(1.5)).predicate)).toBe(true);
    expect(bind(col('id').ne(1.5)).predicate).toEqual({ kind: 'present', column: 0 });
    expect(isNever(bind(col('nothing').eq(1)).predicate)).toBe(true);
  });

  it('makes a range of a prefix', () => {
    const set = (prefix: string) => bind(col('name').startsWith(prefix)).predicate;
    expect(set('ab')).toMatchObject({ set: rangeSet('bytes', Buffer.from('ab'), Uint8Array.of(97, 99)) });
    expect(set('')).toEqual({ kind: 'present', column: 0 });
  });

  it('finds names with dots before fields of structs', () => {
    expect(findField(SCHEMA, 'a.b')?.path).toEqual(['a.b']);
    expect(findField(SCHEMA, 'to.state')?.path).toEqual(['to', 'state']);
    expect(findField(SCHEMA, ['a', 'b'])).toBeUndefined();
    expect(findField(SCHEMA, 'tags.element')).toBeUndefined();
  });

  it('raises typed errors that say what to do', () => {
    expect(() => bind(col('nmae').eq('x'))).toThrow(/COLUMN_NOT_FOUND: .*'nmae'.*did you mean 'name'/s);
    expect(() => bind(col('id').eq('5'))).toThrow(/PREDICATE_TYPE: .*int32.*the string '5'.*a number or bigint/s);
    expect(() => bind(col('id').in(1, 'x'))).toThrow(/PREDICATE_TYPE/);
    expect(() => bind(col('id').startsWith('x'))).toThrow(/PREDICATE_TYPE/);
    expect(() => bind(col('tags').eq(1))).toThrow(/PREDICATE_TYPE: .*isNull/s);
    expect(bind(col('tags').isNull()).predicate).toEqual({ kind: 'null', column: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { TableBuilder } from '../../../formats/schema/table-builder.ts';
import { vectorValues } from '../../support/vector-values.ts';

const schemaOf = (types: Readonly<Record<string, string>>) => ({
  fields: Object.entries(types).map(([name, type]) => parseField(name, type)),
});
const valuesOf = (builder: TableBuilder) => builder.take().vectors.map((each) => vectorValues(each));

describe('TableBuilder', () => {
  it('takes the columns of records, in any order, and leaves what else they have', () => {
    const builder = new TableBuilder(schemaOf({ id: 'int32', name: 'string' }), 'Parquet');
    const rows = [{ name: 'a', id: 1, more: () => 1 }, { id: 2 }, Object.create(null, { id: { value: 3 } })];
    builder.add(rows);
    builder.add(rows, 1, 2);
    expect(builder.rowCount).toBe(4);
    expect(valuesOf(builder)).toEqual([
      [1, 2, 3, 2],
      ['a', null, null, null],
    ]);
    expect(builder.rowCount).toBe(0);
    expect(valuesOf(builder)).toEqual([[], []]);
  });

  it('takes columns of any names, and nothing that objects inherit from Object', () => {
    const types = JSON.parse('{"__proto__":"int32","constructor":"int32","a\\u2028\\"b":"int32","":"int32"}');
    const builder = new TableBuilder(schemaOf(types), 'Parquet');
    builder.add([{}, JSON.parse('{"__proto__":1,"constructor":2,"a\\u2028\\"b":3,"":4}')]);
    expect(valuesOf(builder)).toEqual([
      [null, 1],
      [null, 2],
      [null, 3],
      [null, 4],
    ]);
  });

  it('takes what instances have by their getters', () => {
    class Point {
      readonly #x = 5;
      get x() {
        return this.#x;
      }
    }
    const builder = new TableBuilder(schemaOf({ x: 'int32' }), 'Parquet');
    builder.add([new Point()]);
    expect(valuesOf(builder)).toEqual([[5]]);
  });

  it.each([[null], [undefined], [1], ['text'], [[1, 2]]])('refuses %j as a record', (row) => {
    const builder = new TableBuilder(schemaOf({ x: 'int32' }), 'Parquet');
    expect(() => builder.add([row])).toThrow(/ROW_NOT_WRITABLE.*not an object/);
  });
});

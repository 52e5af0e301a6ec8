import { describe, expect, it } from 'vitest';
import { formatType } from '../../../formats/schema/data-type.ts';
import { parseType } from '../../../formats/schema/parse-type.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';

describe('vectorBuilder', () => {
  it.each([
    ...['null', 'boolean', 'int8', 'int32', 'uint64', 'float16', 'float64', 'decimal(5,1)', 'decimal(30,1)', 'string'],
    ...['binary', 'uuid', 'date', 'time(millis)', 'time(nanos)', 'timestamp(micros)', 'list<string>'],
    ...['map<string, date>', 'struct<a: int32>'],
  ])('makes vectors of %s, of nothing and of nulls', (text) => {
    const type = parseType(text);
    const builder = vectorBuilder(type, 'c', 'Parquet');
    expect(builder.take()).toMatchObject({ type, length: 0, nullCount: 0 });
    builder.add(null);
    builder.add(undefined);
    expect(builder.length).toBe(2);
    const vector = builder.take();
    expect(vector).toMatchObject({ length: 2, nullCount: 2 });
    expect(formatType(vector.type)).toBe(text);
    expect(builder.length).toBe(0);
  });
});

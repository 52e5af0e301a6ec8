import { describe, expect, it } from 'vitest';
import * as tags from '../../../formats/record/value-tags.ts';

describe('value tags', () => {
  it('keep their numbers for ever', () => {
    const { ERRORS, TYPED_ARRAYS, ERROR_PARTS, ...numbers } = tags;
    expect(numbers).toMatchInlineSnapshot(`
      {
        "ERROR_HAS_CAUSE": 4,
        "ERROR_HAS_ERRORS": 8,
        "ERROR_HAS_MESSAGE": 1,
        "ERROR_HAS_STACK": 2,
        "MAX_SHAPES": 4096,
        "MAX_SHAPE_KEYS": 256,
        "TAG_ARRAY": 10,
        "TAG_ARRAY_BUFFER": 19,
        "TAG_BIGINT": 7,
        "TAG_BIGINT_64": 6,
        "TAG_BUFFER": 20,
        "TAG_CLASS": 22,
        "TAG_DATA_VIEW": 21,
        "TAG_DATE": 9,
        "TAG_DOUBLE": 5,
        "TAG_ERROR": 24,
        "TAG_FALSE": 2,
        "TAG_INLINE_NULL_OBJECT": 15,
        "TAG_INLINE_OBJECT": 14,
        "TAG_INT": 4,
        "TAG_MAP": 16,
        "TAG_NULL": 0,
        "TAG_NULL_OBJECT": 13,
        "TAG_OBJECT": 12,
        "TAG_REGEXP": 23,
        "TAG_SET": 17,
        "TAG_SMALL_INT": 128,
        "TAG_SPARSE_ARRAY": 11,
        "TAG_STRING": 8,
        "TAG_TRUE": 3,
        "TAG_TYPED_ARRAY": 18,
        "TAG_UNDEFINED": 1,
        "TAG_URL": 25,
        "TAG_WITH_PROPERTIES": 26,
      }
    `);
    expect(ERROR_PARTS).toEqual(['message', 'stack', 'cause', 'errors']);
    expect(TYPED_ARRAYS.map((maker) => maker.name)).toMatchInlineSnapshot(`
      [
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float32Array",
        "Float64Array",
        "BigInt64Array",
        "BigUint64Array",
      ]
    `);
    expect(ERRORS.map((maker) => maker.name)).toMatchInlineSnapshot(`
      [
        "Error",
        "EvalError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "TypeError",
        "URIError",
        "AggregateError",
      ]
    `);
  });
});

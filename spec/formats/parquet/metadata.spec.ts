import { describe, expect, it } from 'vitest';
import { CODECS, CONVERTED_TYPES, ENCODINGS, PHYSICAL_TYPES, REPETITIONS } from '../../../formats/parquet/metadata.ts';

describe('the numbers of the format', () => {
  it('are those of parquet.thrift', () => {
    expect(PHYSICAL_TYPES.indexOf('FIXED_LEN_BYTE_ARRAY')).toBe(7);
    expect(ENCODINGS.indexOf('BYTE_STREAM_SPLIT')).toBe(9);
    expect(ENCODINGS.indexOf('RLE_DICTIONARY')).toBe(8);
    expect(CODECS.indexOf('LZ4_RAW')).toBe(7);
    expect(REPETITIONS.indexOf('REPEATED')).toBe(2);
    expect(CONVERTED_TYPES.indexOf('INTERVAL')).toBe(21);
    expect(CONVERTED_TYPES.indexOf('DECIMAL')).toBe(5);
  });
});

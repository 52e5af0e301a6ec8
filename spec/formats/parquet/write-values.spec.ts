import { describe, expect, it } from 'vitest';
import { buildSchemaTree, type LeafNode } from '../../../formats/parquet/schema-tree.ts';
import { GrowingBytes } from '../../../formats/parquet/write-buffers.ts';
import { LeafColumn } from '../../../formats/parquet/write-leaf.ts';
import { schemaElements } from '../../../formats/parquet/write-schema.ts';
import { encoderOf } from '../../../formats/parquet/write-values.ts';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { vectorBuilder } from '../../../formats/schema/vector-builder.ts';

function encode(
  text: string,
  values: readonly unknown[],
  options: { dictionaryBytes?: number; byteStreamSplit?: boolean } = {},
) {
  const { dictionaryBytes = 1 << 20, byteStreamSplit = false } = options;
  const field = parseField('a', text);
  const tree = buildSchemaTree({ schema: schemaElements({ fields: [field] }, 'a') }, 'a');
  const column = new LeafColumn(tree.leaves[0] as LeafNode, 'a', { dictionaryBytes });
  const builder = vectorBuilder(field.type, 'a', 'Parquet');
  for (const value of values) builder.add(value);
  column.appendRows(builder.take(), 0, values.length);
  if (column.store.kind === 'bytes') column.store.settle();
  const encoder = encoderOf(column, { dictionaryBytes, byteStreamSplit });
  const bytes = (append: (out: GrowingBytes) => void) => {
    const out = new GrowingBytes();
    append(out);
    return Buffer.from(out.values.subarray(0, out.length)).toString('hex');
  };
  return {
    encoding: encoder.encoding,
    dictionary: encoder.dictionary && bytes((out) => encoder.dictionary?.append(out)),
    values: bytes((out) => encoder.append(out, 0, column.store.count)),
  };
}

describe('the encoding of a chunk', () => {
  it('is a bit a boolean', () => {
    const values = [true, false, true, true, false, false, false, false, true];
    expect(encode('boolean', values)).toEqual({ encoding: 'PLAIN', dictionary: undefined, values: '0d01' });
  });

  it('is a dictionary where values repeat, with the width of its codes in front', () => {
    const texts = Array.from({ length: 40 }, (_, i) => (i < 20 ? 'abc' : 'd'));
    expect(encode('string', texts)).toEqual({
      ...{ encoding: 'RLE_DICTIONARY', dictionary: '030000006162630100000064' },
      values: '01280028 01'.replace(' ', ''),
    });
    const doubles = Array.from({ length: 40 }, () => 1);
    expect(encode('double', doubles)).toEqual({
      ...{ encoding: 'RLE_DICTIONARY', dictionary: '000000000000f03f', values: '0050' },
    });
  });

  it('is plain where nothing else is smaller', () => {
    expect(encode('string', ['a', 'bc'])).toMatchObject({ encoding: 'PLAIN', values: '0100000061020000006263' });
    expect(encode('binary(2)', [Uint8Array.of(1, 2)])).toMatchObject({ encoding: 'PLAIN', values: '0102' });
    expect(encode('float', [1, -2])).toMatchObject({ encoding: 'PLAIN', values: '0000803f000000c0' });
    expect(encode('int32', [])).toMatchObject({ values: '' });
    expect(encode('string', [])).toMatchObject({ encoding: 'PLAIN', values: '' });
  });

  it('is streams of bytes for floats alone, where that is asked for', () => {
    const options = { dictionaryBytes: 0, byteStreamSplit: true };
    expect(encode('float', [1, -2], options)).toMatchObject({
      encoding: 'BYTE_STREAM_SPLIT',
      values: '0000000080003fc0',
    });
    expect(encode('int32', [1_000_000, -77_000], options).encoding).not.toBe('BYTE_STREAM_SPLIT');
  });

  it('is deltas where integers go up', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i * 5);
    expect(encode('int64', values).encoding).toBe('DELTA_BINARY_PACKED');
    expect(
      encode(
        'timestamp',
        values.map((ms) => new Date(ms * 60_000)),
      ).encoding,
    ).toBe('DELTA_BINARY_PACKED');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { readValue, writeValue } from '../../../lib/closure/write-value.ts';

function roundTrip(value: unknown, node?: number): unknown {
  using out = new ByteWriter();
  writeValue(out, value, node);
  const input = new ByteReader(out.take());
  const copy = readValue(input, (at) => `node ${at}`);
  input.end();
  return copy;
}

describe('writeValue', () => {
  it('keeps every primitive', () => {
    const primitives = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.string({ unit: 'binary' }),
      fc.bigInt(),
      fc.boolean(),
      fc.constantFrom(undefined, null, -0, 2 ** 31, -(2 ** 31), '\ud800'),
    );
    fc.assert(
      fc.property(primitives, (value) => Object.is(roundTrip(value), value)),
      { seed: 11 },
    );
  });

  it('refers to nodes', () => {
    expect(roundTrip(undefined, 300)).toBe('node 300');
  });

  it('raises CORRUPT_DATA for a tag it does not know', () => {
    expect(() => readValue(new ByteReader(Uint8Array.of(99)), () => 0)).toThrow(/CORRUPT_DATA/);
  });
});

import { describe, expect, it } from 'vitest';
import { emitUnpacker, maskOf, unpackerFor, unpackPlain } from '../../../formats/parquet/bit-unpack.ts';
import { expectGolden } from '../../support/golden.ts';
import { packBits } from '../../support/parquet-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const WIDTHS = Array.from({ length: 32 }, (_, i) => i + 1);

describe('unpacking bits', () => {
  it.each(WIDTHS)('of width %i gives what was packed, generated and plain', (width) => {
    const random = seededRandom(width);
    const values = Array.from({ length: 96 }, (_, i) => (i === 5 ? 2 ** width - 1 : Math.floor(random() * 2 ** width)));
    const words = new Int32Array(Uint8Array.from(packBits(values, width, 96)).buffer);
    const expected = values.map((value) => value | 0);
    const generated = new Int32Array(98);
    unpackerFor(width)(words, generated, 2, 3);
    expect([...generated.subarray(2)]).toEqual(expected);
    const plain = new Int32Array(92);
    unpackPlain(words, width, plain, 1, 91);
    expect([...plain.subarray(1)]).toEqual(expected.slice(0, 91));
    expect(maskOf(width) >>> 0).toBe(2 ** width - 1);
  });

  it('is generated once a width', () => {
    expect(unpackerFor(7)).toBe(unpackerFor(7));
    expectGolden('formats/parquet/unpack-7.js.txt', emitUnpacker(7).toString());
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressLz4Frame } from '../../../formats/bytes/lz4-frame.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { lz4Frame } from '../../support/lz4-frame.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const RAW = Buffer.from('abcabcabcabcabcabcabcabc, and something else; abcabcabc');

function contentOf(bytes: Uint8Array): string {
  try {
    return Buffer.from(decompressLz4Frame(bytes, RAW.length)).toString();
  } catch (error) {
    if (CairnError.is(error, 'CORRUPT_DATA')) return 'damaged';
    throw error;
  }
}

describe('frames of LZ4', () => {
  it('give back what was compressed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'bc', 'def', '0123456789', '\u00e9'), { maxLength: 400 }), (parts) => {
        const raw = Buffer.from(parts.join(''));
        expect(Buffer.from(decompressLz4Frame(lz4Frame(raw), raw.length))).toEqual(raw);
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('may have blocks that are stored, and blocks that refer to those before', () => {
    const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
    // Linked blocks, no checksums: 'abcd' stored, then a match of eight bytes from four before, and 'x'.
    const head = Buffer.of(0x40, 0x40, 0xc0);
    const linked = Buffer.concat([
      words(0x184d2204),
      head,
      words(0x80000004),
      Buffer.from('abcd'),
      words(5),
      Buffer.of(0x04, 4, 0, 0x10, 0x78),
      words(0),
    ]);
    expect(Buffer.from(decompressLz4Frame(linked, 13)).toString()).toBe('abcdabcdabcdx');
  });

  it('are damaged where anything is changed, or too short, or too long', () => {
    const sound = lz4Frame(RAW);
    expect(() => decompressLz4Frame(sound, RAW.length + 1)).toThrow(/CORRUPT_DATA/);
    expect(() => decompressLz4Frame(sound, RAW.length - 1)).toThrow(/CORRUPT_DATA/);
    for (let length = 0; length < sound.length; length++) {
      expect(() => decompressLz4Frame(sound.subarray(0, length), RAW.length)).toThrow(/CORRUPT_DATA/);
    }
    const random = seededRandom(3);
    for (let n = 0; n < 500; n++) {
      const bytes = new Uint8Array(sound);
      const at = Math.floor(random() * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      // A match may be taken from elsewhere, where the same bytes are.
      expect(contentOf(bytes), `byte ${at}`).toBeOneOf(['damaged', RAW.toString()]);
    }
  });
});

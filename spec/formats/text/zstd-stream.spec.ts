import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress, initCompression } from '../../../formats/bytes/compression.ts';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { ZstdStream } from '../../../formats/text/zstd-stream.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { drain, sourceOf } from '../../support/bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'formats', 'text');
const WORDS = ['alpha', 'beta', 'gamma', 'delta'] as const;
const TEXT = Buffer.from(
  Array.from({ length: 8000 }, (_, i) => `line ${i} ${WORDS[(i * 7919) % 4]} ${(i * i) % 1000003}\n`).join(''),
);

function unzstd(bytes: Uint8Array, step?: number): Buffer {
  return drain(new ZstdStream(new SourceStream(sourceOf(bytes)), 'a.zst'), step);
}

describe('ZstdStream', () => {
  beforeAll(initCompression);

  it('reads what the zstd command wrote: many blocks, with checksum', () => {
    const packed = readFileSync(join(FIXTURES, 'numbers.txt.zst'));
    for (const step of [777, 1 << 20]) expect(unzstd(packed, step).equals(TEXT)).toBe(true);
  });

  it('reads frames one after another, and skips skippable ones', () => {
    const packed = readFileSync(join(FIXTURES, 'two-frames.txt.zst'));
    const skippable = Buffer.from([0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const found = unzstd(Buffer.concat([skippable, packed, skippable]));
    expect(found.equals(TEXT)).toBe(true);
  });

  it('reads frames of any small size', () => {
    for (let size = 0; size < 150; size++) {
      const content = TEXT.subarray(0, size);
      const packed = compress('zstd', content);
      expect(unzstd(Buffer.concat([packed, packed])).equals(Buffer.concat([content, content])), `${size}`).toBe(true);
    }
  });

  it('gives nothing for an empty file', () => {
    expect(unzstd(Buffer.alloc(0))).toHaveLength(0);
  });

  it('notices a cut anywhere', () => {
    const packed = readFileSync(join(FIXTURES, 'numbers.txt.zst'));
    for (let length = 1; length < packed.length; length += length < 40 ? 1 : 499) {
      try {
        unzstd(packed.subarray(0, length));
        expect.unreachable(`cut at ${length}`);
      } catch (error) {
        expect(CairnError.is(error, 'CORRUPT_FILE'), `cut at ${length}: ${error}`).toBe(true);
      }
    }
  });

  it('never gives other content for a changed file with a checksum', () => {
    const packed = readFileSync(join(FIXTURES, 'numbers.txt.zst'));
    const random = seededRandom(5);
    for (let i = 0; i < 150; i++) {
      const changed = Buffer.from(packed);
      const at = i < 30 ? Math.floor(i / 2) : Math.floor(random() * changed.length);
      changed[at] = (changed[at] as number) ^ (1 << Math.floor(random() * 8));
      try {
        expect(unzstd(changed).equals(TEXT), `byte ${at}`).toBe(true);
      } catch (error) {
        const known = CairnError.is(error, 'CORRUPT_FILE') || CairnError.is(error, 'LIMIT_EXCEEDED');
        expect(known || CairnError.is(error, 'UNSUPPORTED_COMPRESSION'), `byte ${at}: ${error}`).toBe(true);
      }
    }
  });

  it('refuses a window over 128 MiB before it allocates', () => {
    // Window descriptor 0x90: exponent 28, 256 MiB.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90, 0x01, 0x00, 0x00]);
    expect(() => unzstd(frame)).toThrow(/LIMIT_EXCEEDED.*268435456/);
    const single = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
    expect(() => unzstd(single)).toThrow(/LIMIT_EXCEEDED/);
  });

  it('refuses dictionaries, other bytes and reserved bits', () => {
    expect(() => unzstd(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 0x07, 1, 0, 0]))).toThrow(
      /UNSUPPORTED_COMPRESSION.*dictionary/,
    );
    expect(() => unzstd(Buffer.from('plain text'))).toThrow(/CORRUPT_FILE.*a zstd frame/);
    expect(() => unzstd(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x08, 0x00, 1, 0, 0]))).toThrow(/reserved bit/);
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { GzipStream } from '../../../formats/text/gzip-stream.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { drain, sourceOf } from '../../support/bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const TEXT = Buffer.from(Array.from({ length: 3000 }, (_, i) => `line ${i} ${(i * 7919) % 1009}\n`).join(''));

function gunzip(bytes: Uint8Array, step?: number): Buffer {
  return drain(new GzipStream(new SourceStream(sourceOf(bytes)), 'a.gz'), step);
}

describe('GzipStream', () => {
  it('gives the content, whatever is asked for at a time', () => {
    const packed = gzipSync(TEXT);
    for (const step of [1, 1000, 1 << 20]) expect(gunzip(packed, step).equals(TEXT)).toBe(true);
  });

  it('reads members one after another, empty ones and padding too', () => {
    const packed = Buffer.concat([gzipSync(TEXT), gzipSync(Buffer.alloc(0)), gzipSync('tail'), Buffer.alloc(5)]);
    expect(gunzip(packed).equals(Buffer.concat([TEXT, Buffer.from('tail')]))).toBe(true);
  });

  it('skips extra fields, name, comment and the checksum of the header', () => {
    const plain = gzipSync(TEXT);
    const header = Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3]);
    const rest = Buffer.concat([Buffer.from('name\0comment\0'), Buffer.from([0, 0]), plain.subarray(10)]);
    expect(gunzip(Buffer.concat([header, rest])).equals(TEXT)).toBe(true);
  });

  it('gives nothing for an empty file', () => {
    expect(gunzip(Buffer.alloc(0))).toHaveLength(0);
  });

  it('notices a cut at every byte', () => {
    const packed = gzipSync(TEXT.subarray(0, 2000));
    for (let length = 1; length < packed.length; length++) {
      try {
        gunzip(packed.subarray(0, length));
        expect.unreachable(`cut at ${length}`);
      } catch (error) {
        expect(CairnError.is(error, 'CORRUPT_FILE'), `cut at ${length}: ${error}`).toBe(true);
      }
    }
  });

  it('never gives other content for a changed file', () => {
    const packed = gzipSync(TEXT);
    const random = seededRandom(3);
    for (let i = 0; i < 800; i++) {
      const changed = Buffer.from(packed);
      const at = Math.floor(random() * changed.length);
      changed[at] = (changed[at] as number) ^ (1 << Math.floor(random() * 8));
      try {
        expect(gunzip(changed).equals(TEXT), `byte ${at}`).toBe(true);
      } catch (error) {
        expect(CairnError.is(error, 'CORRUPT_FILE'), `byte ${at}: ${error}`).toBe(true);
      }
    }
  });

  it('says where the damage is', () => {
    const packed = gzipSync(TEXT);
    packed[packed.length - 6] = (packed[packed.length - 6] as number) ^ 1;
    expect(() => gunzip(packed)).toThrow(/CORRUPT_FILE: a\.gz is damaged at byte \d+: expected content with CRC/);
    expect(() => gunzip(Buffer.concat([gzipSync(TEXT), Buffer.from('no gzip')]))).toThrow(/a gzip header/);
  });
});

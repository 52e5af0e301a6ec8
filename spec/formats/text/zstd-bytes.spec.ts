import { beforeAll, describe, expect, it } from 'vitest';
import { compress, initCompression } from '../../../formats/bytes/compression.ts';
import { decompressZstd } from '../../../formats/text/zstd-bytes.ts';

const RAW = Buffer.from('abcabcabc'.repeat(50));

describe('zstd of others', () => {
  beforeAll(initCompression);

  it('is one frame that says how long it is, or several', () => {
    const frame = compress('zstd', RAW);
    expect(Buffer.from(decompressZstd(frame, RAW.length, 'a'))).toEqual(RAW);
    const twice = Buffer.concat([frame, frame]);
    expect(Buffer.from(decompressZstd(twice, 2 * RAW.length, 'a'))).toEqual(Buffer.concat([RAW, RAW]));
  });

  it('is not more than one byte too many', () => {
    const twice = Buffer.concat([compress('zstd', RAW), compress('zstd', RAW)]);
    expect(decompressZstd(twice, RAW.length + 5, 'a')).toHaveLength(RAW.length + 6);
    expect(decompressZstd(twice, 5 * RAW.length, 'a')).toHaveLength(2 * RAW.length);
    expect(() => decompressZstd(Buffer.from('no zstd at all, but longer'), 9, 'a')).toThrow(/CORRUPT/);
  });
});

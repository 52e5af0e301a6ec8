import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { compress, initCompression } from '../../../formats/bytes/compression.ts';
import { compressionOf, openTextStream } from '../../../formats/text/text-compression.ts';
import { drain, sourceOf } from '../../support/bytes.ts';

describe('compressionOf', () => {
  it('goes by the ending of the name, in any case', () => {
    expect(['a.gz', '/x.y/A.GZ', 'b.zst', 'c.txt', '/d.gz/e', 'gz', 'f.constructor'].map(compressionOf)).toEqual([
      'gzip',
      'gzip',
      'zstd',
      'none',
      'none',
      'none',
      'none',
    ]);
  });

  it('refuses what would be read as lines of noise', () => {
    for (const name of ['a.bz2', 'a.snappy', 'a.lz4', 'a.xz']) {
      expect(() => compressionOf(name)).toThrow(/UNSUPPORTED_COMPRESSION/);
    }
  });
});

describe('openTextStream', () => {
  beforeAll(initCompression);

  it('opens each kind', () => {
    const text = Buffer.from('hello');
    expect(drain(openTextStream(sourceOf(text), 'a.txt', 2)).toString()).toBe('llo');
    expect(drain(openTextStream(sourceOf(gzipSync(text)), 'a.gz')).toString()).toBe('hello');
    expect(drain(openTextStream(sourceOf(compress('zstd', text)), 'a.zst')).toString()).toBe('hello');
  });
});

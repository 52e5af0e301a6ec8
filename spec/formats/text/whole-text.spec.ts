import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readWholeText } from '../../../formats/text/whole-text.ts';
import { sourceOf } from '../../support/bytes.ts';

describe('readWholeText', () => {
  it('gives the text as it is, terminators included, without a byte-order mark', () => {
    const text = 'a\r\nb\rç\n'.repeat(30_000);
    expect(readWholeText(sourceOf(Buffer.from(`\ufeff${text}`), 1000), 'a.txt', 1e9)).toBe(text);
    expect(readWholeText(sourceOf(gzipSync(text)), 'a.txt.gz', 1e9)).toBe(text);
    expect(readWholeText(sourceOf(Buffer.alloc(0)), 'a.txt', 1e9)).toBe('');
  });

  it('stops at the limit, in the content of a compressed file too', () => {
    expect(readWholeText(sourceOf(Buffer.alloc(100_000, 97)), 'a.txt', 100_000)).toHaveLength(100_000);
    expect(() => readWholeText(sourceOf(Buffer.alloc(100_001, 97)), 'a.txt', 100_000)).toThrow(/LIMIT_EXCEEDED/);
    expect(() => readWholeText(sourceOf(gzipSync(Buffer.alloc(50_000_000))), 'a.gz', 1 << 20)).toThrow(
      /LIMIT_EXCEEDED/,
    );
  });
});

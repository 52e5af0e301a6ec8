import { describe, expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { LineReader, type LineReaderOptions } from '../../../formats/text/line-reader.ts';
import { allLines, sourceOf } from '../../support/bytes.ts';

function range(
  text: string | Uint8Array,
  start: number,
  end: number,
  options: Partial<LineReaderOptions> = {},
): string[] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const stream = new SourceStream(sourceOf(bytes), start);
  return allLines(new LineReader(stream, { path: 'a.txt', atStart: start === 0, length: end - start, ...options }));
}

describe('LineReader', () => {
  it('finishes the line that its range ends in, and skips the one it begins in', () => {
    const text = 'first\nsecond\nthird\n';
    expect(range(text, 0, 8)).toEqual(['first', 'second']);
    expect(range(text, 8, 19)).toEqual(['third']);
  });

  it('owns a line that begins exactly at its end, as Hadoop has it', () => {
    const text = 'one\ntwo\nthree\n';
    expect(range(text, 0, 4)).toEqual(['one', 'two']);
    expect(range(text, 4, 8)).toEqual(['three']);
    expect(range(text, 8, 14)).toEqual([]);
  });

  it('knows a terminator that lies across the cut', () => {
    const text = 'one\r\ntwo\r\n';
    expect(range(text, 0, 4)).toEqual(['one']);
    expect(range(text, 4, 10)).toEqual(['two']);
  });

  it('knows a lone \\r at the cut', () => {
    const text = 'one\rtwo\rthree';
    expect(range(text, 0, 4)).toEqual(['one', 'two']);
    expect(range(text, 4, 13)).toEqual(['three']);
  });

  it('gives nothing for a range inside one line', () => {
    expect(range('a long line without an end', 5, 12)).toEqual([]);
  });

  it('drops a byte-order mark at the start of the text only', () => {
    const text = '\ufeffone\n\ufefftwo\n';
    expect(range(text, 0, 15)).toEqual(['one', '\ufefftwo']);
    expect(range(text, 0, 1)).toEqual(['one']);
    expect(range('\ufeff', 0, 3)).toEqual([]);
  });

  it('gives the last line without a terminator', () => {
    expect(range('a\nb', 0, 3)).toEqual(['a', 'b']);
    expect(range('', 0, 0)).toEqual([]);
    expect(range('x', 0, 1)).toEqual(['x']);
  });

  it('reads little beyond its range', () => {
    const line = `${'x'.repeat(99)}\n`;
    const stream = new SourceStream(sourceOf(Buffer.from(line.repeat(10_000))), 0);
    const reader = new LineReader(stream, { path: 'a.txt', atStart: true, length: 500_050 });
    expect(allLines(reader)).toHaveLength(5001);
    expect(reader.bytesRead).toBeLessThanOrEqual(500_050 + 4096);
  });

  it('gives its lines in parts as it reads, not all at once', () => {
    const text = Buffer.from('0123456\n'.repeat(1000));
    const reader = new LineReader(new SourceStream(sourceOf(text)), { path: 'a.txt', atStart: true, chunkBytes: 80 });
    let parts = 0;
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      parts++;
      expect(next.length).toBeLessThanOrEqual(11);
    }
    expect(parts).toBeGreaterThan(99);
    expect(reader.next()).toBeUndefined();
  });

  it('refuses a line over the limit, in the range and in its tail', () => {
    const text = `${'x'.repeat(100)}\n`;
    expect(range(text, 0, 101, { maxLineBytes: 100 })).toEqual(['x'.repeat(100)]);
    expect(() => range(text, 0, 101, { maxLineBytes: 99 })).toThrow(/LIMIT_EXCEEDED/);
    expect(() => range(text, 0, 10, { maxLineBytes: 50 })).toThrow(/LIMIT_EXCEEDED/);
    expect(range(text, 10, 20, { maxLineBytes: 50 })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { RecordBuffer, type RecordBufferOptions } from '../../../formats/text/record-buffer.ts';
import { sourceOf } from '../../support/bytes.ts';

const OPTIONS = { path: 'in', atStart: true, maxRecordBytes: 64, limitName: 'maxRecordBytes', isReturnLineEnd: true };

function open(text: string, start: number, options: Partial<RecordBufferOptions>): RecordBuffer {
  return new RecordBuffer(new SourceStream(sourceOf(Buffer.from(text), 3), start), { ...OPTIONS, ...options });
}

/** The lines of a range: what a parser whose records are lines takes. */
function lines(text: string, start: number, options: Partial<RecordBufferOptions> = {}): string[] {
  const buffer = open(text, start, { atStart: start === 0, chunkBytes: 4, ...options });
  const found: string[] = [];
  while (!buffer.isDone) {
    const end = buffer.bytes.subarray(0, buffer.to).indexOf(10, buffer.from);
    if (end < 0 && !buffer.isEnd) {
      buffer.fill();
    } else {
      const stop = end < 0 ? buffer.to : end;
      if (stop > buffer.from || end >= 0) found.push(buffer.bytes.toString('utf8', buffer.from, stop));
      buffer.from = end < 0 ? buffer.to : end + 1;
    }
  }
  return found;
}

describe('RecordBuffer', () => {
  it('gives all bytes, however short the reads', () => {
    expect(lines('ab\ncdefgh\n\ni', 0)).toEqual(['ab', 'cdefgh', '', 'i']);
    expect(lines('', 0)).toEqual([]);
  });

  it('gives a range its records: those that begin behind its first byte, up to its end', () => {
    const text = 'ab\ncd\nef\n';
    for (let cut = 1; cut < text.length; cut++) {
      const rest = text.length - cut;
      expect([...lines(text, 0, { length: cut }), ...lines(text, cut, { length: rest })]).toEqual(['ab', 'cd', 'ef']);
    }
  });

  it('skips to the first line end of either kind, or to a line feed alone', () => {
    expect(lines('ab\rcd\nef', 1)).toEqual(['cd', 'ef']);
    expect(lines('ab\r\ncd', 1)).toEqual(['cd']);
    expect(lines('ab\r\ncd', 3)).toEqual(['cd']);
    expect(lines('ab\rcd\nef', 1, { isReturnLineEnd: false })).toEqual(['ef']);
    expect(lines('abcd', 1)).toEqual([]);
    expect(lines('ab\r', 1)).toEqual([]);
  });

  it('drops a byte-order mark, and tells where bytes are', () => {
    const buffer = open('\ufeffab', 0, {});
    buffer.fill();
    expect([buffer.from, buffer.offsetOf(buffer.from)]).toEqual([3, 3]);
    expect(buffer.bytes.toString('utf8', buffer.from, buffer.to)).toBe('ab');
  });

  it('stops at the longest record', () => {
    expect(() => lines('x'.repeat(100), 0)).toThrow(
      /LIMIT_EXCEEDED: the length in bytes of a record of in is at least \d+, over the limit of 64/,
    );
    expect(lines(`${'x'.repeat(63)}\n`, 0)).toEqual(['x'.repeat(63)]);
    expect(lines(`${'x'.repeat(500)}\nab`, 1)).toEqual(['ab']);
  });
});

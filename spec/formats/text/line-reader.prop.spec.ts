import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { LineReader } from '../../../formats/text/line-reader.ts';
import { allLines, sourceOf } from '../../support/bytes.ts';

/** The plain twin: the whole text at once. */
function plainLines(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function linesOf(bytes: Uint8Array, start: number, length: number, chunkBytes: number, most?: number): string[] {
  const stream = new SourceStream(sourceOf(bytes, most), start);
  return allLines(new LineReader(stream, { path: 'a.txt', length, atStart: start === 0, chunkBytes }));
}

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('\n', '\r', '\r\n', 'a', 'bc', '') },
  { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('é', '日本', '😀', '\ufeff', '\u2028') },
);
const bytes = fc
  .array(fc.oneof({ weight: 8, arbitrary: piece.map((s) => Buffer.from(s)) }, fc.uint8Array({ maxLength: 4 })), {
    maxLength: 40,
  })
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

it('gives every line once, whatever the splits, the chunks and the short reads', () => {
  fc.assert(
    fc.property(
      bytes,
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (text, sizes, chunkBytes, most) => {
        const lines: string[] = [];
        for (let start = 0, i = 0; start < text.length; i++) {
          const length = Math.min(sizes[i % sizes.length] as number, text.length - start);
          lines.push(...linesOf(text, start, length, chunkBytes, most));
          start += length;
        }
        expect(lines).toEqual(plainLines(text));
      },
    ),
    { numRuns: 5000, seed: 20 },
  );
});

it('gives a line to the split that holds the byte before it', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 }), (text, cut, chunkBytes) => {
      const end = Math.min(cut, text.length);
      if (end === 0) return;
      const first = linesOf(text, 0, end, chunkBytes);
      // Up to the first terminator that ends at or beyond the cut, judged on bytes.
      let at = 0;
      let expected = 0;
      while (at < text.length && at <= end) {
        while (at < text.length && text[at] !== 10 && text[at] !== 13) at++;
        at += text[at] === 13 && text[at + 1] === 10 ? 2 : 1;
        expected++;
      }
      const mark = text.length === 3 && text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
      expect(first.length).toBe(mark ? 0 : expected);
    }),
    { numRuns: 3000, seed: 21 },
  );
});

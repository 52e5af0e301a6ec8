import { describe, expect, it } from 'vitest';
import { cutLines, decodeText } from '../../../formats/text/cut-lines.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function cut(text: string | Uint8Array): string[] {
  const lines: string[] = [];
  cutLines(Buffer.from(text as string), lines);
  return lines;
}

describe('cutLines', () => {
  it('cuts short, long, two-byte and mixed lines alike', () => {
    const random = seededRandom(1);
    const alphabets = ['ab', 'aé', 'a日😀'].map((letters) => Array.from(letters));
    for (const terminators of [['\n'], ['\n', '\r\n'], ['\r'], ['\n', '\r', '\r\n']]) {
      for (const alphabet of alphabets) {
        for (const longest of [1, 4, 12, 13, 14, 100]) {
          const lines = Array.from({ length: 300 }, () =>
            Array.from(
              { length: 1 + Math.floor(random() * longest) },
              () => alphabet[Math.floor(random() * alphabet.length)],
            ).join(''),
          );
          const text = lines.map((line) => line + terminators[Math.floor(random() * terminators.length)]).join('');
          expect(cut(text)).toEqual(lines);
        }
      }
    }
  });

  it('gives empty lines', () => {
    expect(cut('\n\n\r\r\n\n')).toEqual(['', '', '', '', '']);
    expect(cut('\n')).toEqual(['']);
    expect(cut('\r\r')).toEqual(['', '']);
    expect(cut('')).toEqual([]);
  });

  it('replaces what is not UTF-8 within its line', () => {
    expect(cut(Uint8Array.of(0x61, 0xe2, 0x82, 0x0a, 0xff, 0x0a))).toEqual(['a\ufffd', '\ufffd']);
  });
});

it('decodeText takes bytes as UTF-8', () => {
  expect([decodeText(Buffer.from('plain')), decodeText(Buffer.from('ça')), decodeText(Buffer.from([0x80]))]).toEqual([
    'plain',
    'ça',
    '\ufffd',
  ]);
});

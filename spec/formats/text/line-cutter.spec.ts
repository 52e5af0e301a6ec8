import { describe, expect, it } from 'vitest';
import { LineCutter, nextTerminator } from '../../../formats/text/line-cutter.ts';
import { CairnError } from '../../../lib/base/errors.ts';

function cut(...chunks: readonly (string | Uint8Array)[]): string[] {
  const cutter = new LineCutter('a.txt');
  const lines: string[] = [];
  for (const chunk of chunks) cutter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, lines);
  cutter.finish(lines);
  return lines;
}

describe('LineCutter', () => {
  it('ends lines at \\n, \\r\\n and a lone \\r', () => {
    expect(cut('a\nb\r\nc\rd\n\re\r\r\nf')).toEqual(['a', 'b', 'c', 'd', '', 'e', '', 'f']);
  });

  it('takes \\r and \\n in two chunks for one terminator', () => {
    expect(cut('a\r', '\nb\r', 'c\r', '\n')).toEqual(['a', 'b', 'c']);
  });

  it('gives empty lines, but none after the last terminator', () => {
    expect(cut('')).toEqual([]);
    expect(cut('\n')).toEqual(['']);
    expect(cut('\n\n')).toEqual(['', '']);
    expect(cut('a\n')).toEqual(['a']);
  });

  it('joins a character that was cut between chunks', () => {
    const bytes = Buffer.from('x€y\n');
    expect(cut(bytes.subarray(0, 2), bytes.subarray(2, 3), bytes.subarray(3))).toEqual(['x€y']);
  });

  it('replaces invalid bytes by U+FFFD and keeps the lines around them', () => {
    expect(cut(Uint8Array.of(0x61, 0xff, 0x0a, 0xe2, 0x82, 0x0a, 0x62))).toEqual(['a\ufffd', '\ufffd', 'b']);
  });

  it('leaves other separators of Unicode in the line', () => {
    expect(cut('a\u2028b\u0085c\x0bd\x0ce\n')).toEqual(['a\u2028b\u0085c\x0bd\x0ce']);
  });

  it('does not keep the chunk it was given', () => {
    const cutter = new LineCutter('a.txt');
    const lines: string[] = [];
    const chunk = Buffer.from('one\ntw');
    cutter.push(chunk, lines);
    chunk.fill(0x21);
    cutter.push(Buffer.from('o\n'), lines);
    expect(lines).toEqual(['one', 'two']);
  });

  it('refuses a line over the limit, and takes one of exactly the limit', () => {
    const lines: string[] = [];
    const fits = new LineCutter('a.txt', 8);
    fits.push(Buffer.from('1234'), lines);
    fits.push(Buffer.from('5678'), lines);
    fits.push(Buffer.from('\n'), lines);
    expect(lines).toEqual(['12345678']);
    const over = new LineCutter('a.txt', 8);
    over.push(Buffer.from('12345'), lines);
    expect(() => over.push(Buffer.from('6789'), lines)).toThrow(/LIMIT_EXCEEDED.*a line of a\.txt/);
  });

  it('drops what comes before the first terminator when told to', () => {
    const cutter = new LineCutter('a.txt', 100, true);
    const lines: string[] = [];
    cutter.push(Buffer.from('rest of it'), lines);
    expect(cutter.skipping).toBe(true);
    cutter.push(Buffer.from(' and more\r'), lines);
    expect(cutter.skipping).toBe(false);
    cutter.push(Buffer.from('\nmine\n'), lines);
    expect(lines).toEqual(['mine']);
  });

  it('skips a line of any length without keeping it', () => {
    const cutter = new LineCutter('a.txt', 8, true);
    const lines: string[] = [];
    for (let i = 0; i < 10; i++) cutter.push(Buffer.from('0123456789'), lines);
    cutter.push(Buffer.from('\nb\n'), lines);
    expect(lines).toEqual(['b']);
  });
});

it('nextTerminator finds the nearer of \\r and \\n', () => {
  const bytes = Buffer.from('ab\rc\nd');
  expect([0, 3, 5].map((from) => nextTerminator(bytes, from))).toEqual([2, 4, -1]);
  expect(nextTerminator(Buffer.from('a\nb\r'), 0)).toBe(1);
});

it('errors name their code', () => {
  const cutter = new LineCutter('a.txt', 1);
  try {
    cutter.push(Buffer.from('ab'), []);
    expect.unreachable();
  } catch (error) {
    expect(CairnError.is(error, 'LIMIT_EXCEEDED')).toBe(true);
  }
});

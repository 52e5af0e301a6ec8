import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { decodeTexts, readTextBlock, writeTextBlock, writeTexts } from '../../../formats/record/text-block.ts';

function written(texts: readonly string[]): Uint8Array {
  const out = new ByteWriter();
  writeTexts(out, texts, 0);
  return out.take();
}

describe('a text block', () => {
  it.each<[string, string[]]>([
    ['nothing', []],
    ['empty strings', ['', '', '']],
    ['ASCII of all lengths', Array.from({ length: 60 }, (_, i) => 'abcdefghij'.repeat(6).slice(0, i))],
    ['text of many languages', ['ascii', 'é', '日本語', '\u{1f600}', 'a'.repeat(20), 'ß'.repeat(300), '']],
    ['lone surrogates', ['\ud800', 'ok', '\udc00x', `${'long '.repeat(20)}\ud800`]],
    ['short strings over several chunks', Array.from({ length: 30_000 }, (_, i) => `key ${i}`)],
    [
      'long strings among short ones',
      Array.from({ length: 50 }, (_, i) => (i % 7 === 0 ? 'x'.repeat(70_000) : `s${i}`)),
    ],
  ])('gives back %s', (_, texts) => {
    const source = new ByteReader(written(texts));
    const block = readTextBlock(source, texts.length);
    source.end();
    expect(decodeTexts(block)).toEqual(texts);
    const again = new ByteWriter();
    writeTextBlock(again, block, 0);
    expect(Buffer.compare(again.bytes(), written(texts))).toBe(0);
  });

  it('keeps lengths in the narrowest array', () => {
    const lengthsOf = (text: string) => readTextBlock(new ByteReader(written([text])), 1).lengths.constructor.name;
    expect(['x', 'x'.repeat(256), 'x'.repeat(65_536)].map(lengthsOf)).toEqual([
      'Uint8Array',
      'Uint16Array',
      'Int32Array',
    ]);
  });

  it('refuses lengths that do not add up, unknown forms and encodings', () => {
    const bytes = written(['ab', 'c']);
    const broken = (at: number, value: number) => {
      const copy = bytes.slice();
      copy[at] = value;
      return () => readTextBlock(new ByteReader(copy), 2);
    };
    expect(broken(0, 2)).toThrow('CORRUPT_DATA');
    expect(broken(1, 2)).toThrow('CORRUPT_DATA');
    expect(broken(bytes.length - 1, 9)).toThrow('CORRUPT_DATA');
    const mixed = written(['é']);
    mixed[7] = 3;
    expect(() => readTextBlock(new ByteReader(mixed), 1)).toThrow('encoding');
    expect(() => readTextBlock(new ByteReader(written([])), 1e9)).toThrow('CORRUPT_DATA');
  });
});

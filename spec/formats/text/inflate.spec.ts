import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BitInput } from '../../../formats/text/bit-input.ts';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { Inflater } from '../../../formats/text/inflate.ts';
import { sourceOf } from '../../support/bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function inflate(bytes: Uint8Array, most?: number): { content: Buffer; offset: number } {
  const input = new BitInput(new SourceStream(sourceOf(bytes, most)), 'a.gz');
  const inflater = new Inflater(input);
  const parts: Buffer[] = [];
  for (let next = inflater.next(); next !== undefined; next = inflater.next()) parts.push(Buffer.from(next));
  return { content: Buffer.concat(parts), offset: input.offset };
}

function sample(kind: string): Buffer {
  const random = seededRandom(7);
  switch (kind) {
    case 'nothing':
      return Buffer.alloc(0);
    case 'one byte':
      return Buffer.from('x');
    case 'zeros':
      return Buffer.alloc(1_000_000);
    case 'noise':
      return Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(random() * 256)));
    default:
      return Buffer.from(
        Array.from({ length: 40_000 }, (_, i) => `${i} ${Math.floor(random() * 1000)} word${i % 97}\n`).join(''),
      );
  }
}

describe('Inflater', () => {
  for (const kind of ['nothing', 'one byte', 'zeros', 'noise', 'text']) {
    it(`gives back ${kind} from every kind of block`, () => {
      const content = sample(kind);
      for (const options of [
        { level: 0 },
        { level: 1 },
        { level: 9 },
        { strategy: constants.Z_FIXED },
        { strategy: constants.Z_HUFFMAN_ONLY },
        { strategy: constants.Z_RLE },
      ]) {
        const packed = deflateRawSync(content, options);
        const found = inflate(packed);
        expect(found.content.equals(content)).toBe(true);
        expect(found.offset).toBe(packed.length);
      }
    });
  }

  it('works when the input comes byte by byte', () => {
    const content = sample('text').subarray(0, 20_000);
    expect(inflate(deflateRawSync(content), 1).content.equals(content)).toBe(true);
  });

  it('stops at the end of its stream and leaves what follows', () => {
    const packed = deflateRawSync(Buffer.from('abc'));
    expect(inflate(Buffer.concat([packed, Buffer.from('more')])).offset).toBe(packed.length);
  });

  it('starts anew where the input is', () => {
    const [one, two] = [deflateRawSync(Buffer.from('one')), deflateRawSync(Buffer.from('two'))];
    const inflater = new Inflater(new BitInput(new SourceStream(sourceOf(Buffer.concat([one, two]))), 'a.gz'));
    const text: string[] = [];
    for (const _ of [1, 2]) {
      for (let next = inflater.next(); next !== undefined; next = inflater.next())
        text.push(Buffer.from(next).toString());
      inflater.restart();
    }
    expect(text).toEqual(['one', 'two']);
  });

  it('names what is wrong with a damaged stream', () => {
    const cases: [number[], RegExp][] = [
      [[0b111], /block of type 0, 1 or 2/],
      [[0b001, 1, 0, 1, 0], /stored block.*do not agree/],
      // Fixed codes: a distance of 1 before anything was written.
      [[0b011 | (0b000000 << 3) | 0x00, 0x02, 0x00], /distance within the data|more compressed data/],
      [[], /more compressed data.*the end of the file/],
      [[0b101, 0xff, 0xff, 0xff], /at most 286 and 30 codes/],
    ];
    for (const [bytes, message] of cases) expect(() => inflate(Uint8Array.from(bytes))).toThrow(message);
  });
});

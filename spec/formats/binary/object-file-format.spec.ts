import { describe, expect, it } from 'vitest';
import {
  decodeObjectFooter,
  encodeObjectFooter,
  OBJECT_FILE_HEADER,
  ObjectFileTotals,
  readObjectHeader,
} from '../../../formats/binary/object-file-format.ts';
import { expectGolden } from '../../support/golden.ts';
import { frameOf } from '../../support/stored-batches.ts';

const hex = (bytes: Uint8Array): string =>
  (Buffer.from(bytes).toString('hex').match(/.{16}/g) ?? [])
    .map((line) => line.replace(/(..)/g, '$1 ').trim())
    .join('\n');

describe('the header', () => {
  it('says what the file is, and its version', () => {
    expect(readObjectHeader(OBJECT_FILE_HEADER)).toBe(1);
    expect(readObjectHeader(Buffer.from('CAIRNOBX........'))).toBeUndefined();
    expect(readObjectHeader(OBJECT_FILE_HEADER.subarray(0, 12))).toBeUndefined();
  });
});

describe('the footer', () => {
  it('gives back its numbers', () => {
    const footer = { recordCount: 2 ** 40, frameCount: 7, bodyBytes: 2 ** 41, chain: 0xdeadbeef };
    expect(decodeObjectFooter(encodeObjectFooter(footer))).toEqual(footer);
  });

  it('is refused with any bit changed', () => {
    const footer = encodeObjectFooter({ recordCount: 5, frameCount: 1, bodyBytes: 64, chain: 1 });
    for (let bit = 0; bit < footer.length * 8; bit++) {
      const changed = Uint8Array.from(footer);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(decodeObjectFooter(changed), `bit ${bit}`).toBeUndefined();
    }
  });

  it('depends on the order of the frames', () => {
    const [a, b] = [frameOf([1]), frameOf([2])];
    const [one, other] = [new ObjectFileTotals(), new ObjectFileTotals()];
    for (const frame of [a, b]) one.add(frame, 1);
    for (const frame of [b, a]) other.add(frame, 1);
    expect(one.chain).not.toBe(other.chain);
    expect([one.recordCount, one.frameCount, one.bodyBytes]).toEqual([2, 2, a.length + b.length]);
  });
});

it('the bytes around the frames are those of FORMAT.md', () => {
  const totals = new ObjectFileTotals();
  totals.add(frameOf(['x', 'y']), 2);
  expectGolden(
    'formats/binary/object-file.hex.txt',
    `header\n${hex(OBJECT_FILE_HEADER)}\nfooter\n${hex(encodeObjectFooter(totals))}`,
  );
});

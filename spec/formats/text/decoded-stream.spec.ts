import { describe, expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { DecodedStream, isKnownEncoding, isUtf8, refuseUtf16 } from '../../../formats/text/decoded-stream.ts';
import { drain, sourceOf } from '../../support/bytes.ts';

function decode(bytes: Uint8Array, encoding: string, most = 1): string {
  return drain(new DecodedStream(new SourceStream(sourceOf(bytes, most)), encoding), 3).toString();
}

const big = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

describe('DecodedStream', () => {
  it('gives UTF-8, wherever the bytes are cut', () => {
    const text = 'aé€😀\n';
    expect(decode(Buffer.from(text, 'utf16le'), 'utf-16le')).toBe(text);
    expect(decode(big(text), 'utf-16be')).toBe(text);
    expect(decode(Buffer.from('aé\n', 'latin1'), 'latin1')).toBe('aé\n');
    expect(decode(Buffer.from([0x80]), 'windows-1252')).toBe('€');
    expect(decode(Buffer.alloc(0), 'utf-16')).toBe('');
  });

  it('finds the order of bytes in the mark of UTF-16, and drops it', () => {
    expect(decode(big('\ufeffab'), 'UTF-16')).toBe('ab');
    expect(decode(Buffer.from('\ufeffab', 'utf16le'), 'utf-16')).toBe('ab');
    expect(decode(Buffer.from('ab', 'utf16le'), 'utf-16')).toBe('ab');
  });

  it('gives U+FFFD for what is invalid, also at the end', () => {
    expect(decode(Buffer.from([0x61, 0x00, 0x62]), 'utf-16le')).toBe('a\ufffd');
    expect(decode(Buffer.from([0x00, 0xd8, 0x61, 0x00]), 'utf-16le')).toBe('\ufffda');
  });
});

describe('encodings', () => {
  it('are known by the names that the WHATWG has', () => {
    expect(['latin1', 'shift_jis', 'utf-16', 'utf-32', ''].map(isKnownEncoding)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('are UTF-8 under several names', () => {
    expect([undefined, 'UTF-8', 'utf8', 'latin1'].map(isUtf8)).toEqual([true, true, true, false]);
  });

  it('are refused by their marks where UTF-8 is expected', () => {
    expect(() => refuseUtf16(Uint8Array.of(0xff, 0xfe), 'in.csv')).toThrow(/TEXT_ENCODING: in.csv/);
    expect(() => refuseUtf16(Uint8Array.of(0xfe, 0xff), 'in.csv')).toThrow(/TEXT_ENCODING/);
    refuseUtf16(Uint8Array.of(0xef, 0xbb, 0xbf), 'in.csv');
    refuseUtf16(new Uint8Array(0), 'in.csv');
  });
});

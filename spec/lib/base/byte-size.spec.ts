import { describe, expect, it } from 'vitest';
import { formatByteSize, formatBytes, parseByteSize } from '../../../lib/base/byte-size.ts';

describe('parseByteSize', () => {
  it.each([
    [4096, 4096],
    ['0', 0],
    ['64 KiB', 65536],
    ['512k', 524288],
    ['1.5 GiB', 1610612736],
    [' 2g ', 2147483648],
    ['3TB', 3298534883328],
    ['10b', 10],
  ])('reads %o', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each([
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    '',
    ' ',
    'MiB',
    '-1k',
    '1 x',
    '1e3',
    '0x10',
    '1 constructor',
    '1,5 GiB',
    '99999999 TiB',
  ])('does not take %o for a size', (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });
});

describe('formatByteSize', () => {
  it.each([
    [0, '0.0 B'],
    [432, '432.0 B'],
    [1024, '1024.0 B'],
    [2047, '2047.0 B'],
    [2048, '2.0 KiB'],
    [10240, '10.0 KiB'],
    [2097151, '2048.0 KiB'],
    [2097152, '2.0 MiB'],
    [2 ** 61, '2.0 EiB'],
  ])('writes %d as Spark does', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [2047, '2047 B'],
    [2048, '2.0 KiB'],
    [1.5 * 1024 ** 3, '1536.0 MiB'],
    [2 ** 31, '2.0 GiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

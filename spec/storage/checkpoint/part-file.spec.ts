import { expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import {
  encodePartEnd,
  encodePartHeader,
  PART_FOOTER_BYTES,
  PART_HEADER_BYTES,
  type PartIdentity,
  readPartContents,
} from '../../../storage/checkpoint/part-file.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { writeFile } from '../../support/write-file.ts';
import { DIRECTORY, PARTITIONS, writeCheckpoint } from './example-checkpoint.ts';

const IDENTITY: PartIdentity = { owner: 'f00d', partition: 2, partitionCount: 3 };

function contentsOf(bytes: Uint8Array, identity = IDENTITY): ReturnType<typeof readPartContents> {
  const fs = new MemoryFileSystem();
  writeFile(fs, '/part', bytes);
  using file = fs.open('/part', 'read');
  return readPartContents(file, identity);
}

test('a part is these bytes', () => {
  const fs = new MemoryFileSystem();
  writeCheckpoint(fs);
  const bytes = Buffer.from(fs.readFile(`${DIRECTORY}/part-00002`));
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const hex = bytes.toString('hex', at, Math.min(at + 16, bytes.length)).replace(/(..)(?=.)/g, '$1 ');
    const text = bytes.toString('latin1', at, at + 16).replace(/[^ -~]/g, '.');
    lines.push(`${String(at).padStart(4)}  ${hex.padEnd(47)}  ${text}`);
  }
  expectGolden('storage/checkpoint/part.dump.txt', lines.join('\n'));
  expect(PARTITIONS[2]).toHaveLength(2);
});

test('what was written is what is read', () => {
  const header = encodePartHeader(IDENTITY, 'zstd');
  const end = encodePartEnd(IDENTITY, header, []);
  expect([header.length, end.bytes.length]).toEqual([PART_HEADER_BYTES, PART_FOOTER_BYTES]);
  expect(contentsOf(Buffer.concat([header, end.bytes]))).toEqual({
    ...{ codec: 'zstd', chunks: [], rows: 0, checksum: end.checksum },
  });
});

test('a part is told from every other by its header, and from one with another owner’s seed', () => {
  const header = encodePartHeader(IDENTITY, 'none');
  const whole = Buffer.concat([header, encodePartEnd(IDENTITY, header, []).bytes]);
  const others: readonly (readonly [Partial<PartIdentity>, RegExp])[] = [
    [{ partition: 1 }, /at byte 16: expected part 1, found part 2/],
    [{ partitionCount: 4 }, /at byte 20: expected a part of 4, found one of 3/],
    [{ owner: 'beef' }, /at byte 24: expected a part of this checkpoint, found a part of another one/],
  ];
  for (const [change, message] of others) expect(() => contentsOf(whole, { ...IDENTITY, ...change })).toThrow(message);
  const mixed = Buffer.concat([header, encodePartEnd({ ...IDENTITY, owner: 'beef' }, header, []).bytes]);
  expect(() => contentsOf(mixed)).toThrow(/expected checksum/);
});

test('a later release’s part is refused as such, a damaged version is damage', () => {
  const header = encodePartHeader(IDENTITY, 'none');
  const whole = Buffer.concat([header, encodePartEnd(IDENTITY, header, []).bytes]);
  whole.writeUInt32LE(2, 8);
  expect(() => contentsOf(whole)).toThrow(/CORRUPT_FILE: \/part is damaged at byte 44/);
  const later = Buffer.from(whole);
  const { checksum } = versioned(later);
  later.writeUInt32LE(checksum, 44);
  let raised: unknown;
  try {
    contentsOf(later);
  } catch (error) {
    raised = error;
  }
  expect(CairnError.is(raised, 'UNSUPPORTED_VERSION')).toBe(true);
  expect(String(raised)).toMatch(/\/part has format version 2; this release reads up to 1/);
});

test('a chunk count that does not fit the file is refused before the table is read', () => {
  const header = encodePartHeader(IDENTITY, 'none');
  const whole = Buffer.concat([header, encodePartEnd(IDENTITY, header, []).bytes]);
  whole.writeUInt32LE(0xffff_ffff, PART_HEADER_BYTES + 16);
  expect(() => contentsOf(whole)).toThrow(/CORRUPT_FILE: .* bytes of frames, found 0/);
});

function versioned(part: Buffer): { readonly checksum: number } {
  // The header's own checksum, made right again by its rule in FORMAT.md.
  return { checksum: crc(part.subarray(0, 44)) };
}

/** CRC-32 as any other program would have it, bit by bit. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb8_8320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

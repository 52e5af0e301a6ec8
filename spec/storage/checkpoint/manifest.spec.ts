import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checksum } from '../../../formats/bytes/checksum.ts';
import type { CheckpointPart } from '../../../storage/checkpoint/checkpoint-part.ts';
import { describeCheckpoint, encodeManifest, readManifest } from '../../../storage/checkpoint/manifest.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { writeFile } from '../../support/write-file.ts';
import { exampleDescription } from './example-checkpoint.ts';

const PARTS: readonly CheckpointPart[] = [
  { partition: 0, bytes: 200, rows: 3, checksum: 0x0102_0304, codec: 'none', classes: [{ name: 'Point', version: 2 }] },
  {
    ...{ partition: 1, bytes: 300, rows: 2 ** 33, checksum: 0xffff_ffff, codec: 'zstd' as const },
    classes: [
      { name: 'Line', version: 0 },
      { name: 'Point', version: 2 },
    ],
  },
];

const MANIFEST = describeCheckpoint('f00d', exampleDescription(), PARTS);

function read(bytes: Uint8Array): ReturnType<typeof readManifest> {
  const fs = new MemoryFileSystem();
  writeFile(fs, '/m', bytes);
  return readManifest(fs, '/m');
}

/** The lines of a manifest, sealed as a writer seals them. */
function sealed(...lines: readonly (string | object)[]): Buffer {
  const body = Buffer.from(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return Buffer.concat([body, Buffer.from(`{"crc32":"${checksum(body).toString(16).padStart(8, '0')}"}\n`)]);
}

const [HEAD, ...PART_LINES] = Buffer.from(encodeManifest(MANIFEST))
  .toString()
  .trim()
  .split('\n')
  .slice(0, -1)
  .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a manifest', () => {
  it('is these lines', () => {
    expectGolden('storage/checkpoint/manifest.txt', Buffer.from(encodeManifest(MANIFEST)).toString());
  });

  it('says what the parts add up to, and each class once', () => {
    expect(MANIFEST).toMatchObject({
      ...{ partitionCount: 2, rows: 2 ** 33 + 3, bytes: 500 },
      classes: [
        { name: 'Line', version: 0 },
        { name: 'Point', version: 2 },
      ],
    });
    expect(read(encodeManifest(MANIFEST))).toEqual(MANIFEST);
  });

  it('keeps names of any text', () => {
    for (const name of ['', ' ', 'ü "\\" \n \u0000 \u2028', '\ud800', '__proto__', null]) {
      const manifest = describeCheckpoint(
        'f00d',
        exampleDescription({ name, fingerprint: null, partitioner: null }),
        [],
      );
      expect(read(encodeManifest(manifest))).toEqual(manifest);
    }
  });

  it('is read by programs that know JSON and CRC-32', () => {
    const script = `
      const lines = require('node:fs').readFileSync(0, 'latin1').split('\\n');
      const body = lines.slice(0, -2).join('\\n') + '\\n';
      const sum = require('node:zlib').crc32(Buffer.from(body, 'latin1')).toString(16).padStart(8, '0');
      process.stdout.write(JSON.parse(lines.at(-2)).crc32 === sum ? JSON.parse(lines[1]).part : 'damaged');`;
    const output = execFileSync(process.execPath, ['-e', script], { input: encodeManifest(MANIFEST) });
    expect(output.toString()).toBe('part-00000');
  });
});

describe('a manifest is refused', () => {
  const DAMAGED: readonly (readonly [what: string, message: RegExp, bytes: Uint8Array])[] = [
    ['that is empty', /byte 0: expected the last line of a manifest/, new Uint8Array(0)],
    ['of a checksum alone', /expected a whole line, found the end/, Buffer.from('{"crc32":"00000000"}\n')],
    [
      'in capitals',
      /the last line/,
      Buffer.from(
        sealed(HEAD as object, ...(PART_LINES as object[]))
          .toString()
          .replace(/crc32":"\w+"}\n$/, (end) => end.toUpperCase()),
      ),
    ],
    ['of another program', /format to be 'cairn-checkpoint', found "other"/, sealed({ ...HEAD, format: 'other' })],
    ['with a line too few', /number of parts to be 2, found 1/, sealed(HEAD as object, PART_LINES[0] as object)],
    [
      'with a line too many',
      /part to be 'part-00002', found "part-00001"/,
      sealed(HEAD as object, ...(PART_LINES as object[]), PART_LINES[1] as object),
    ],
    [
      'with parts exchanged',
      /part to be 'part-00000', found "part-00001"/,
      sealed(HEAD as object, ...(PART_LINES.toReversed() as object[])),
    ],
    [
      'that names a path',
      /found "\.\.\/part-00000"/,
      sealed(HEAD as object, { ...PART_LINES[0], part: '../part-00000' }),
    ],
    ['whose sums differ', /sum of rows to be 9/, sealed({ ...HEAD, rows: 9 }, ...(PART_LINES as object[]))],
    ['with a negative length', /bytes to be a whole number/, sealed(HEAD as object, { ...PART_LINES[0], bytes: -1 })],
    ['with half a record', /rows to be a whole number/, sealed(HEAD as object, { ...PART_LINES[0], rows: 0.5 })],
    ['with a length beyond 2^53', /bytes to be/, sealed(HEAD as object, { ...PART_LINES[0], bytes: 2 ** 53 })],
    [
      'with an unknown codec',
      /codec to be one of none, zstd, deflate/,
      sealed(HEAD as object, { ...PART_LINES[0], codec: 'lz4' }),
    ],
    [
      'with an odd checksum',
      /crc32 to be eight hex digits/,
      sealed(HEAD as object, { ...PART_LINES[0], crc32: 'xyz' }),
    ],
    ['without an owner', /owner to be a text/, sealed({ ...HEAD, owner: '' })],
    ['with a name that is a number', /name to be a text, found 7/, sealed({ ...HEAD, name: 7 })],
    ['with classes that are none', /classes to be a list/, sealed({ ...HEAD, classes: { length: 2 ** 40 } })],
    ['with a class that is none', /classes to be a list of objects/, sealed({ ...HEAD, classes: [3] })],
    ['with a partitioner that is a list', /partitioner to be an object or null/, sealed({ ...HEAD, partitioner: [1] })],
    [
      'with more partitions than can be',
      /partitionCount to be a whole number/,
      sealed({ ...HEAD, partitionCount: 2 ** 33 }),
    ],
    [
      'of promised partitions',
      /number of parts to be 4294967295, found 0/,
      sealed({ ...HEAD, partitionCount: 2 ** 32 - 1 }),
    ],
    ['that is no JSON', /expected a line of JSON/, sealed('{')],
    ['that is a list', /expected a JSON object/, sealed('[]')],
    ['nested without end', /expected a line of JSON|partitioner/, sealed(`{"partitioner":${'['.repeat(100_000)}`)],
    ['whose fields are inherited', /format to be/, sealed(`{"__proto__":${JSON.stringify(HEAD)}}`)],
  ];

  it.each(DAMAGED)('%s', (_, message, bytes) => {
    expect(() => read(bytes)).toThrow(message);
    expect(() => read(bytes)).toThrow(/^CORRUPT_FILE: \/m is damaged at byte \d+/);
  });

  it('of a later release, which is told from a damaged one', () => {
    expect(() => read(sealed({ ...HEAD, version: 2 }))).toThrow(/UNSUPPORTED_VERSION: \/m has format version 2/);
  });

  it('larger than can be, before it is read', () => {
    const fs = new MemoryFileSystem();
    let limit: number | undefined;
    const limited: MemoryFileSystem = Object.create(fs, {
      readFile: {
        value: (_: string, limitBytes?: number) => {
          limit = limitBytes;
          return encodeManifest(MANIFEST);
        },
      },
    });
    readManifest(limited, '/m');
    expect(limit).toBe(256 * 1024 * 1024);
  });
});

import { describe, expect, test } from 'vitest';
import { checksum } from '../../../formats/bytes/checksum.ts';
import { nodeId } from '../../../lib/base/ids.ts';
import { blockSeed, encodeTrailer, readTrailer } from '../../../storage/block/block-file.ts';
import { rddBlockId } from '../../../storage/block/block-id.ts';
import type { Chunk } from '../../../storage/spill/chunk-table.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const id = rddBlockId(nodeId(3), 7);
const chunks: readonly Chunk[] = [
  { partition: 0, rowCount: 5, sizeBytes: 40, checksum: 0x01020304 },
  { partition: 0, rowCount: 1, sizeBytes: 8, checksum: 0xfffefdfc },
];

function openFile(dataBytes: number, trailer: Uint8Array) {
  const fileSystem = new MemoryFileSystem();
  using file = fileSystem.open('/b', 'create');
  file.write(new Uint8Array(dataBytes), trailer);
  return fileSystem.open('/b', 'read');
}

/** The trailer changed and, where `resum` is set, given a checksum that fits. */
function forged(change: (view: DataView) => void, resum = true) {
  const trailer = encodeTrailer(id, chunks);
  const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.byteLength);
  change(view);
  if (resum) view.setUint32(trailer.length - 8, checksum(trailer.subarray(0, -8), blockSeed(id)), true);
  return openFile(48, trailer);
}

describe('the directory of a block file', () => {
  test('has the bytes that FORMAT.md draws', () => {
    const hex = [...encodeTrailer(id, chunks)].map((byte) => byte.toString(16).padStart(2, '0'));
    expectGolden('storage/block/trailer.dump.txt', hex.join(' ').replace(/(.{47}) /g, '$1\n'));
  });

  test('gives back its chunks', () => {
    expect(readTrailer(openFile(48, encodeTrailer(id, chunks)), id)).toEqual([
      { ...chunks[0], offset: 0 },
      { ...chunks[1], offset: 40 },
    ]);
    expect(readTrailer(openFile(0, encodeTrailer(id, [])), id)).toEqual([]);
  });

  test('belongs to one block', () => {
    const file = openFile(48, encodeTrailer(id, chunks));
    expect(() => readTrailer(file, rddBlockId(nodeId(3), 8))).toThrow("the checksum of rdd_3_8's directory");
  });

  test('is refused when it contradicts the file or itself', () => {
    const end = encodeTrailer(id, chunks).length;
    const bad = [
      openFile(47, encodeTrailer(id, chunks)),
      openFile(49, encodeTrailer(id, chunks)),
      openFile(0, new Uint8Array(0)),
      openFile(0, new Uint8Array(23)),
      forged((view) => view.setUint32(end - 4, 1, true)),
      forged((view) => view.setUint32(end - 12, 2, true)),
      forged((view) => view.setUint32(end - 16, 2 ** 32 - 1, true)),
      forged((view) => view.setBigUint64(end - 24, 2n ** 63n, true)),
      forged((view) => view.setUint32(4, 6, true), false),
      forged((view) => view.setUint32(8, 41, true)),
      forged((view) => view.setUint32(8, 0, true)),
    ];
    for (const file of bad) expect(() => readTrailer(file, id)).toThrow(/CORRUPT_(FILE|DATA)/);
  });
});

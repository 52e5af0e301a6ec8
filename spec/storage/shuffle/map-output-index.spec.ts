import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { checksum } from '../../../formats/bytes/checksum.ts';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { describeOutput, encodeIndex, ownerSeed, readIndex } from '../../../storage/shuffle/map-output-index.ts';
import { expectGolden } from '../../support/golden.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const owner = { shuffleId: shuffleId(2), mapIndex: 5, taskId: taskId(40) };
const chunks = [
  { partition: 1, rowCount: 3, sizeBytes: 24, checksum: 0x01020304 },
  { partition: 1, rowCount: 1, sizeBytes: 8, checksum: 0x05060708 },
  { partition: 3, rowCount: 9, sizeBytes: 16, checksum: 0xfffefdfc },
];

function fileOf(bytes: Uint8Array): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  using file = fileSystem.open('/i', 'create');
  file.write(bytes);
  return fileSystem;
}

function dump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${String(at).padStart(4)}  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

describe('the index of a map output', () => {
  test('has the bytes that FORMAT.md draws', () => {
    expectGolden('storage/shuffle/index.dump.txt', dump(encodeIndex(owner, 5, chunks)));
  });

  test('says where the chunks of each partition are', () => {
    const index = readIndex(fileOf(encodeIndex(owner, 5, chunks)), '/i', owner, 5);
    expect(index.dataBytes).toBe(48);
    expect(index.chunks.map(({ offset }) => offset)).toEqual([0, 24, 32]);
    expect([...index.firstChunk]).toEqual([0, 0, 2, 2, 3, 3]);
    expect(describeOutput(owner, 5, index.chunks)).toEqual({
      ...owner,
      partitionBytes: [0, 32, 0, 16, 0],
      partitionRows: [0, 4, 0, 9, 0],
    });
  });

  test('may be of no partitions and of no chunks', () => {
    const index = readIndex(fileOf(encodeIndex(owner, 0, [])), '/i', owner, 0);
    expect(index).toEqual({ chunks: [], firstChunk: new Int32Array(1), dataBytes: 0 });
  });

  test('is refused under another owner or partition count', () => {
    const fileSystem = fileOf(encodeIndex(owner, 5, chunks));
    for (const other of [
      { ...owner, shuffleId: shuffleId(3) },
      { ...owner, mapIndex: 6 },
      { ...owner, taskId: taskId(41) },
    ]) {
      expect(() => readIndex(fileSystem, '/i', other, 5)).toThrow('CORRUPT_FILE');
      expect(ownerSeed(other)).not.toBe(ownerSeed(owner));
    }
    expect(() => readIndex(fileSystem, '/i', owner, 4)).toThrow('CORRUPT_FILE');
    expect(() => readIndex(fileSystem, '/nothing', owner, 4)).toThrow('FILE_NOT_FOUND');
  });

  test('is refused when it contradicts itself, checksum or not', () => {
    const forge = (change: (bytes: Uint8Array, view: DataView) => void): MemoryFileSystem => {
      const bytes = encodeIndex(owner, 5, chunks);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      change(bytes, view);
      view.setUint32(bytes.length - 4, checksum(bytes.subarray(0, -4)), true);
      return fileOf(bytes);
    };
    const forged = [
      forge((_, view) => view.setUint32(0, 1, true)),
      forge((_, view) => view.setUint32(4, 2, true)),
      forge((_, view) => view.setBigUint64(32, 49n, true)),
      forge((_, view) => view.setUint32(40, 2, true)),
      forge((_, view) => view.setUint32(40, 2 ** 32 - 1, true)),
      forge((_, view) => view.setUint32(44, 1, true)),
      forge((_, view) => view.setUint32(48 + 32, 5, true)),
    ];
    for (const fileSystem of forged) expect(() => readIndex(fileSystem, '/i', owner, 5)).toThrow(/CORRUPT_(FILE|DATA)/);
    const short = new ByteWriter();
    short.u32(checksum(new Uint8Array(0)));
    expect(() => readIndex(fileOf(short.take()), '/i', owner, 5)).toThrow('CORRUPT_FILE');
    expect(() => readIndex(fileOf(new Uint8Array(0)), '/i', owner, 5)).toThrow('CORRUPT_FILE');
  });
});

/**
 * What compressing map outputs and runs costs and saves: `npx tsx bench/micro/codecs.ts`. By codec and kind of record: the
 * bytes that are left, the speed of both ways in MB/s of raw bytes, in CPU time of one thread, and the speed of a disk
 * below which compressing makes a shuffle faster (each byte is written once and read once).
 */
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { compress, decompress, initCompression } from '../../formats/bytes/compression.ts';
import { decompressSnappy } from '../../formats/parquet/snappy.ts';
import { GrowingBytes } from '../../formats/parquet/write-buffers.ts';
import { compressSnappy } from '../../formats/parquet/write-snappy.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { rowBatch } from '../../formats/schema/batch.ts';
import { repeatable } from '../support/random.ts';

const ROUNDS = 7;
const ROWS = 200_000;
const FRAME_ROWS = 4096;

function frames(rowAt: (i: number) => unknown): Uint8Array[] {
  const rows = Array.from({ length: ROWS }, (_, i) => rowAt(i));
  const made: Uint8Array[] = [];
  for (let from = 0; from < ROWS; from += FRAME_ROWS) {
    using out = new ByteWriter();
    encodeFrame(rowBatch(rows, from, Math.min(ROWS, from + FRAME_ROWS)), out, { codec: 'none' });
    made.push(out.bytes().slice());
  }
  return made;
}

/** Median milliseconds of CPU, whatever else the machine does. */
function cpuMs(work: () => void): number {
  const times: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] as number;
}

/** In JavaScript: what a codec of our own would cost. */
const growing = new GrowingBytes();
const room = new ArrayBuffer(64 << 20);
const memory = { bytes: new Uint8Array(room), words: new Int32Array(room), view: new DataView(room) };
const HALF = 32 << 20;
const snappy = {
  name: 'snappy',
  down: (bytes: Uint8Array): Uint8Array => {
    growing.length = 0;
    compressSnappy(growing, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length);
    return growing.values.slice(0, growing.length);
  },
  up: (bytes: Uint8Array, rawLength: number): void => {
    memory.bytes.set(bytes);
    const end = decompressSnappy(memory, 0, bytes.length, HALF, HALF + rawLength);
    if (end !== HALF + rawLength) throw new Error('snappy gave another length');
  },
};
const codecs = [
  ...(['zstd', 'deflate'] as const).map((name) => ({
    name,
    down: (bytes: Uint8Array): Uint8Array => compress(name, bytes).slice(),
    up: (bytes: Uint8Array, rawLength: number): void => void decompress(name, bytes, rawLength),
  })),
  snappy,
];

await initCompression();
const random = repeatable(7);
const kinds: Readonly<Record<string, (i: number) => unknown>> = {
  'pairs of an int and a double': (i) => [Math.floor(random() * 1e6), i * random()],
  'words and counts': () => [`word ${Math.floor(random() * random() * 5000)}`, 1],
  'ids and counts': (i) => [`customer-${(i * 2_654_435_761) % 4_294_967_296}`, 1],
  objects: (i) => ({ id: i, name: `user_${Math.floor(random() * 1e5)}`, city: `city ${i % 50}`, v: random() * 100 }),
};
for (const [kind, rowAt] of Object.entries(kinds)) {
  const raw = frames(rowAt);
  const megabytes = raw.reduce((sum, bytes) => sum + bytes.length, 0) / 1e6;
  process.stdout.write(`\n${kind}: ${megabytes.toFixed(1)} MB in ${raw.length} frames\n`);
  for (const { name, down, up } of codecs) {
    let packed: Uint8Array[] = [];
    const downMs = cpuMs(() => {
      packed = raw.map(down);
    });
    const upMs = cpuMs(() => {
      packed.forEach((bytes, i) => {
        up(bytes, (raw[i] as Uint8Array).length);
      });
    });
    const left = packed.reduce((sum, bytes) => sum + bytes.length, 0) / 1e6;
    const speed = (ms: number): string => `${((megabytes / ms) * 1000).toFixed(0)} MB/s`;
    const breakEven = ((2 * (megabytes - left)) / (downMs + upMs)) * 1000;
    process.stdout.write(
      `${name.padEnd(8)} ${((100 * left) / megabytes).toFixed(0)} % left, down ${speed(downMs)}, up ${speed(upMs)}, ` +
        `pays below a disk of ${breakEven.toFixed(0)} MB/s\n`,
    );
  }
}

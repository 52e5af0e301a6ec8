/**
 * Records to frames and back, on one thread: `npx tsx bench/micro/record-codec.ts [wide] [small] [pairs] [values]`.
 * Prints the median of seven rounds after two for warming up. Baseline: v8.serialize of batches of the same size.
 */
import { deserialize, serialize } from 'node:v8';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { batchLength, rowBatch } from '../../formats/schema/batch.ts';

const ROUNDS = 7;
const WARM_UP = 2;
const ORIGIN = { path: 'bench', offset: 0 };

/** A linear congruential generator: the same records on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function wideRecords(count: number): unknown[] {
  const random = randomNumbers(5);
  const words = Array.from({ length: 2000 }, () =>
    random()
      .toString(36)
      .slice(2, 4 + Math.floor(random() * 9)),
  );
  return Array.from({ length: count }, () => {
    let text = '';
    while (text.length < 1000) text += `${words[Math.floor(random() * random() * 2000)]} `;
    const c = Buffer.from(text.slice(0, 1000), 'latin1').toString('latin1');
    const d = Array.from({ length: 100 }, () => Math.floor(random() * 1e6));
    return { a: Math.floor(random() * 1e6), b: random() * 1e6, c, d };
  });
}

function smallRecords(count: number): unknown[] {
  const random = randomNumbers(7);
  const cities = Array.from({ length: 50 }, (_, i) => `city ${i}`);
  return Array.from({ length: count }, (_, id) => ({
    id,
    v: random() * 100,
    name: Buffer.from(`user_${Math.floor(random() * 1e5)}`, 'latin1').toString('latin1'),
    city: cities[Math.floor(random() * 50)],
  }));
}

function pairs(count: number): unknown[] {
  const random = randomNumbers(9);
  return Array.from({ length: count }, () => [`key ${Math.floor(random() * 1000)}`, Math.floor(random() * 1e6)]);
}

function mixed(count: number): unknown[] {
  const random = randomNumbers(11);
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0
      ? { kind: 'click', x: Math.floor(random() * 1000), y: Math.floor(random() * 1000), at: random() }
      : { kind: 'key', code: `Key${String.fromCharCode(65 + (i % 26))}`, mods: ['shift', 'alt'] },
  );
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] as number;
}

function time(name: string, work: () => void): number {
  const times: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const start = performance.now();
    work();
    if (round >= 0) times.push(performance.now() - start);
  }
  const result = median(times);
  process.stdout.write(`${name.padEnd(34)} ${result.toFixed(1).padStart(8)} ms\n`);
  return result;
}

function run(name: string, rows: unknown[], batchRows: number): void {
  const starts: number[] = [];
  for (let i = 0; i < rows.length; i += batchRows) starts.push(i);
  const batches = starts.map((from) => rows.slice(from, from + batchRows));
  process.stdout.write(`\n${name}: ${rows.length} records in batches of ${batchRows}\n`);
  // As writers of blocks and runs do: frames are appended to one buffer, which is used again.
  const out = new ByteWriter({ initialBytes: 256 << 20 });
  const encode = time('encode to frames', () => {
    out.reset();
    for (const from of starts) {
      encodeFrame(rowBatch(rows, from, Math.min(rows.length, from + batchRows)), out, { codec: 'none' });
    }
  });
  const frames = out.take();
  const decode = time('decode frames to records', () => {
    for (const batch of decodeFrames(frames, ORIGIN)) if (batch.kind === 'columns') materializeRows(batch);
  });
  time('decode frames to batches', () => {
    let rowCount = 0;
    for (const batch of decodeFrames(frames, ORIGIN)) rowCount += batchLength(batch);
    if (rowCount !== rows.length) process.exitCode = 1;
  });
  let buffers: Buffer[] = [];
  const serialized = time('v8.serialize', () => {
    buffers = batches.map((batch) => serialize(batch));
  });
  const deserialized = time('v8.deserialize', () => {
    for (const buffer of buffers) deserialize(buffer);
  });
  const megabytes = frames.length / 1e6;
  const v8Megabytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0) / 1e6;
  process.stdout.write(
    `${megabytes.toFixed(1)} MB (v8 ${v8Megabytes.toFixed(1)}); encode ${((megabytes / encode) * 1000).toFixed(0)} MB/s, ` +
      `decode ${((megabytes / decode) * 1000).toFixed(0)} MB/s; ` +
      `${((serialized + deserialized) / (encode + decode)).toFixed(2)} times as fast as v8\n`,
  );
}

const wanted = new Set(process.argv.slice(2));
const isWanted = (name: string): boolean => wanted.size === 0 || wanted.has(name);
if (isWanted('wide')) run('wide', wideRecords(100_000), 1000);
if (isWanted('small')) run('small', smallRecords(500_000), 5000);
if (isWanted('pairs')) run('pairs', pairs(500_000), 5000);
if (isWanted('values')) run('values', mixed(200_000), 2000);

/**
 * One part of a checkpoint written and read, on one thread: `npx tsx bench/micro/checkpoint.ts [directory] [objects] [pairs]`.
 *
 * Baseline: the bytes of the finished part written by one call of node:fs after another, 1 MiB each, and synced. The
 * writer also encodes the records, which takes a processor and no disk: how long that alone takes is shown too, and
 * the checkpoint is compared with both together. `columns` are batches as they come from a shuffle or a cache, which
 * need no look for columns. Prints the best of fifteen rounds, baseline and part by turns, since a disk's speed changes
 * while it is measured.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { initCompression } from '../../formats/bytes/compression.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { decodeFrames } from '../../formats/record/record-reader.ts';
import { encodeFrame } from '../../formats/record/record-writer.ts';
import { type Batch, batchLength, type RowBatch, rowBatch } from '../../formats/schema/batch.ts';
import { beginCheckpoint, commitCheckpoint } from '../../storage/checkpoint/commit.ts';
import { openCheckpoint, openCheckpointPart, verifyCheckpoint } from '../../storage/checkpoint/open-checkpoint.ts';
import { CheckpointPartWriter } from '../../storage/checkpoint/part-writer.ts';
import { removeCheckpoint } from '../../storage/checkpoint/remove-checkpoint.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { WRITE_BYTES, writeBare } from '../support/write-bare.ts';

const ROWS = 1_000_000;
const BATCH_ROWS = 4096;
const ROUNDS = 15;

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function batchesOf(make: (i: number, random: () => number) => unknown): RowBatch[] {
  const random = randomNumbers(7);
  const batches: RowBatch[] = [];
  for (let from = 0; from < ROWS; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, ROWS - from);
    batches.push(rowBatch(Array.from({ length: count }, (_, i) => make(from + i, random))));
  }
  return batches;
}

function write(fileSystem: FileSystem, directory: string, batches: readonly Batch[], codec: 'none' | 'zstd'): void {
  const job = beginCheckpoint(fileSystem, { directory, owner: 'bench', partitionCount: 1 });
  using writer = new CheckpointPartWriter({ fileSystem, place: job, partition: 0, attempt: 0, codec });
  for (const batch of batches) writer.write(batch);
  commitCheckpoint(fileSystem, job, [writer.commit()], {
    ...{ name: null, fingerprint: null, run: 'aaaa0001', node: 0, createdAtMs: 0, partitioner: null, writer: 'bench' },
  });
}

/** As the writer does: frames are appended to one buffer, which is used again. */
function encode(batches: readonly Batch[], codec: 'none' | 'zstd'): void {
  using out = new ByteWriter();
  for (const batch of batches) {
    if (out.length > WRITE_BYTES) out.reset();
    encodeFrame(batch, out, { codec });
  }
}

function columnsOf(batches: readonly RowBatch[]): Batch[] {
  using out = new ByteWriter();
  for (const batch of batches) encodeFrame(batch, out, { codec: 'none' });
  return [...decodeFrames(out.take(), { path: 'bench', offset: 0 })];
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function run(name: string, home: string, batches: readonly Batch[], codec: 'none' | 'zstd'): void {
  const directory = join(home, 'rdd-0');
  removeCheckpoint(nodeFileSystem, directory);
  write(nodeFileSystem, directory, batches, codec);
  const bytes = fs.readFileSync(join(directory, 'part-00000'));
  const times: Record<'part' | 'bare' | 'encode' | 'verify' | 'batches' | 'records' | 'bareRead', number[]> = {
    ...{ part: [], bare: [], encode: [], verify: [], batches: [], records: [], bareRead: [] },
  };
  for (let round = -1; round < ROUNDS; round++) {
    removeCheckpoint(nodeFileSystem, directory);
    fs.rmSync(join(home, 'bare'), { force: true });
    const spent = {
      bare: timed(() => writeBare(join(home, 'bare'), bytes)),
      part: timed(() => write(nodeFileSystem, directory, batches, codec)),
      encode: timed(() => encode(batches, codec)),
      bareRead: timed(() => fs.readFileSync(join(home, 'bare'))),
      verify: timed(() => verifyCheckpoint(nodeFileSystem, openCheckpoint(nodeFileSystem, directory))),
      batches: timed(() => read(directory, () => {})),
      records: timed(() => read(directory, (batch) => void (batch.kind === 'columns' && materializeRows(batch)))),
    };
    if (round >= 0) for (const [what, ms] of Object.entries(spent)) times[what as keyof typeof times].push(ms);
  }
  const of = (what: keyof typeof times): number => Math.min(...times[what]);
  const line = (label: string, what: keyof typeof times, note = ''): string =>
    `  ${label.padEnd(33)}${of(what).toFixed(1).padStart(8)} ms${note}\n`;
  const alone = (of('part') / of('bare')).toFixed(2);
  const together = (of('part') / (of('bare') + of('encode'))).toFixed(2);
  process.stdout.write(
    `\n${name}, ${codec}: ${ROWS} records, ${(bytes.length / 1e6).toFixed(1)} MB\n${[
      line('write + fsync of the same bytes', 'bare'),
      line('encode the records', 'encode'),
      line('checkpoint, committed', 'part', `   ${alone} times the write, ${together} times both`),
      line('readFileSync of the same bytes', 'bareRead'),
      line('verify every byte', 'verify'),
      line('read batches', 'batches'),
      line('read records', 'records'),
    ].join('')}`,
  );
}

function read(directory: string, each: (batch: Parameters<typeof batchLength>[0]) => void): void {
  const checkpoint = openCheckpoint(nodeFileSystem, directory);
  let rows = 0;
  using reader = openCheckpointPart(nodeFileSystem, checkpoint, 0);
  for (const batch of reader.batches()) {
    each(batch);
    rows += batchLength(batch);
  }
  if (rows !== ROWS) process.exitCode = 1;
}

const CASES = {
  objects: (i: number, random: () => number) => ({
    id: i,
    value: random() * 1000,
    name: `user ${Math.floor(random() * 1e5)}`,
  }),
  pairs: (i: number, random: () => number) => [i, random()],
};

await initCompression();
const wanted = process.argv.slice(2).filter((word) => word in CASES);
const parent = process.argv.slice(2).find((word) => !(word in CASES)) ?? tmpdir();
const home = fs.mkdtempSync(join(parent, 'cairn-checkpoint-'));
try {
  for (const [name, make] of Object.entries(CASES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const batches = batchesOf(make);
    for (const codec of ['none', 'zstd'] as const) run(name, home, batches, codec);
    run(`${name} as columns`, home, columnsOf(batches), 'none');
  }
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}

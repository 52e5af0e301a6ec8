/**
 * Codecs of Parquet's writer against DuckDB, one thread each, beside the one of `bench/cases/parquet.ts`, which has the bar:
 * `npx tsx bench/micro/parquet-write.ts [rows] [codec…]`.
 *
 * The table has 16 columns like TPC-H's `lineitem`. DuckDB copies it from its memory; we write it from vectors, as a
 * reader of Parquet has them (low-cardinality strings with dictionaries) and with all strings as bytes, and from
 * records. Times are of the processor (`process.cpuUsage`), which other programs on the machine change less than a
 * clock: the best of some rounds, by turns. `npm run bench` installs what this needs.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ParquetWriter } from '../../formats/parquet/parquet-writer.ts';
import { field, type Schema } from '../../formats/schema/data-type.ts';
import { TableBuilder } from '../../formats/schema/table-builder.ts';
import type { Vector } from '../../formats/schema/vector.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { LINEITEM, selectLineitem } from '../support/lineitem.ts';
import { initPieces, readVectors, writeVectors } from './parquet-pieces.ts';
import { cpuMs } from './parquet-sums.ts';

const ROUNDS = 5;
const WARM_UP = 1;
/** Records are slow to make: a part of the table is enough to tell their rate. */
const RECORDS = 200_000;

/** Strings by code become strings one by one. */
function withoutDictionary(vector: Vector): Vector {
  if (vector.layout !== 'dictionary') return vector;
  const { codes, dictionary, length, type, validity, nullCount } = vector;
  const starts = new Int32Array(length);
  const lengths = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    starts[i] = dictionary.starts[codes[i] as number] as number;
    lengths[i] = dictionary.lengths[codes[i] as number] as number;
  }
  return { layout: 'bytes', type, length, validity, nullCount, bytes: dictionary.bytes, starts, lengths };
}

/** Records of five columns, as users have them. */
function records(count: number): readonly object[] {
  return Array.from({ length: count }, (_, i) => ({
    id: i,
    price: (i % 10007) / 100,
    mode: ['AIR', 'RAIL', 'SHIP', 'TRUCK'][i % 4],
    comment: `comment ${Math.imul(i, 0x9e3779b1) >>> 0} of the order`,
    at: new Date(1_700_000_000_000 + i * 1000),
  }));
}

const RECORD_SCHEMA: Schema = {
  fields: [
    field('id', { kind: 'int', bits: 64, signed: true }),
    field('price', { kind: 'float', bits: 64 }),
    field('mode', { kind: 'string' }),
    field('comment', { kind: 'string' }),
    field('at', { kind: 'timestamp', unit: 'millis', withZone: true }),
  ],
};

function writeRecords(path: string, rows: readonly object[]): void {
  using file = nodeFileSystem.open(path, 'overwrite');
  const sink = { path, write: (...chunks: readonly Uint8Array[]) => file.write(...chunks) };
  const writer = new ParquetWriter(sink, RECORD_SCHEMA);
  const builder = new TableBuilder(RECORD_SCHEMA, 'Parquet');
  for (let from = 0; from < rows.length; from += 4096) {
    builder.add(rows, from, Math.min(from + 4096, rows.length));
    writer.write(builder.take());
  }
  writer.finish();
}

const words = process.argv.slice(2);
const rows = Number(words.find((word) => /^\d+$/.test(word)) ?? 1_000_000);
const wanted = words.filter((word) => !/^\d+$/.test(word));
const CODECS = ['snappy', 'none', 'zstd', 'lz4_raw', 'gzip'] as const;
/** By the names that DuckDB has for them. */
const DUCK_CODECS: { readonly [K in (typeof CODECS)[number]]: string } = {
  ...{ snappy: 'snappy', none: 'uncompressed', zstd: 'zstd', lz4_raw: 'lz4_raw', gzip: 'gzip' },
};
const home = fs.mkdtempSync(join(tmpdir(), 'cairn-parquet-'));
try {
  await initPieces();
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(`create table lineitem as ${selectLineitem(rows)}`);
  const source = join(home, 'source.parquet');
  await connection.run(`copy lineitem to '${source}' (format parquet)`);
  const coded = readVectors(source);
  const withBytes = coded.batches.map((batch) => ({ ...batch, vectors: batch.vectors.map(withoutDictionary) }));
  const plain = { ...coded, batches: withBytes };
  const some = records(RECORDS);
  const out = join(home, 'out.parquet');
  process.stdout.write(`${rows} rows of ${LINEITEM.length} columns\n`);
  for (const codec of CODECS) {
    if (wanted.length > 0 && !wanted.includes(codec)) continue;
    const times: Record<'duckdb' | 'coded' | 'plain', number[]> = { duckdb: [], coded: [], plain: [] };
    const sizes = { duckdb: 0, coded: 0 };
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const spent = {
        duckdb: await cpuMs(
          async () => void (await connection.run(`copy lineitem to '${out}' (codec '${DUCK_CODECS[codec]}')`)),
        ),
        coded: 0,
        plain: 0,
      };
      sizes.duckdb = fs.statSync(out).size;
      spent.coded = await cpuMs(() => {
        sizes.coded = writeVectors(out, coded, codec);
      });
      spent.plain = await cpuMs(() => void writeVectors(out, plain, codec));
      if (round >= 0) for (const [who, ms] of Object.entries(spent)) times[who as keyof typeof times].push(ms);
    }
    const best = (who: keyof typeof times) => Math.min(...times[who]);
    const ratio = (who: 'coded' | 'plain') =>
      `${best(who).toFixed(0).padStart(6)} ms ${(best(who) / best('duckdb')).toFixed(2)}x`;
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    process.stdout.write(
      `${codec.padEnd(8)} DuckDB ${best('duckdb').toFixed(0).padStart(6)} ms ${mib(sizes.duckdb)}   ` +
        `with dictionaries ${ratio('coded')} ${mib(sizes.coded)}   strings as bytes ${ratio('plain')}\n`,
    );
  }
  const spent: number[] = [];
  for (let round = 0; round < ROUNDS; round++) spent.push(await cpuMs(() => writeRecords(out, some)));
  process.stdout.write(`records of 5 columns: ${Math.round(RECORDS / Math.min(...spent))} thousand a second\n`);
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}

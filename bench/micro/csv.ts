/**
 * CSV to columns and to rows, on one thread, against DuckDB's reader on one thread and the JS parsers that are installed:
 * `npx tsx bench/micro/csv.ts [megabytes]`, 1000 unless said. The file has the 16 columns of TPC-H's lineitem, and is
 * made anew in the system's temporary directory. Prints the best of three runs in CPU time, that of collecting garbage
 * included: other work on the machine does not count.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { CsvReader } from '../../formats/csv/csv-reader.ts';
import { DEFAULT_CSV_SETTINGS } from '../../formats/csv/csv-settings.ts';
import { CsvSource } from '../../formats/csv/csv-source.ts';
import { inferCsv } from '../../formats/csv/infer-csv.ts';
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { batchLength } from '../../formats/schema/batch.ts';
import { SourceStream } from '../../formats/text/byte-stream.ts';
import { openDuck } from '../support/peers.ts';

const require = createRequire(new URL('../package.json', import.meta.url));
const ROUNDS = 3;
const MODES = ['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK'];
const ORDERS = ['COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN'];
const WORDS = 'furiously carefully even deposits, final "express" pinto beans sleep quickly regular accounts'.split(
  ' ',
);

/** A linear congruential generator: the same file on every machine. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

async function makeFile(path: string, bytes: number): Promise<void> {
  const random = randomNumbers(3);
  const date = (): string => new Date(694_224_000_000 + random(2500) * 86_400_000).toISOString().slice(0, 10);
  const out = createWriteStream(path);
  out.write(
    'l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_extendedprice,l_discount,l_tax,l_returnflag,' +
      'l_linestatus,l_shipdate,l_commitdate,l_receiptdate,l_shipinstruct,l_shipmode,l_comment\n',
  );
  let written = 0;
  for (let order = 1; written < bytes; ) {
    let text = '';
    while (text.length < 1 << 20) {
      const comment = Array.from({ length: 3 + random(4) }, () => WORDS[random(WORDS.length)]).join(' ');
      const quoted = /[",]/.test(comment) ? `"${comment.replaceAll('"', '""')}"` : comment;
      const quantity = 1 + random(50);
      text +=
        `${order},${random(200_000)},${random(10_000)},${1 + random(7)},${quantity},` +
        `${(quantity * (90_000 + random(100_000))) / 100},0.${String(random(11)).padStart(2, '0')},0.0${random(9)},` +
        `${'ANR'[random(3)]},${'OF'[random(2)]},${date()},${date()},${date()},${ORDERS[random(4)]},` +
        `${MODES[random(7)]},${quoted}\n`;
      if (random(4) === 0) order++;
    }
    written += text.length;
    if (!out.write(text)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
  }
  out.end();
  await finished(out);
}

async function best(name: string, megabytes: number, work: () => Promise<number> | number): Promise<void> {
  let shortest = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    rows = await work();
    const { user, system } = process.cpuUsage(start);
    shortest = Math.min(shortest, (user + system) / 1000);
  }
  const rate = ((megabytes / shortest) * 1000).toFixed(0);
  process.stdout.write(
    `${name.padEnd(40)} ${shortest.toFixed(0).padStart(7)} ms ${rate.padStart(6)} MB/s  ${rows} rows\n`,
  );
}

interface Opened {
  readonly stream: SourceStream;
  close(): void;
}

function open(path: string): Opened {
  const fd = openSync(path, 'r');
  return {
    stream: new SourceStream({ read: (target, position) => readSync(fd, target, 0, target.length, position) }),
    close: () => closeSync(fd),
  };
}

function readOwn(path: string, asRows: boolean, columns?: readonly string[]): number {
  const settings = { ...DEFAULT_CSV_SETTINGS, columns };
  const sample = open(path);
  const shape = inferCsv([new CsvSource({ stream: sample.stream, path, atStart: true }, settings)], settings);
  sample.close();
  const file = open(path);
  const reader = new CsvReader({ stream: file.stream, path, atStart: true }, shape, settings, 2048);
  let rows = 0;
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) {
    if (asRows && batch.kind === 'columns') materializeRows(batch);
    rows += batchLength(batch);
  }
  file.close();
  return rows;
}

/** As streams of arrays of strings: what these parsers are fastest at. */
async function readWith(path: string, parser: NodeJS.ReadWriteStream): Promise<number> {
  let rows = 0;
  parser.on('data', () => rows++);
  await finished(createReadStream(path).pipe(parser));
  return rows;
}

function peer<T>(name: string): T | undefined {
  try {
    return require(name) as T;
  } catch {
    process.stdout.write(`${name} is left out: it is not installed\n`);
    return undefined;
  }
}

const directory = mkdtempSync(join(tmpdir(), 'cairn-csv-'));
try {
  const path = join(directory, 'lineitem.csv');
  await makeFile(path, Number(process.argv[2] ?? 1000) * 1e6);
  const megabytes = statSync(path).size / 1e6;
  process.stdout.write(`${megabytes.toFixed(0)} MB, 16 columns\n`);
  await best('columns', megabytes, () => readOwn(path, false));
  await best('rows', megabytes, () => readOwn(path, true));
  await best('3 of 16 columns', megabytes, () => readOwn(path, false, ['l_orderkey', 'l_shipmode', 'l_extendedprice']));
  const duck = await openDuck(1);
  if (duck !== undefined) {
    await best('DuckDB, 1 thread, into a table', megabytes, async () => {
      await duck.run(`CREATE OR REPLACE TABLE t AS SELECT * FROM read_csv('${path}')`);
      return Number((await duck.rows('SELECT count(*) FROM t'))[0]?.[0]);
    });
    await best('DuckDB, 1 thread, sums of all columns', megabytes, async () => {
      const found = await duck.rows(`SELECT count(*), max(columns(*)) FROM read_csv('${path}')`);
      return Number(found[0]?.[0]);
    });
  }
  const csvParse = peer<{ parse(): NodeJS.ReadWriteStream }>('csv-parse');
  if (csvParse !== undefined) await best('csv-parse, strings', megabytes, () => readWith(path, csvParse.parse()));
  const papa = peer<{ parse(input: unknown): NodeJS.ReadWriteStream; NODE_STREAM_INPUT: unknown }>('papaparse');
  if (papa !== undefined) {
    await best('papaparse, strings', megabytes, () => readWith(path, papa.parse(papa.NODE_STREAM_INPUT)));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

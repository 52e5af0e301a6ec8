/**
 * Parquet files of flat columns with everything that readers prune by: statistics, dictionaries, page indexes, bloom
 * filters. Written the simplest way; what is in them is what the format says and nothing else.
 */

import { Xxh64 } from '../../formats/bytes/xxh64.ts';
import { CONVERTED_TYPES, type ConvertedType, ENCODINGS, PHYSICAL_TYPES } from '../../formats/parquet/metadata.ts';
import { hybrid, pageBytes, uint32 } from './parquet-bytes.ts';
import { binary, bool, int, list, long, struct, type ThriftValue } from './thrift-bytes.ts';

export type PlainType = 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY' | 'BOOLEAN';
export type PlainCell = number | bigint | string | boolean | null;

export interface PlainColumn {
  readonly name: string;
  readonly type: PlainType;
  readonly converted?: ConvertedType;
  readonly values: readonly PlainCell[];
}

export interface IndexedOptions {
  readonly rowGroupRows: number;
  /** Rows of a page of each column in turn: columns need not agree. */
  readonly pageRows: readonly number[];
  readonly dictionary?: boolean;
  readonly statistics?: boolean;
  readonly pageIndex?: boolean;
  readonly bloom?: boolean;
  /** Bytes that bounds of byte arrays are cut to. */
  readonly boundBytes?: number;
}

/** A cell in PLAIN encoding, without the length of byte arrays. */
function plainBytes(type: PlainType, value: Exclude<PlainCell, null>): Uint8Array {
  switch (type) {
    case 'INT32':
      return new Uint8Array(Int32Array.of(Number(value)).buffer);
    case 'INT64':
      return new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, BigInt(value as bigint))).buffer);
    case 'DOUBLE':
      return new Uint8Array(Float64Array.of(value as number).buffer);
    case 'BOOLEAN':
      return Uint8Array.of(value === true ? 1 : 0);
    case 'BYTE_ARRAY':
      return new Uint8Array(Buffer.from(value as string));
  }
}

function compareCells(a: Exclude<PlainCell, null>, b: Exclude<PlainCell, null>): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Bounds as careful writers make them: without NaN, zeros of both signs, cut where they are long. */
function boundsOf(column: PlainColumn, cells: readonly PlainCell[], cut: number): [Uint8Array, Uint8Array] | undefined {
  const present = cells.filter((cell) => cell !== null && !Number.isNaN(cell)) as Exclude<PlainCell, null>[];
  const [first, ...others] = present;
  if (first === undefined) return undefined;
  let min = others.reduce((a, b) => (compareCells(b, a) < 0 ? b : a), first);
  let max = others.reduce((a, b) => (compareCells(b, a) > 0 ? b : a), first);
  if (min === 0) min = -0;
  if (max === 0) max = 0;
  const low = plainBytes(column.type, min);
  const high = plainBytes(column.type, max);
  if (column.type !== 'BYTE_ARRAY' || high.length <= cut) return [low.subarray(0, 1e9), high];
  const raised = high.slice(0, cut);
  for (let i = cut - 1; i >= 0; i--) {
    if (raised[i] === 255) continue;
    raised[i] = (raised[i] as number) + 1;
    return [low.subarray(0, cut), raised.subarray(0, i + 1)];
  }
  return [low.subarray(0, cut), high];
}

function statisticsOf(column: PlainColumn, cells: readonly PlainCell[], cut: number): ThriftValue {
  const bounds = boundsOf(column, cells, cut);
  return struct({
    3: long(cells.filter((cell) => cell === null).length),
    5: bounds && binary(bounds[1]),
    6: bounds && binary(bounds[0]),
  });
}

function plainPage(type: PlainType, cells: readonly Exclude<PlainCell, null>[]): Uint8Array {
  if (type === 'BOOLEAN') {
    const bits = new Uint8Array((cells.length + 7) >> 3);
    cells.forEach((cell, i) => {
      if (cell === true) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
    });
    return bits;
  }
  const parts = cells.map((cell) => plainBytes(type, cell));
  return Buffer.concat(
    parts.flatMap((part) => (type === 'BYTE_ARRAY' ? [Buffer.from(uint32(part.length)), part] : [part])),
  );
}

const SALTS = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];

/** A filter of `blocks` blocks with its header. */
export function bloomFilter(values: readonly Uint8Array[], blocks: number): Uint8Array {
  const bits = new Uint32Array(8 * blocks);
  for (const value of values) {
    const hash = new Xxh64();
    hash.update(value);
    const digest = hash.digest();
    const block = Number(((digest >> 32n) * BigInt(blocks)) >> 32n);
    SALTS.forEach((salt, i) => {
      const bit = Number((BigInt.asUintN(32, BigInt.asUintN(32, digest) * BigInt(salt)) >> 27n) & 31n);
      bits[8 * block + i] = ((bits[8 * block + i] as number) | (1 << bit)) >>> 0;
    });
  }
  const union = struct({ 1: struct({}) });
  const header = struct({ 1: int(32 * blocks), 2: union, 3: union, 4: union });
  return Buffer.concat([Uint8Array.from(header.bytes), new Uint8Array(bits.buffer)]);
}

function slices<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

interface WrittenPage {
  readonly offset: number;
  readonly length: number;
  readonly cells: readonly PlainCell[];
}

/** See the file header. */
export function indexedParquet(columns: readonly PlainColumn[], options: IndexedOptions): Uint8Array {
  const { rowGroupRows, pageRows, boundBytes = 64 } = options;
  const parts: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array): number => {
    const start = at;
    parts.push(bytes);
    at += bytes.length;
    return start;
  };
  put(Buffer.from('PAR1'));
  const rowCount = columns[0]?.values.length ?? 0;
  const groups: {
    rows: number;
    chunks: { pages: WrittenPage[]; dictionary: number | undefined; end: number; cells: readonly PlainCell[] }[];
  }[] = [];
  for (let from = 0; from < rowCount; from += rowGroupRows) {
    const chunks = columns.map((column, i) => {
      const cells = column.values.slice(from, from + rowGroupRows);
      const entries = [
        ...new Map(
          cells.filter((cell) => cell !== null).map((cell) => [Object.is(cell, -0) ? '-0' : cell, cell]),
        ).values(),
      ] as Exclude<PlainCell, null>[];
      const isCoded = options.dictionary === true && column.type !== 'BOOLEAN';
      const dictionary = isCoded
        ? put(pageBytes({ kind: 'dictionary', count: entries.length, values: plainPage(column.type, entries) }))
        : undefined;
      const pages = slices(cells, pageRows[i % pageRows.length] as number).map((some): WrittenPage => {
        const present = some.filter((cell) => cell !== null) as Exclude<PlainCell, null>[];
        const width = Math.max(1, Math.ceil(Math.log2(Math.max(2, entries.length))));
        const codes = present.map((cell) => entries.findIndex((entry) => Object.is(entry, cell)));
        const page = pageBytes({
          count: some.length,
          definitions: hybrid(
            some.map((cell) => (cell === null ? 0 : 1)),
            1,
          ),
          encoding: isCoded ? 'RLE_DICTIONARY' : 'PLAIN',
          values: isCoded ? Uint8Array.from([width, ...hybrid(codes, width)]) : plainPage(column.type, present),
          crc: true,
        });
        return { offset: put(page), length: page.length, cells: some };
      });
      return { pages, dictionary, end: at, cells };
    });
    groups.push({ rows: Math.min(rowGroupRows, rowCount - from), chunks });
  }
  const rowGroups = groups.map(({ rows, chunks }) => {
    const written = chunks.map(({ pages, dictionary, end, cells }, i) => {
      const column = columns[i] as PlainColumn;
      const start = dictionary ?? (pages[0] as WrittenPage).offset;
      const bounds = pages.map((page) => boundsOf(column, page.cells, boundBytes));
      // A page of nothing but NaN has no bounds: then there is no column index, as the format asks for.
      const hasBounds = pages.every((page, k) => bounds[k] !== undefined || page.cells.every((cell) => cell === null));
      let columnIndex: [number, number] | undefined;
      let offsetIndex: [number, number] | undefined;
      if (options.pageIndex === true) {
        if (hasBounds) {
          const nulls = pages.map(({ cells: own }) => own.every((cell) => cell === null));
          const index = struct({
            1: list(nulls.map(bool), 2),
            2: list(bounds.map((each) => binary(each?.[0] ?? new Uint8Array()))),
            3: list(bounds.map((each) => binary(each?.[1] ?? new Uint8Array()))),
            4: int(0),
            5: list(pages.map(({ cells: own }) => long(own.filter((cell) => cell === null).length))),
          });
          columnIndex = [put(Uint8Array.from(index.bytes)), index.bytes.length];
        }
        let row = 0;
        const locations = pages.map(({ offset, length, cells: own }) => {
          const location = struct({ 1: long(offset), 2: int(length), 3: long(row) });
          row += own.length;
          return location;
        });
        const index = struct({ 1: list(locations) });
        offsetIndex = [put(Uint8Array.from(index.bytes)), index.bytes.length];
      }
      let bloom: [number, number] | undefined;
      if (options.bloom === true && column.type !== 'BOOLEAN') {
        const present = cells.filter((cell) => cell !== null) as Exclude<PlainCell, null>[];
        const bytes = bloomFilter(
          present.map((cell) => plainBytes(column.type, cell)),
          2,
        );
        bloom = [put(bytes), bytes.length];
      }
      const encoding = ENCODINGS.indexOf(dictionary === undefined ? 'PLAIN' : 'RLE_DICTIONARY');
      const meta = struct({
        1: int(PHYSICAL_TYPES.indexOf(column.type)),
        2: list([int(encoding), int(3)]),
        3: list([binary(column.name)]),
        4: int(0),
        5: long(cells.length),
        6: long(end - start),
        7: long(end - start),
        9: long((pages[0] as WrittenPage).offset),
        11: dictionary === undefined ? undefined : long(dictionary),
        12: options.statistics === true ? statisticsOf(column, cells, boundBytes) : undefined,
        13: list([struct({ 1: int(0), 2: int(encoding), 3: int(pages.length) })]),
        14: bloom && long(bloom[0]),
        15: bloom && int(bloom[1]),
      });
      return struct({
        2: long(start),
        3: meta,
        4: offsetIndex && long(offsetIndex[0]),
        5: offsetIndex && int(offsetIndex[1]),
        6: columnIndex && long(columnIndex[0]),
        7: columnIndex && int(columnIndex[1]),
      });
    });
    return struct({ 1: list(written), 2: long(at), 3: long(rows) });
  });
  const schema = [
    struct({ 4: binary('root'), 5: int(columns.length) }),
    ...columns.map(({ name, type, converted }) =>
      struct({
        1: int(PHYSICAL_TYPES.indexOf(type)),
        3: int(1),
        4: binary(name),
        6: converted === undefined ? undefined : int(CONVERTED_TYPES.indexOf(converted)),
      }),
    ),
  ];
  const footer = struct({
    1: int(1),
    2: list(schema),
    3: long(rowCount),
    4: list(rowGroups),
    6: binary('spec'),
    7: list(columns.map(() => struct({ 1: struct({}) }))),
  });
  put(Uint8Array.from(footer.bytes));
  put(Uint8Array.from([...uint32(footer.bytes.length), ...Buffer.from('PAR1')]));
  return Buffer.concat(parts);
}

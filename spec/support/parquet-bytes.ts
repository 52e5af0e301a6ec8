/**
 * Parquet files and pages, written the simplest way, for specs of the reader: pages are what the spec says they are,
 * sound or not.
 */
import { crc32, gzipSync } from 'node:zlib';
import {
  CODECS,
  CONVERTED_TYPES,
  type Codec,
  type ConvertedType,
  ENCODINGS,
  type Encoding,
  PHYSICAL_TYPES,
  type PhysicalType,
  REPETITIONS,
  type Repetition,
} from '../../formats/parquet/metadata.ts';
import { binary, bool, int, list, long, struct, type ThriftValue, varint, zigzag } from './thrift-bytes.ts';

export interface ElementSpec {
  readonly name: string;
  readonly type?: PhysicalType;
  readonly typeLength?: number;
  readonly repetition?: Repetition;
  readonly children?: readonly ElementSpec[];
  readonly converted?: ConvertedType;
  readonly logical?: ThriftValue;
  readonly scale?: number;
  readonly precision?: number;
}

export interface PageSpec {
  readonly kind?: 'data' | 'data2' | 'dictionary';
  readonly count: number;
  readonly values: Uint8Array;
  readonly encoding?: Encoding;
  /** Levels as they lie, without lengths before them. */
  readonly definitions?: Uint8Array;
  readonly repetitions?: Uint8Array;
  readonly crc?: boolean | number;
  readonly codec?: Codec;
  readonly isCompressed?: boolean;
  readonly uncompressedBytes?: number;
}

export interface ChunkSpec {
  readonly pages: readonly PageSpec[];
  readonly codec?: Codec;
  readonly numValues?: number;
  readonly statistics?: ThriftValue;
}

/** Leaves in the order of the schema. */
function leavesOf(elements: readonly ElementSpec[], path: readonly string[] = []): readonly LeafSpec[] {
  return elements.flatMap((each) => {
    const here = [...path, each.name];
    return each.children === undefined ? [{ ...each, path: here }] : leavesOf(each.children, here);
  });
}

interface LeafSpec extends ElementSpec {
  readonly path: readonly string[];
}

/** A file with row groups of a chunk for each leaf. */
export function parquetBytes(
  elements: readonly ElementSpec[],
  rowGroups: readonly { readonly rowCount: number; readonly chunks: readonly ChunkSpec[] }[],
  footer: Readonly<Record<number, ThriftValue>> = {},
): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from('PAR1')];
  let at = 4;
  const put = (bytes: Uint8Array) => {
    parts.push(bytes);
    at += bytes.length;
  };
  const leaves = leavesOf(elements);
  const groups = rowGroups.map(({ rowCount, chunks }) => {
    const columns = chunks.map((chunk, i) => {
      const leaf = leaves[i] as LeafSpec;
      const start = at;
      let dataAt: number | undefined;
      let dictionaryAt: number | undefined;
      for (const page of chunk.pages) {
        if (page.kind === 'dictionary') dictionaryAt ??= at;
        else dataAt ??= at;
        put(pageBytes({ codec: chunk.codec ?? 'UNCOMPRESSED', ...page }));
      }
      const numValues = chunk.pages.reduce((sum, { kind, count }) => sum + (kind === 'dictionary' ? 0 : count), 0);
      return struct({
        2: long(start),
        3: struct({
          1: int(PHYSICAL_TYPES.indexOf(leaf.type as PhysicalType)),
          2: list([int(0)]),
          3: list(leaf.path.map(binary)),
          4: int(CODECS.indexOf(chunk.codec ?? 'UNCOMPRESSED')),
          5: long(chunk.numValues ?? numValues),
          6: long(at - start),
          7: long(at - start),
          9: long(dataAt ?? start),
          11: dictionaryAt === undefined ? undefined : long(dictionaryAt),
          12: chunk.statistics,
        }),
      });
    });
    return struct({ 1: list(columns), 2: long(at), 3: long(rowCount) });
  });
  const rows = rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const schema = [{ name: 'root', children: elements }].flatMap(elementValues);
  const meta = struct({ 1: int(1), 2: list(schema), 3: long(rows), 4: list(groups), 6: binary('spec'), ...footer });
  put(Uint8Array.from(meta.bytes));
  put(Uint8Array.from([...uint32(meta.bytes.length), ...Buffer.from('PAR1')]));
  return Buffer.concat(parts);
}

function elementValues(each: ElementSpec): readonly ThriftValue[] {
  const optional = <T>(value: T | undefined, make: (value: T) => ThriftValue) =>
    value === undefined ? undefined : make(value);
  const own = struct({
    1: optional(each.type, (type) => int(PHYSICAL_TYPES.indexOf(type))),
    2: optional(each.typeLength, int),
    3: optional(each.repetition, (repetition) => int(REPETITIONS.indexOf(repetition))),
    4: binary(each.name),
    5: optional(each.children, (children) => int(children.length)),
    6: optional(each.converted, (converted) => int(CONVERTED_TYPES.indexOf(converted))),
    7: optional(each.scale, int),
    8: optional(each.precision, int),
    10: each.logical,
  });
  return [own, ...(each.children ?? []).flatMap(elementValues)];
}

/** A page with its header. */
export function pageBytes(page: PageSpec): Uint8Array {
  const { kind = 'data', count, values, encoding = 'PLAIN', codec = 'UNCOMPRESSED' } = page;
  const definitions = page.definitions ?? new Uint8Array();
  const repetitions = page.repetitions ?? new Uint8Array();
  const prefixed = (levels: Uint8Array | undefined) =>
    levels === undefined ? [] : [...uint32(levels.length), ...levels];
  const levels = kind === 'data2' ? [...repetitions, ...definitions] : [];
  const raw =
    kind === 'data'
      ? Uint8Array.from([...prefixed(page.repetitions), ...prefixed(page.definitions), ...values])
      : values;
  const body = Uint8Array.from([...levels, ...compressBytes(codec, raw)]);
  const number = int(ENCODINGS.indexOf(encoding));
  const header = struct({
    1: int(kind === 'data' ? 0 : kind === 'dictionary' ? 2 : 3),
    2: int(page.uncompressedBytes ?? levels.length + raw.length),
    3: int(body.length),
    4: page.crc === undefined ? undefined : int((page.crc === true ? crc32(body) : Number(page.crc)) | 0),
    5: kind === 'data' ? struct({ 1: int(count), 2: number, 3: int(3), 4: int(3) }) : undefined,
    7: kind === 'dictionary' ? struct({ 1: int(count), 2: number }) : undefined,
    8:
      kind === 'data2'
        ? struct({
            ...{ 1: int(count), 2: int(0), 3: int(count), 4: number },
            ...{ 5: int(definitions.length), 6: int(repetitions.length), 7: bool(page.isCompressed ?? true) },
          })
        : undefined,
  });
  return Uint8Array.from([...header.bytes, ...body]);
}

function compressBytes(codec: Codec, bytes: Uint8Array): Uint8Array {
  if (codec === 'GZIP') return gzipSync(bytes);
  if (codec === 'SNAPPY') return snappyLiterals(bytes);
  return bytes;
}

/** Snappy that copies nothing. */
export function snappyLiterals(bytes: Uint8Array): Uint8Array {
  const out = [...varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 60) {
    const piece = bytes.subarray(at, at + 60);
    out.push((piece.length - 1) << 2, ...piece);
  }
  return Uint8Array.from(out);
}

export function uint32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255];
}

export const int32s = (...values: readonly number[]) => new Uint8Array(Int32Array.from(values).buffer);
export const int64s = (...values: readonly bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
export const doubles = (...values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);

/** Byte arrays with their lengths before them. */
export function byteArrays(...values: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    values.flatMap((value) => {
      const bytes = Buffer.from(value as string);
      return [Buffer.from(uint32(bytes.length)), bytes];
    }),
  );
}

/** The hybrid of runs and groups, as runs where at least eight values are equal. */
export function hybrid(values: readonly number[], width: number): Uint8Array {
  const out: number[] = [];
  const valueBytes = Math.ceil(width / 8);
  for (let i = 0; i < values.length; ) {
    let same = 1;
    while (i + same < values.length && values[i + same] === values[i]) same++;
    if (same >= 8) {
      out.push(...varint(same * 2));
      for (let k = 0; k < valueBytes; k++) out.push(Math.floor((values[i] as number) / 2 ** (8 * k)) & 255);
      i += same;
    } else {
      out.push(...varint(3), ...packBits(values.slice(i, i + 8), width));
      i += 8;
    }
  }
  return Uint8Array.from(out);
}

/** Eight values, lowest bit first. */
export function packBits(values: readonly (number | bigint)[], width: number, count = 8): number[] {
  let bits = 0n;
  values.forEach((value, i) => {
    bits |= BigInt.asUintN(width, BigInt(value)) << BigInt(i * width);
  });
  const bytes: number[] = [];
  for (let i = 0; i < (count * width) / 8; i++) bytes.push(Number((bits >> BigInt(8 * i)) & 255n));
  return bytes;
}

/** DELTA_BINARY_PACKED with blocks of 128 values and four miniblocks each. */
export function deltaPacked(values: readonly (number | bigint)[], bits: 32 | 64): Uint8Array {
  const wide = values.map(BigInt);
  const out = [...varint(128), ...varint(4), ...varint(values.length), ...zigzag(wide[0] ?? 0n)];
  const deltas = wide.slice(1).map((value, i) => BigInt.asIntN(bits, value - (wide[i] as bigint)));
  for (let at = 0; at < deltas.length; at += 128) {
    const block = deltas.slice(at, at + 128);
    const least = block.toSorted((a, b) => Number(a > b) - Number(a < b))[0] as bigint;
    const rests = block.map((delta) => BigInt.asUintN(bits, delta - least));
    const minis = [0, 32, 64, 96].map((from) => rests.slice(from, from + 32));
    const widths = minis.map((mini) => mini.reduce((most, rest) => Math.max(most, rest.toString(2).length), 0));
    const used = widths.map((width, i) => ((minis[i] as bigint[]).every((rest) => rest === 0n) ? 0 : width));
    out.push(...zigzag(least), ...used);
    minis.forEach((mini, i) => {
      if (mini.length > 0) out.push(...packBits(mini, used[i] as number, 32));
    });
  }
  return Uint8Array.from(out);
}

import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import { safeIntegerPaths } from '../../../formats/parquet/safe-integers.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, int64s, parquetBytes } from '../../support/parquet-bytes.ts';
import { binary, long, struct, type ThriftValue } from '../../support/thrift-bytes.ts';

const LIMIT = 2n ** 53n;
const leaf = (name: string, converted?: ElementSpec['converted']): ElementSpec => ({
  ...{ name, type: 'INT64', repetition: 'REQUIRED' },
  ...(converted === undefined ? {} : { converted }),
});
const bounds = (least: bigint, most: bigint) =>
  struct({ 5: binary(int64s(BigInt.asIntN(64, most))), 6: binary(int64s(BigInt.asIntN(64, least))) });

/** A file of one row group for each statistics given. */
function fileOf(element: ElementSpec, ...groups: readonly (ThriftValue | undefined)[]) {
  const page = { count: 1, values: int64s(0n) };
  const rowGroups = groups.map((statistics) => ({
    rowCount: 1,
    chunks: [{ pages: [page], ...(statistics === undefined ? {} : { statistics }) }],
  }));
  return openParquet(new ByteArraySource(parquetBytes([element], rowGroups)));
}

const paths = (...files: Parameters<typeof safeIntegerPaths>[0]) => [...safeIntegerPaths(files)];

describe('64-bit integers that are safe as numbers', () => {
  it('are those whose bounds are, in every row group of every file', () => {
    const small = bounds(1n - LIMIT, LIMIT - 1n);
    expect(paths(fileOf(leaf('a'), small, bounds(-5n, 5n)))).toEqual(['a']);
    expect(paths(fileOf(leaf('a'), small, bounds(0n, LIMIT)))).toEqual([]);
    expect(paths(fileOf(leaf('a'), small, bounds(-LIMIT, 0n)))).toEqual([]);
    expect(paths(fileOf(leaf('a'), small), fileOf(leaf('a'), bounds(0n, LIMIT)))).toEqual([]);
    expect(paths(fileOf(leaf('a'), bounds(0n, LIMIT)), fileOf(leaf('a'), small))).toEqual([]);
    expect(paths(fileOf(leaf('a'), small), fileOf(leaf('b'), small))).toEqual(['a', 'b']);
    expect(paths(fileOf(leaf('a')))).toEqual(['a']);
  });

  it('are none without statistics, or with broken ones', () => {
    expect(paths(fileOf(leaf('a'), undefined))).toEqual([]);
    expect(paths(fileOf(leaf('a'), struct({ 5: binary('x'), 6: binary('x') })))).toEqual([]);
    expect(paths(fileOf(leaf('a'), struct({ 5: binary(int64s(1n)) })))).toEqual([]);
  });

  it('are those of nothing but nulls, and signed ones with the old bounds', () => {
    expect(paths(fileOf(leaf('a'), struct({ 3: long(1) })))).toEqual(['a']);
    const old = struct({ 1: binary(int64s(9n)), 2: binary(int64s(-9n)) });
    expect(paths(fileOf(leaf('a'), old))).toEqual(['a']);
    expect(paths(fileOf(leaf('a', 'UINT_64'), old))).toEqual([]);
  });

  it('are unsigned where the type is, and no other types', () => {
    expect(paths(fileOf(leaf('a', 'UINT_64'), bounds(0n, 2n ** 64n - 1n)))).toEqual([]);
    expect(paths(fileOf(leaf('a', 'UINT_64'), bounds(0n, LIMIT - 1n)))).toEqual(['a']);
    expect(paths(fileOf(leaf('a', 'TIMESTAMP_MICROS'), bounds(0n, 1n)))).toEqual([]);
  });

  it('are found in structs, lists and maps', () => {
    const repeated = (name: string, ...children: readonly ElementSpec[]): ElementSpec => ({
      name,
      repetition: 'REPEATED',
      children,
    });
    const list: ElementSpec = {
      name: 'l',
      repetition: 'OPTIONAL',
      converted: 'LIST',
      children: [repeated('list', leaf('item'))],
    };
    const map: ElementSpec = {
      name: 'm',
      repetition: 'OPTIONAL',
      converted: 'MAP',
      children: [repeated('kv', leaf('k'), leaf('v'))],
    };
    const file = fileOf({ name: 's', repetition: 'REQUIRED', children: [leaf('x'), list, map] });
    expect(paths(file)).toEqual(['s.x', 's.l.element', 's.m.key', 's.m.value']);
  });
});

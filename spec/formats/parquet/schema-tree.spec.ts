import { describe, expect, it } from 'vitest';
import { openParquet } from '../../../formats/parquet/parquet-file.ts';
import type { SchemaNode, SchemaTree } from '../../../formats/parquet/schema-tree.ts';
import { formatField } from '../../../formats/schema/data-type.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { type ElementSpec, parquetBytes } from '../../support/parquet-bytes.ts';
import { binary, int, list, struct } from '../../support/thrift-bytes.ts';

const tree = (...elements: readonly ElementSpec[]): SchemaTree =>
  openParquet(new ByteArraySource(parquetBytes(elements, []))).tree;
const text = (...elements: readonly ElementSpec[]) =>
  tree(...elements)
    .columns.map(formatField)
    .join(', ');

const leaf = (
  name: string,
  repetition: ElementSpec['repetition'] = 'REQUIRED',
  more: Partial<ElementSpec> = {},
): ElementSpec => ({
  ...{ name, repetition: repetition ?? 'REQUIRED', type: 'INT32' },
  ...more,
});
const group = (
  name: string,
  repetition: ElementSpec['repetition'],
  children: readonly ElementSpec[],
  converted?: ElementSpec['converted'],
): ElementSpec => ({
  ...{ name, repetition: repetition ?? 'REQUIRED', children },
  ...(converted === undefined ? {} : { converted }),
});

/** Levels of all nodes, by name. */
function levels(nodes: readonly SchemaNode[]): Record<string, readonly number[]> {
  const found: Record<string, readonly number[]> = Object.create(null);
  for (const node of nodes) {
    const own = [node.repetition, node.slotAt, node.definedAt];
    found[node.name] =
      node.kind === 'list' || node.kind === 'map' ? [...own, node.elementAt, node.elementRepetition] : own;
    if (node.kind === 'struct') Object.assign(found, levels(node.fields));
    if (node.kind === 'list') Object.assign(found, levels([node.element]));
    if (node.kind === 'map') Object.assign(found, levels([node.key, node.value]));
  }
  return found;
}

describe('the tree of a schema', () => {
  it('has leaves, required and optional, and structs', () => {
    expect(text(leaf('a'), leaf('b', 'OPTIONAL'), group('c', 'OPTIONAL', [leaf('d')]))).toBe(
      'a: int32 not null, b: int32, c: struct<d: int32 not null>',
    );
  });

  it('has lists of three levels', () => {
    const item = group('list', 'REPEATED', [leaf('element', 'OPTIONAL')]);
    expect(text(group('a', 'OPTIONAL', [item], 'LIST'))).toBe('a: list<int32>');
    expect(text(group('a', 'REQUIRED', [group('bag', 'REPEATED', [leaf('x')])], 'LIST'))).toBe(
      'a: list<int32 not null> not null',
    );
  });

  it('knows lists as old writers wrote them', () => {
    expect(text(group('a', 'OPTIONAL', [leaf('element', 'REPEATED')], 'LIST'))).toBe('a: list<int32 not null>');
    const two = group('element', 'REPEATED', [leaf('x'), leaf('y')]);
    expect(text(group('a', 'OPTIONAL', [two], 'LIST'))).toBe(
      'a: list<struct<x: int32 not null, y: int32 not null> not null>',
    );
    const array = group('array', 'REPEATED', [leaf('x')]);
    expect(text(group('a', 'OPTIONAL', [array], 'LIST'))).toBe('a: list<struct<x: int32 not null> not null>');
    const tuple = group('a_tuple', 'REPEATED', [leaf('x')]);
    expect(text(group('a', 'OPTIONAL', [tuple], 'LIST'))).toBe('a: list<struct<x: int32 not null> not null>');
    const twice = group('bag', 'REPEATED', [leaf('x', 'REPEATED')]);
    expect(text(group('a', 'OPTIONAL', [twice], 'LIST'))).toBe(
      'a: list<struct<x: list<int32 not null> not null> not null>',
    );
    const inner = group('array', 'REPEATED', [leaf('array', 'REPEATED')], 'LIST');
    expect(text(group('a', 'OPTIONAL', [inner], 'LIST'))).toBe('a: list<list<int32 not null> not null>');
  });

  it('takes what is repeated without a list around it for one', () => {
    expect(text(leaf('a', 'REPEATED'))).toBe('a: list<int32 not null> not null');
    expect(text(group('a', 'REPEATED', [leaf('x', 'OPTIONAL')]))).toBe('a: list<struct<x: int32> not null> not null');
  });

  it('has maps, by either name, with keys that may be missing by mistake', () => {
    const entry = group('key_value', 'REPEATED', [leaf('key'), leaf('value', 'OPTIONAL')]);
    expect(text(group('a', 'OPTIONAL', [entry], 'MAP'))).toBe('a: map<int32, int32>');
    const old = group('map', 'REPEATED', [leaf('k', 'OPTIONAL'), leaf('v')], 'MAP_KEY_VALUE');
    expect(text(group('a', 'REQUIRED', [old], 'MAP_KEY_VALUE'))).toBe('a: map<int32, int32 not null> not null');
  });

  it('takes annotations on groups of another form for none', () => {
    expect(text(group('a', 'OPTIONAL', [leaf('x')], 'LIST'))).toBe('a: struct<x: int32 not null>');
    expect(text(group('a', 'OPTIONAL', [leaf('x', 'REPEATED')], 'MAP'))).toBe(
      'a: struct<x: list<int32 not null> not null>',
    );
  });

  it('counts levels from the root on', () => {
    const inner = group('b', 'OPTIONAL', [group('list', 'REPEATED', [leaf('e', 'OPTIONAL')])], 'LIST');
    const entry = group('key_value', 'REPEATED', [leaf('k'), group('v', 'OPTIONAL', [inner])]);
    expect({ ...levels(tree(leaf('x', 'OPTIONAL'), group('m', 'OPTIONAL', [entry], 'MAP')).columns) }).toEqual({
      x: [0, 0, 1],
      m: [0, 0, 1, 2, 1],
      k: [1, 2, 2],
      v: [1, 2, 3],
      b: [1, 2, 4, 5, 2],
      e: [2, 5, 6],
    });
  });

  it('gives leaves their number and the names of all groups around them', () => {
    const item = group('list', 'REPEATED', [leaf('element')]);
    const { leaves } = tree(
      group('s', 'REQUIRED', [leaf('constructor'), leaf('__proto__')]),
      group('a', 'OPTIONAL', [item], 'LIST'),
    );
    expect(leaves.map(({ index, path }) => [index, path.join('/')])).toEqual([
      [0, 's/constructor'],
      [1, 's/__proto__'],
      [2, 'a/list/element'],
    ]);
  });

  it('refuses a schema that is no tree, or too deep', () => {
    const schema =
      (...elements: Parameters<typeof struct>[0][]) =>
      () =>
        openParquet(new ByteArraySource(parquetBytes([], [], { 2: list(elements.map(struct)) })));
    const corrupt = expect.objectContaining({ code: 'PARQUET_CORRUPT' });
    expect(schema({ 4: binary('root'), 5: int(2) }, { 1: int(1), 4: binary('a') })).toThrow(corrupt);
    expect(schema({ 4: binary('root'), 5: int(0) }, { 1: int(1), 4: binary('a') })).toThrow(corrupt);
    expect(schema({ 4: binary('root'), 5: int(1) }, { 1: int(1), 4: binary('a'), 5: int(1) })).toThrow(corrupt);
    expect(schema({ 4: binary('root'), 5: int(1) }, { 4: binary('a') })).toThrow(corrupt);
    const deep = Array.from({ length: 5000 }, () => ({ 4: binary('g'), 5: int(1), 3: int(1) }));
    expect(schema(...deep, { 1: int(1), 4: binary('a') })).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

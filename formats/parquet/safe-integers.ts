/**
 * Which 64-bit integers of files are numbers in JS: those of which the statistics of every row group of every file say
 * that no value is beyond 2^53. All others are bigints, so that a column has one type in all of its rows.
 */
import type { ColumnChunkMetadata, Statistics } from './metadata.ts';
import type { ParquetFile } from './parquet-file.ts';
import type { LeafNode, SchemaNode } from './schema-tree.ts';

/**
 * The paths (`a`, `s.x`, `l.element`) of 64-bit integer columns that are safe as numbers in all `files`, for
 * `RecordMapping.int64`. Statistics that lie are no harm: each value is checked again when it becomes a number.
 */
export function safeIntegerPaths(files: readonly ParquetFile[]): ReadonlySet<string> {
  const safe = new Set<string>();
  const unsafe = new Set<string>();
  for (const file of files) {
    for (const { path, leaf } of integerLeaves(file.tree.columns, '')) {
      (isSafe(file, leaf) ? safe : unsafe).add(path);
    }
  }
  for (const path of unsafe) safe.delete(path);
  return safe;
}

interface IntegerLeaf {
  readonly path: string;
  readonly leaf: LeafNode;
}

function integerLeaves(nodes: readonly SchemaNode[], above: string): readonly IntegerLeaf[] {
  const below = (path: string, name: string, node: SchemaNode) => integerLeaves([{ ...node, name }], path);
  return nodes.flatMap((node) => {
    const path = above === '' ? node.name : `${above}.${node.name}`;
    if (node.kind === 'struct') return integerLeaves(node.fields, path);
    if (node.kind === 'list') return below(path, 'element', node.element);
    if (node.kind === 'map') return [...below(path, 'key', node.key), ...below(path, 'value', node.value)];
    return node.type.kind === 'int' && node.type.bits === 64 ? [{ path, leaf: node }] : [];
  });
}

function isSafe(file: ParquetFile, leaf: LeafNode): boolean {
  const isSigned = leaf.type.kind !== 'int' || leaf.type.signed;
  return file.metadata.rowGroups.every(({ columns }) => {
    const { statistics, numValues } = columns[leaf.index] as ColumnChunkMetadata;
    return statistics !== undefined && (statistics.nullCount === numValues || areBoundsSafe(statistics, isSigned));
  });
}

function areBoundsSafe(statistics: Statistics, isSigned: boolean): boolean {
  // The deprecated bounds are in the order of signed integers with every writer.
  const least = statistics.minValue ?? (isSigned ? statistics.deprecatedMin : undefined);
  const most = statistics.maxValue ?? (isSigned ? statistics.deprecatedMax : undefined);
  if (least?.length !== 8 || most?.length !== 8) return false;
  const isNumber = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
    return Number.isSafeInteger(Number(isSigned ? view.getBigInt64(0, true) : view.getBigUint64(0, true)));
  };
  return isNumber(least) && isNumber(most);
}

/**
 * What statistics of a chunk or page are worth: bounds that may be trusted as what no value lies outside of, or nothing.
 *
 * Trusted are `min_value` and `max_value` where the file says that they are in the order of the type, and the
 * deprecated pair for signed numbers alone: others had it in the order of signed bytes. Never trusted: INT96, INTERVAL
 * and whatever has no order; bounds that are NaN, of a wrong length, or the wrong way round; those of byte arrays by a
 * writer that ordered them as UTF-16. Bounds may be cut: they are bounds all the same. Floats may hold NaN besides.
 */

import { halfToNumber } from '../bytes/half-float.ts';
import { domainOf } from '../scan/bind-literal.ts';
import type { ColumnStats } from '../scan/column-stats.ts';
import {
  compareValues,
  nextValue,
  type OrderedValue,
  pointSet,
  rangeSet,
  union,
  type ValueSet,
} from '../scan/value-set.ts';
import type { ColumnChunkMetadata, FileMetadata, SchemaElement, Statistics } from './metadata.ts';
import type { PageBounds } from './read-page-index.ts';
import type { LeafNode } from './schema-tree.ts';

/** Whether and how the bounds of a leaf may be used. */
export type BoundOrder = 'type' | 'signed' | 'none';

/** How far to trust bounds of a leaf: in the order of its type, only where that is the signed one, or not at all. */
export function boundOrder(metadata: FileMetadata, leaf: LeafNode): BoundOrder {
  if (leaf.repetition > 0 || domainOf(leaf.type) === undefined || leaf.physicalType === 'INT96') return 'none';
  if (hasNoOrder(leafElement(metadata, leaf))) return 'none';
  const isBytes = leaf.physicalType === 'BYTE_ARRAY' || leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY';
  if (isBytes && metadata.createdBy !== undefined && /^parquet\.js/i.test(metadata.createdBy)) return 'none';
  const order = metadata.columnOrders?.[leaf.index];
  if (order === 'TYPE_ORDER') return 'type';
  return order === undefined ? 'signed' : 'none';
}

function leafElement(metadata: FileMetadata, leaf: LeafNode): SchemaElement | undefined {
  return metadata.schema.filter(({ type }) => type !== undefined)[leaf.index];
}

/** Annotations of bytes that have no order, or one that is not known here. */
function hasNoOrder(element: SchemaElement | undefined): boolean {
  if (element === undefined) return true;
  if (element.convertedType === 'INTERVAL') return true;
  switch (element.logicalType?.kind) {
    case 'GEOMETRY':
    case 'GEOGRAPHY':
    case 'VARIANT':
    case 'UNKNOWN_LOGICAL':
      return true;
    default:
      return false;
  }
}

/** What is known of a chunk of `rowCount` rows. */
export function chunkStats(
  metadata: FileMetadata,
  leaf: LeafNode,
  chunk: ColumnChunkMetadata,
  rowCount: number,
): ColumnStats {
  const { statistics } = chunk;
  const nullCount = nullCountOf(leaf, statistics?.nullCount, rowCount);
  if (statistics === undefined) return { rowCount, nullCount, values: undefined };
  const order = boundOrder(metadata, leaf);
  return { rowCount, nullCount, values: chunkBounds(leaf, statistics, order) };
}

function chunkBounds(leaf: LeafNode, statistics: Statistics, order: BoundOrder): ValueSet | undefined {
  const { minValue, maxValue, deprecatedMin, deprecatedMax } = statistics;
  if (order === 'none') return undefined;
  const isSigned = isSignedNumber(leaf);
  if ((order === 'type' || isSigned) && minValue !== undefined && maxValue !== undefined) {
    return boundedBy(leaf, minValue, maxValue);
  }
  if (!isSigned || deprecatedMin === undefined || deprecatedMax === undefined) return undefined;
  return boundedBy(leaf, deprecatedMin, deprecatedMax);
}

/** What is known of a page of `rowCount` rows. */
export function pageStats(leaf: LeafNode, bounds: PageBounds, rowCount: number, order: BoundOrder): ColumnStats {
  if (!bounds.isKnown) return { rowCount, nullCount: undefined, values: undefined };
  if (bounds.isNull) {
    // A page of nulls has as many as rows: one that says otherwise is not believed.
    const isSound = leaf.repetition === 0 && (bounds.nullCount === undefined || bounds.nullCount === rowCount);
    return { rowCount, nullCount: isSound ? rowCount : undefined, values: undefined };
  }
  const isUsable = order === 'type' || (order === 'signed' && isSignedNumber(leaf));
  const nullCount = nullCountOf(leaf, bounds.nullCount, rowCount);
  return { rowCount, nullCount, values: isUsable ? boundedBy(leaf, bounds.min, bounds.max) : undefined };
}

/** Of a leaf in a list, counts are of entries, not of rows. More nulls than rows is a mistake, and says nothing. */
function nullCountOf(leaf: LeafNode, nullCount: number | undefined, rowCount: number): number | undefined {
  if (leaf.repetition > 0) return undefined;
  if (leaf.definedAt === 0) return 0;
  return nullCount !== undefined && nullCount <= rowCount ? nullCount : undefined;
}

function isSignedNumber({ type, physicalType }: LeafNode): boolean {
  if (physicalType === 'BYTE_ARRAY' || physicalType === 'FIXED_LEN_BYTE_ARRAY') return false;
  return type.kind !== 'int' || type.signed;
}

function boundedBy(leaf: LeafNode, min: Uint8Array, max: Uint8Array): ValueSet | undefined {
  const domain = domainOf(leaf.type);
  const low = plainValue(leaf, min);
  const high = plainValue(leaf, max);
  if (domain === undefined || low === undefined || high === undefined) return undefined;
  if (Number.isNaN(low) || Number.isNaN(high) || compareValues(domain, low, high) > 0) return undefined;
  const range = rangeSet(domain, low, nextValue(domain, high));
  // Writers leave NaN out of bounds.
  return domain === 'float' ? union(range, pointSet('float', [Number.NaN])) : range;
}

/** A single value in PLAIN encoding, without the length of byte arrays; undefined where the bytes are none. */
export function plainValue({ type, physicalType }: LeafNode, bytes: Uint8Array): OrderedValue | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (physicalType) {
    case 'BOOLEAN':
      return bytes.length === 1 ? BigInt((bytes[0] as number) & 1) : undefined;
    case 'INT32':
      if (bytes.length !== 4) return undefined;
      return BigInt(type.kind === 'int' && !type.signed ? view.getUint32(0, true) : view.getInt32(0, true));
    case 'INT64':
      if (bytes.length !== 8) return undefined;
      return type.kind === 'int' && !type.signed ? view.getBigUint64(0, true) : view.getBigInt64(0, true);
    case 'FLOAT':
      return bytes.length === 4 ? view.getFloat32(0, true) : undefined;
    case 'DOUBLE':
      return bytes.length === 8 ? view.getFloat64(0, true) : undefined;
    case 'INT96':
      return undefined;
    default:
      if (type.kind === 'decimal') return bigEndian(bytes);
      if (type.kind === 'float') return bytes.length === 2 ? halfToNumber(view.getUint16(0, true)) : undefined;
      return bytes;
  }
}

/** Two's complement, most significant byte first. */
function bigEndian(bytes: Uint8Array): bigint | undefined {
  if (bytes.length === 0 || bytes.length > 64) return undefined;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

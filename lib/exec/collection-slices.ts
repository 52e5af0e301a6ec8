/**
 * The records of collections, which travel with the tasks that read them and not with their stage: a slice is encoded
 * when the first task needs it, once, into shared memory that every worker reads.
 *
 * Frames hold what records usually are. A slice with anything else in it (functions, instances of classes that are not
 * registered) is captured as closures are, all of it, so that a record is the same on each of its two roads.
 */
import type { Batch } from '../../formats/schema/batch.ts';
import { CairnError } from '../base/errors.ts';
import { type CaptureOptions, capture } from '../closure/capture.ts';
import type { Packet } from '../closure/packet.ts';
import { type ReviveOptions, revive } from '../closure/revive.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { allNarrowReads } from '../lineage/narrow-reads.ts';
import { CollectionNode, type Slice } from '../lineage/nodes/collection-node.ts';
import type { Partition } from '../lineage/partition.ts';
import { rowBatches } from '../lineage/records.ts';
import { decodeBatches, encodeRows } from './row-frames.ts';

/** The records of one slice, ready to be posted to any number of workers. */
export type ShippedRows =
  | { readonly kind: 'frames'; readonly chunks: readonly Uint8Array[] }
  | { readonly kind: 'packet'; readonly packet: Packet };

/** An ordinary batch of the loops that read it. */
const ROWS_PER_FRAME = 2048;

const shipped = new WeakMap<CollectionNode, Map<number, Promise<ShippedRows>>>();

/**
 * The records of a slice, as they are when it is first asked for. Raises `TASK_NOT_SERIALIZABLE`, with the position of
 * the first record that cannot travel, and `LIMIT_EXCEEDED` for a record that is too large.
 */
export function shippedSlice(node: CollectionNode, slice: number, options: CaptureOptions = {}): Promise<ShippedRows> {
  let slices = shipped.get(node);
  if (slices === undefined) {
    slices = new Map();
    shipped.set(node, slices);
  }
  let rows = slices.get(slice);
  if (rows === undefined) {
    rows = shipSlice(node, slice, options);
    slices.set(slice, rows);
    // The user may mend it: by registering a class, or in the record itself.
    rows.catch(() => slices.delete(slice));
  }
  return rows;
}

/** A slice of a collection that a task reads. */
export interface CollectionRead {
  readonly node: CollectionNode;
  readonly partition: number;
}

/** The slices of collections that computing a partition reads. */
export function collectionReads(node: LineageNode, partition: number): CollectionRead[] {
  const reads: CollectionRead[] = [];
  for (const read of allNarrowReads(node, partition, { passOver: () => true })) {
    const { node: found } = read;
    // One that is checkpointed is read from there.
    if (found instanceof CollectionNode && found.checkpoint === undefined) {
      reads.push({ node: found, partition: read.partition });
    }
  }
  return reads;
}

/** In a worker: the batches of a slice, as often as they are asked for. Raises as `revive`. */
export async function rowsOfShipped(rows: ShippedRows, options: ReviveOptions = {}): Promise<Iterable<Batch>> {
  if (rows.kind === 'frames') {
    const { chunks } = rows;
    return { [Symbol.iterator]: () => decodeBatches(chunks, 'a slice of a collection') };
  }
  const records = await revive(rows.packet, options);
  return { [Symbol.iterator]: () => rowBatches(records, ROWS_PER_FRAME) };
}

async function shipSlice(node: CollectionNode, slice: number, options: CaptureOptions): Promise<ShippedRows> {
  const { from, to } = (node.partitions[slice] as Partition).split as Slice;
  const chunks = tryFrames(node.records, from, to);
  if (chunks !== undefined) return { kind: 'frames', chunks };
  const records = node.records.slice(from, to);
  try {
    return { kind: 'packet', packet: await capture(records, options) };
  } catch (error) {
    throw CairnError.is(error, 'TASK_NOT_SERIALIZABLE') ? await nameRecord(node, from, records, options) : error;
  }
}

/** The records as frames; undefined where one of them is no storable value. */
function tryFrames(records: readonly unknown[], from: number, to: number): readonly Uint8Array[] | undefined {
  try {
    return encodeRows(records, from, to, { rowsPerFrame: ROWS_PER_FRAME }).map(share);
  } catch (error) {
    // What a getter of a record throws: a capture copies getters, and does not run them.
    if (!(error instanceof CairnError) || error.code === 'VALUE_NOT_SERIALIZABLE') return undefined;
    throw error;
  }
}

/** In memory that every worker reads: posting it copies nothing. */
function share(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Which record it is, found by halving: the same error, with its position in the collection in front. */
async function nameRecord(
  node: CollectionNode,
  from: number,
  records: readonly unknown[],
  options: CaptureOptions,
): Promise<unknown> {
  let low = 0;
  let high = records.length;
  let found: CairnError<'TASK_NOT_SERIALIZABLE'> | undefined;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const refused = await refusalOf(records.slice(low, middle + 1), options);
    if (refused === undefined) low = middle + 1;
    else {
      high = middle;
      found = refused;
    }
  }
  if (found === undefined) return new CairnError('INTERNAL', { detail: 'no record of a refused slice is refused' });
  const { path, reason, remedy } = found.params as Readonly<Record<'path' | 'reason' | 'remedy', string>>;
  const record = `record ${from + low} of ${describeCallSite(node.callSite)}`;
  return new CairnError('TASK_NOT_SERIALIZABLE', { path: `${record} -> ${path}`, reason, remedy }, { cause: found });
}

async function refusalOf(
  records: readonly unknown[],
  options: CaptureOptions,
): Promise<CairnError<'TASK_NOT_SERIALIZABLE'> | undefined> {
  try {
    await capture(records, { ...options, onWarning: () => {} });
    return undefined;
  } catch (error) {
    if (CairnError.is(error, 'TASK_NOT_SERIALIZABLE')) return error;
    throw error;
  }
}

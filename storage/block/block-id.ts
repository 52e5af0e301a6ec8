/**
 * Names of blocks and of the files that hold them, as Spark writes them. A name is a plain file name: no separator,
 * no dot but that of its extension, so that no id can leave its directory.
 */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { type NodeId, nodeId, type ShuffleId, shuffleId, type TaskId, taskId } from '../../lib/base/ids.ts';
import { invariant } from '../../lib/base/invariant.ts';

declare const brand: unique symbol;

/** A block's name. Made by the functions below or by `blockId`, which checks; equal blocks have equal names. */
export type BlockId = string & { readonly [brand]: 'BlockId' };

/** What a block's name says. */
export type ParsedBlockId =
  /** A stored partition of a dataset. */
  | { readonly kind: 'rdd'; readonly nodeId: NodeId; readonly partition: number }
  /** What one map task wrote for one reduce partition; a part of a data file, not a file. */
  | { readonly kind: 'shuffle'; readonly shuffleId: ShuffleId; readonly taskId: TaskId; readonly partition: number }
  | { readonly kind: 'shuffle-data'; readonly shuffleId: ShuffleId; readonly taskId: TaskId }
  | { readonly kind: 'shuffle-index'; readonly shuffleId: ShuffleId; readonly taskId: TaskId }
  /** A broadcast value (`piece` undefined), or a piece of one. */
  | { readonly kind: 'broadcast'; readonly broadcastId: number; readonly piece: number | undefined }
  | { readonly kind: 'task-result'; readonly taskId: TaskId }
  /** A spill of an aggregation or sort. */
  | { readonly kind: 'temp-local'; readonly name: string }
  /** A spill of a map task. */
  | { readonly kind: 'temp-shuffle'; readonly name: string };

export function rddBlockId(node: NodeId, partition: number): BlockId {
  return `rdd_${natural(node)}_${natural(partition)}` as BlockId;
}

export function shuffleBlockId(shuffle: ShuffleId, task: TaskId, partition: number): BlockId {
  return `shuffle_${natural(shuffle)}_${natural(task)}_${natural(partition)}` as BlockId;
}

/** The file of a map output's frames. Its reduce id is always 0, as in Spark: one file holds all partitions. */
export function shuffleDataFile(shuffle: ShuffleId, task: TaskId): BlockId {
  return `shuffle_${natural(shuffle)}_${natural(task)}_0.data` as BlockId;
}

/** The file that says where each partition of a map output lies. */
export function shuffleIndexFile(shuffle: ShuffleId, task: TaskId): BlockId {
  return `shuffle_${natural(shuffle)}_${natural(task)}_0.index` as BlockId;
}

export function broadcastBlockId(broadcast: number, piece?: number): BlockId {
  const whole = `broadcast_${natural(broadcast)}`;
  return (piece === undefined ? whole : `${whole}_piece${natural(piece)}`) as BlockId;
}

export function taskResultBlockId(task: TaskId): BlockId {
  return `taskresult_${natural(task)}` as BlockId;
}

/** `name` makes it unique among the spills of its directory: letters, digits and `-`. */
export function tempLocalBlockId(name: string): BlockId {
  return blockId(`temp_local_${name}`);
}

/** `name` makes it unique among the spills of its directory: letters, digits and `-`. */
export function tempShuffleBlockId(name: string): BlockId {
  return blockId(`temp_shuffle_${name}`);
}

/** The text as a block's name. Raises UNRECOGNIZED_BLOCK_ID when it is none. */
export function blockId(name: string): BlockId {
  parseBlockId(name);
  return name as BlockId;
}

/** What the name says. Raises UNRECOGNIZED_BLOCK_ID when it is no block's name. */
export function parseBlockId(name: string): ParsedBlockId {
  const parsed = findBlockId(name);
  if (parsed === undefined) throw new CairnError('UNRECOGNIZED_BLOCK_ID', { name: describeValue(name) });
  return parsed;
}

const NAME = new RegExp(
  [
    'rdd_(?<node>N)_(?<partition>N)',
    'shuffle_(?<shuffle>N)_(?<map>N)_(?:(?<reduce>N)|0\\.(?<file>data|index))',
    'broadcast_(?<broadcast>N)(?:_piece(?<piece>N))?',
    'taskresult_(?<result>N)',
    'temp_local_(?<local>[A-Za-z0-9-]{1,128})',
    'temp_shuffle_(?<spill>[A-Za-z0-9-]{1,128})',
  ]
    .map((form) => `^${form}$`)
    .join('|')
    // Canonical decimals only, so that no two names mean one block; 15 digits are always a safe integer.
    .replaceAll('N', '0|[1-9][0-9]{0,14}'),
);

/** What the name says; undefined when it is no block's name. The whole text must match. */
export function findBlockId(name: string): ParsedBlockId | undefined {
  // `$` would also match before a final line feed in other languages; in JavaScript it does not without the m flag.
  const part = NAME.exec(name)?.groups;
  if (part === undefined) return undefined;
  if (part.node !== undefined) {
    return { kind: 'rdd', nodeId: nodeId(Number(part.node)), partition: Number(part.partition) };
  }
  if (part.shuffle !== undefined) {
    const shuffle = { shuffleId: shuffleId(Number(part.shuffle)), taskId: taskId(Number(part.map)) };
    if (part.file === 'data') return { kind: 'shuffle-data', ...shuffle };
    if (part.file === 'index') return { kind: 'shuffle-index', ...shuffle };
    return { kind: 'shuffle', ...shuffle, partition: Number(part.reduce) };
  }
  if (part.broadcast !== undefined) {
    const piece = part.piece === undefined ? undefined : Number(part.piece);
    return { kind: 'broadcast', broadcastId: Number(part.broadcast), piece };
  }
  if (part.result !== undefined) return { kind: 'task-result', taskId: taskId(Number(part.result)) };
  if (part.local !== undefined) return { kind: 'temp-local', name: part.local };
  return { kind: 'temp-shuffle', name: part.spill as string };
}

function natural(n: number): string {
  invariant(Number.isSafeInteger(n) && n >= 0 && n < 1e15, `a block's name cannot hold the id ${n}`);
  return String(n);
}

/**
 * How ratings lie for alternating least squares: in blocks by user and, once more, in blocks by item.
 *
 * A block holds the ratings of its own ids (the rows) and says which rows' factors each block of the other side needs.
 * What a block sends to another one is ordered by id, and so is the receiver's list of the ids it hears of from there:
 * a rating needs to remember only the sender and the position in what it sends. Block i is the only record of partition
 * i, so that blocks and factors meet without a shuffle; factors travel once for each pair of blocks, not for each rating.
 */
import { compareIds, hashId, type Id } from './id.ts';

/** Own id, the other side's id, the rating. */
export type Triple = readonly [id: Id, other: Id, rating: number];

/** The ratings of one block's ids. Ids ascend, and so do the other ids of a row. */
export interface RatingBlock {
  readonly ids: readonly Id[];
  /** The ratings of row r are those from `starts[r]` up to `starts[r + 1]`. */
  readonly starts: Int32Array;
  readonly ratings: Float64Array;
  /** For each rating, the other side's block, and the position in what that block sends to this one. */
  readonly senders: Int32Array;
  readonly positions: Int32Array;
  /** For each block of the other side, the rows it needs. */
  readonly needed: readonly Int32Array[];
}

/** The factors of some rows of one block, one after another, for another block. */
export interface FactorMessage {
  readonly sender: number;
  readonly factors: Float64Array;
}

/** The block an id belongs to. */
export function blockOf(id: Id, blocks: number): number {
  return hashId(id) % blocks;
}

/** Makes a block out of all triples of its ids, in any order. `otherBlocks`: how many blocks the other side has. */
export function makeRatingBlock(triples: Iterable<Triple>, otherBlocks: number): RatingBlock {
  // By rating, too: sums are then the same in whatever order a pair that was rated twice arrives.
  const sorted = [...triples].sort((a, b) => compareIds(a[0], b[0]) || compareIds(a[1], b[1]) || a[2] - b[2]);
  const others = sendersOf(sorted, otherBlocks);
  const ids: Id[] = [];
  const starts: number[] = [];
  const needed: number[][] = Array.from({ length: otherBlocks }, () => []);
  const ratings = new Float64Array(sorted.length);
  const senders = new Int32Array(sorted.length);
  const positions = new Int32Array(sorted.length);
  for (const [i, [id, other, rating]] of sorted.entries()) {
    if (ids.at(-1) !== id) {
      ids.push(id);
      starts.push(i);
    }
    const { sender, position } = others.get(other) as { sender: number; position: number };
    ratings[i] = rating;
    senders[i] = sender;
    positions[i] = position;
    const rows = needed[sender] as number[];
    if (rows.at(-1) !== ids.length - 1) rows.push(ids.length - 1);
  }
  return {
    ids,
    starts: Int32Array.from([...starts, sorted.length]),
    ratings,
    senders,
    positions,
    needed: needed.map((rows) => Int32Array.from(rows)),
  };
}

/** Where the factors of each other id are to be found: ids of one sender are numbered as they ascend. */
function sendersOf(triples: readonly Triple[], otherBlocks: number): Map<Id, { sender: number; position: number }> {
  const found = new Map<Id, { sender: number; position: number }>();
  const sent = new Int32Array(otherBlocks);
  for (const other of [...new Set(triples.map((triple) => triple[1]))].sort(compareIds)) {
    const sender = blockOf(other, otherBlocks);
    const position = sent[sender] as number;
    found.set(other, { sender, position });
    sent[sender] = position + 1;
  }
  return found;
}

/** What a block with these factors sends: `[receiver, message]` for each block that needs any of its rows. */
export function* messagesOf(
  block: RatingBlock,
  factors: Float64Array,
  rank: number,
  sender: number,
): Generator<[receiver: number, message: FactorMessage]> {
  for (const [receiver, rows] of block.needed.entries()) {
    if (rows.length === 0) continue;
    const sent = new Float64Array(rows.length * rank);
    for (const [i, row] of rows.entries()) sent.set(factors.subarray(row * rank, (row + 1) * rank), i * rank);
    yield [receiver, { sender, factors: sent }];
  }
}

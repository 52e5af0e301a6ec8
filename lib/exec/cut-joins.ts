/**
 * Cuts groups whose join would make very many records into groups whose joins, one after another, make the same ones.
 *
 * A loop that joins runs to the end of its record: of a key with thousands of values on both sides it would make millions
 * before anyone takes them, looks at the clock or asks whether the task is cancelled. Values that lie on disk are read here,
 * piece by piece, so that loops see plain arrays alone.
 */
import { types } from 'node:util';
import { type RowBatch, rowBatch } from '../../formats/schema/batch.ts';
import type { Step } from '../lineage/step.ts';

type Group = readonly [unknown, readonly [readonly unknown[], readonly unknown[]]];

/** Whether a chain begins by joining: what comes before it leaves records as they are. */
export function beginsWithJoin(steps: readonly Step[]): boolean {
  return steps.find(({ kind }) => kind !== 'pass')?.kind === 'join';
}

/** The batch in pieces, in order; one group of a piece makes `limit` records at most. Batches without large groups stay. */
export function* cutJoins(batch: RowBatch, limit: number): Generator<RowBatch, void, undefined> {
  const { rows, from, to } = batch;
  let start = from;
  for (let i = from; i < to; i++) {
    const [key, [lefts, rights]] = rows[i] as Group;
    const isLarge = lefts.length * rights.length > limit || lefts.length > limit || rights.length > limit;
    if (!isLarge && !isOnDisk(lefts) && !isOnDisk(rights)) continue;
    if (start < i) yield rowBatch(rows, start, i);
    start = i + 1;
    for (const piece of cutGroup(lefts, rights, limit)) yield rowBatch([[key, piece]]);
  }
  if (start === from) yield batch;
  else if (start < to) yield rowBatch(rows, start, to);
}

/** Lefts in the outer loop, as the join has them: several with all rights where these are few, else one with some rights. */
function* cutGroup(
  lefts: readonly unknown[],
  rights: readonly unknown[],
  limit: number,
): Generator<readonly [readonly unknown[], readonly unknown[]], void, undefined> {
  if (rights.length <= limit) {
    const all = isOnDisk(rights) ? rights.slice() : rights;
    const step = Math.max(1, Math.floor(limit / Math.max(1, rights.length)));
    for (let at = 0; at < lefts.length; at += step) yield [lefts.slice(at, at + step), all];
    if (lefts.length === 0) yield [lefts, all];
    return;
  }
  const step = Math.max(1, limit);
  const outer = lefts.length === 0 ? [[]] : singles(lefts);
  for (const some of outer) {
    for (let at = 0; at < rights.length; at += step) yield [some, rights.slice(at, at + step)];
  }
}

function* singles(values: readonly unknown[]): Generator<readonly unknown[], void, undefined> {
  for (const value of values) yield [value];
}

function isOnDisk(values: readonly unknown[]): boolean {
  return types.isProxy(values);
}

/** Where the pages of a chunk are cut: between rows, so that an offset index can say which rows a page has. */
import type { LeafColumn } from './write-leaf.ts';

export interface PageCut {
  readonly entryFrom: number;
  readonly entryTo: number;
  readonly valueFrom: number;
  readonly valueTo: number;
  readonly firstRow: number;
}

export interface PageSize {
  readonly pageRows: number;
  /** Of values, before compression. A page has at least one row, however large. */
  readonly pageBytes: number;
}

/** The pages of a chunk; none for a chunk without rows. */
export function cutPages(column: LeafColumn, { pageRows, pageBytes }: PageSize): readonly PageCut[] {
  const { store, entryCount } = column;
  const isPlainBytes = store.kind === 'bytes' && store.coded() === undefined;
  if (column.leaf.repetition === 0 && column.nullCount === 0 && !isPlainBytes) {
    const valueBytes = store.kind === 'fixed' ? store.words * 4 : 1;
    const step = Math.max(1, Math.min(pageRows, Math.floor(pageBytes / valueBytes)));
    return evenCuts(entryCount, step);
  }
  return unevenCuts(column, pageRows, pageBytes);
}

function evenCuts(count: number, step: number): readonly PageCut[] {
  const cuts: PageCut[] = [];
  for (let at = 0; at < count; at += step) {
    const end = Math.min(at + step, count);
    cuts.push({ entryFrom: at, entryTo: end, valueFrom: at, valueTo: end, firstRow: at });
  }
  return cuts;
}

function unevenCuts(column: LeafColumn, pageRows: number, pageBytes: number): readonly PageCut[] {
  const { leaf, store, entryCount, definitions, repetitions } = column;
  const ends = store.kind === 'bytes' && store.coded() === undefined ? store.plain().ends : undefined;
  const valueBytes = store.kind === 'fixed' ? store.words * 4 : 1;
  const hasLists = leaf.repetition > 0;
  const cuts: PageCut[] = [];
  let start = { entry: 0, value: 0, row: 0, byte: 0 };
  let row = 0;
  let value = 0;
  for (let entry = 0; entry < entryCount; entry++) {
    if (!hasLists || repetitions[entry] === 0) {
      const byte = ends === undefined ? value * valueBytes : value === 0 ? 0 : (ends[value - 1] as number);
      // What the row to come takes is not known before it is seen: a page may pass its size by one row.
      if (entry > start.entry && (row - start.row >= pageRows || byte - start.byte >= pageBytes)) {
        cuts.push(cutFrom(start, entry, value));
        start = { entry, value, row, byte };
      }
      row++;
    }
    if (leaf.definedAt === 0 || definitions[entry] === leaf.definedAt) value++;
  }
  if (entryCount > start.entry) cuts.push(cutFrom(start, entryCount, value));
  return cuts;
}

function cutFrom(start: { entry: number; value: number; row: number }, entryTo: number, valueTo: number): PageCut {
  return { entryFrom: start.entry, entryTo, valueFrom: start.value, valueTo, firstRow: start.row };
}

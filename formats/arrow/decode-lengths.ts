/** Values that differ in length: where each of them begins and ends. */
import { isValid } from '../schema/vector.ts';
import { type ArrowPlace, damaged } from './damage.ts';
import { alignedBytes, type Slots } from './decode-values.ts';

const MAX_POSITION = 2 ** 31 - 1;

/**
 * `length + 1` offsets, none below the one before it, the last at most `limit`. Raises `ARROW_CORRUPT`. The array may share
 * the buffer.
 */
export function offsets(bytes: Uint8Array, bits: 32 | 64, limit: number, { length, where }: Slots): Int32Array {
  // Some writers have no offsets of no values.
  if (length === 0 && bytes.length === 0) return new Int32Array(1);
  const found = bits === 32 ? int32s(bytes, length + 1, where) : int64s(bytes, length + 1, where);
  let before = 0;
  for (let i = 0; i <= length; i++) {
    const offset = found[i] as number;
    if (offset < before) throw damaged(where, `an offset of at least ${before}`, offset);
    before = offset;
  }
  if (before > limit) throw damaged(where, `offsets up to ${limit}`, before);
  return found;
}

function int32s(bytes: Uint8Array, count: number, where: ArrowPlace): Int32Array {
  const own = alignedBytes(bytes, count * 4, 4, where);
  return new Int32Array(own.buffer, own.byteOffset, count);
}

/** 64-bit positions, which are within buffers and so hold in 31 bits. */
function int64s(bytes: Uint8Array, count: number, where: ArrowPlace): Int32Array {
  const words = int32s(alignedBytes(bytes, count * 8, 4, where), count * 2, where);
  const found = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const low = words[2 * i] as number;
    if (words[2 * i + 1] !== 0 || low < 0) throw damaged(where, `offsets up to ${MAX_POSITION}`, 'others');
    found[i] = low;
  }
  return found;
}

/** Where values begin, and how long they are. */
export interface Extents {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

export function extentsOf(ends: Int32Array, length: number): Extents {
  const starts = ends.slice(0, length);
  const lengths = new Int32Array(length);
  for (let i = 0; i < length; i++) lengths[i] = (ends[i + 1] as number) - (starts[i] as number);
  return { starts, lengths };
}

/** Lists that say of each where it begins and how long it is, within `limit`. Raises `ARROW_CORRUPT`. */
export function listViews(
  starts: Uint8Array,
  sizes: Uint8Array,
  bits: 32 | 64,
  limit: number,
  { length, validity, where }: Slots,
): Extents {
  const read = bits === 32 ? int32s : int64s;
  const found = { starts: read(starts, length, where), lengths: read(sizes, length, where).slice() };
  for (let i = 0; i < length; i++) {
    const start = found.starts[i] as number;
    const size = found.lengths[i] as number;
    if (!isValid(validity, i)) found.lengths[i] = 0;
    else if (start < 0 || size < 0 || size > limit - start) {
      throw damaged(where, `elements up to ${limit}`, start + size);
    }
  }
  return found;
}

const VIEW_BYTES = 16;
/** Shorter values lie in the view itself. */
const INLINE_BYTES = 12;

/**
 * Values by views: their length, and then themselves, or a part of them, the number of a buffer and a position in it.
 * They become positions in one array, of the views and then the buffers. Raises `ARROW_CORRUPT`.
 */
export function byteViews(
  views: Uint8Array,
  buffers: readonly Uint8Array[],
  { length, validity, where }: Slots,
): Extents & { readonly bytes: Uint8Array } {
  alignedBytes(views, length * VIEW_BYTES, 1, where);
  const pieces = [views.subarray(0, length * VIEW_BYTES), ...buffers];
  const places: number[] = [];
  let total = 0;
  for (const piece of pieces) {
    places.push(total);
    total += piece.length;
  }
  if (total > MAX_POSITION) throw damaged(where, `buffers of ${MAX_POSITION} bytes in all`, total);
  const bytes = new Uint8Array(total);
  for (const [i, piece] of pieces.entries()) bytes.set(piece, places[i]);
  const view = new DataView(bytes.buffer);
  const starts = new Int32Array(length);
  const lengths = new Int32Array(length);
  for (let i = 0, at = 0; i < length; i++, at += VIEW_BYTES) {
    if (!isValid(validity, i)) continue;
    const size = view.getInt32(at, true);
    lengths[i] = size;
    if (size >= 0 && size <= INLINE_BYTES) {
      starts[i] = at + 4;
      continue;
    }
    const number = view.getInt32(at + 8, true);
    const offset = view.getInt32(at + 12, true);
    const piece = number < 0 ? undefined : buffers[number];
    if (size < 0 || piece === undefined || offset < 0 || size > piece.length - offset) {
      throw damaged(where, 'a view into a buffer', `${size} bytes at ${offset} of buffer ${number}`);
    }
    starts[i] = (places[number + 1] as number) + offset;
  }
  return { bytes, starts, lengths };
}

/**
 * Of values in runs, the run that each of `length` values is in. The ends of runs ascend; the last may lie beyond. Raises
 * `ARROW_CORRUPT`.
 */
export function runsOf(ends: ArrayLike<number>, { length, where }: Slots): Int32Array {
  const runs = new Int32Array(length);
  let from = 0;
  for (let run = 0; run < ends.length && from < length; run++) {
    const end = ends[run] as number;
    if (end <= from) throw damaged(where, `a run that ends after value ${from}`, end);
    runs.fill(run, from, Math.min(end, length));
    from = end;
  }
  if (from < length) throw damaged(where, `runs up to value ${length}`, from);
  return runs;
}

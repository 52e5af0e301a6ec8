/** The 24 bytes before each frame's payload (FORMAT.md). */
import { CairnError } from '../../lib/base/errors.ts';
import { checksum } from '../bytes/checksum.ts';
import type { CodecName } from '../bytes/compression.ts';
import { DEFAULT_FRAME_LIMITS, type FrameLimits } from './limits.ts';

/** "CFRM", read as a little-endian number. On a big-endian machine nothing matches, and nothing is misread. */
export const FRAME_MAGIC = 0x4d524643;
export const FRAME_VERSION = 1;
export const FRAME_HEADER_BYTES = 24;
/** Frames end at a multiple of this from their start. */
export const FRAME_ALIGNMENT = 8;

export type Road = 'values' | 'columns';

/** By the number stored. */
export const ROADS: readonly Road[] = ['values', 'columns'];
export const CODECS: readonly CodecName[] = ['none', 'zstd', 'deflate'];

export interface FrameHeader {
  readonly road: Road;
  readonly codec: CodecName;
  readonly rowCount: number;
  /** Bytes of the payload in the file, and after decompression. */
  readonly storedLength: number;
  readonly rawLength: number;
  readonly checksum: number;
  /** Bytes of the whole frame: header, payload and padding. */
  readonly byteLength: number;
}

/** Where bytes come from, for errors: `offset` is the place of the first of them in the file. */
export interface Origin {
  readonly path: string;
  readonly offset: number;
}

/** Bytes a frame takes with a payload of `storedLength`. */
export function frameBytes(storedLength: number): number {
  return Math.ceil((FRAME_HEADER_BYTES + storedLength) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}

/**
 * Records and length of the frame at `at`, where a whole header is. Nothing is verified: for bytes that this process
 * has just encoded, or that are verified afterwards.
 */
export function peekFrame(bytes: Uint8Array, at: number): { readonly rowCount: number; readonly byteLength: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEADER_BYTES);
  return { rowCount: view.getUint32(8, true), byteLength: frameBytes(view.getUint32(12, true)) };
}

/**
 * One checksum for frames that belong together, begun with `seed`: over their headers, each of which holds the checksum
 * of its own frame. It says which frames these are and in what order, and costs nothing next to reading them; whether
 * each is sound is the frame's own checksum's to say. Undefined for bytes that are no sequence of whole frames.
 */
export function framesChecksum(bytes: Uint8Array, seed: number): number | undefined {
  let sum = seed;
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < FRAME_HEADER_BYTES) return undefined;
    const { byteLength } = peekFrame(bytes, at);
    if (byteLength > bytes.length - at) return undefined;
    sum = checksum(bytes.subarray(at, at + FRAME_HEADER_BYTES), sum);
    at += byteLength;
  }
  return sum;
}

/** Verifies every frame of `bytes` by its checksum. Raises `CORRUPT_FILE`. */
export function verifyFrames(bytes: Uint8Array, origin: Origin): void {
  for (let at = 0; at < bytes.length; ) at += readFrameHeader(bytes, at, origin).byteLength;
}

/** The checksum of a frame: its header up to the checksum, then payload and padding. */
export function frameChecksum(frame: Uint8Array): number {
  return checksum(frame.subarray(FRAME_HEADER_BYTES), checksum(frame.subarray(0, 20)));
}

/**
 * Reads the header at `at` and verifies the frame's length and checksum: what the caller reads after this is what
 * was written. Raises `CORRUPT_FILE` and, for a sound frame of another release, `UNSUPPORTED_VERSION`.
 */
export function readFrameHeader(
  bytes: Uint8Array,
  at: number,
  origin: Origin,
  limits: FrameLimits = DEFAULT_FRAME_LIMITS,
): FrameHeader {
  const fail = (where: number, expected: string, found: string | number): CairnError =>
    new CairnError('CORRUPT_FILE', { path: origin.path, offset: origin.offset + at + where, expected, found });
  const left = bytes.length - at;
  if (left < FRAME_HEADER_BYTES) throw fail(0, `a frame header of ${FRAME_HEADER_BYTES} bytes`, `${left} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEADER_BYTES);
  const magic = view.getUint32(0, true);
  if (magic !== FRAME_MAGIC) throw fail(0, 'the start of a frame', `0x${magic.toString(16).padStart(8, '0')}`);
  const rowCount = view.getUint32(8, true);
  const storedLength = view.getUint32(12, true);
  const rawLength = view.getUint32(16, true);
  const byteLength = frameBytes(storedLength);
  if (byteLength > left) throw fail(12, `a frame of ${byteLength} bytes`, `${left} bytes`);
  const expected = view.getUint32(20, true);
  const found = frameChecksum(bytes.subarray(at, at + byteLength));
  if (found !== expected) throw fail(20, `checksum ${hex(expected)}`, hex(found));
  const version = view.getUint8(4);
  if (version !== FRAME_VERSION) {
    throw new CairnError('UNSUPPORTED_VERSION', { path: origin.path, found: version, supported: FRAME_VERSION });
  }
  const road = ROADS[view.getUint8(5)];
  if (road === undefined) throw fail(5, 'road 0 or 1', view.getUint8(5));
  const codec = CODECS[view.getUint8(6)];
  if (codec === undefined) throw fail(6, 'a codec from 0 to 2', view.getUint8(6));
  if (view.getUint8(7) !== 0) throw fail(7, '0', view.getUint8(7));
  if (codec === 'none' && rawLength !== storedLength) throw fail(16, `${storedLength} bytes`, rawLength);
  if (rawLength > limits.maxRawBytes) throw fail(16, `at most ${limits.maxRawBytes} bytes`, rawLength);
  if (rowCount > limits.maxRows) throw fail(8, `at most ${limits.maxRows} records`, rowCount);
  return { road, codec, rowCount, storedLength, rawLength, checksum: expected, byteLength };
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0');
}

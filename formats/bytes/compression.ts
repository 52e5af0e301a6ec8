/**
 * Compression of frames: zstd by Node where it has it (22.15 and later), else by WebAssembly; deflate everywhere.
 *
 * The raw length is always known from outside. It is compared with what the stream itself declares, or bounds the
 * output, before anything is allocated: a bomb ends in `CORRUPT_DATA`, not in memory.
 */
import * as zlib from 'node:zlib';
import { CairnError } from '../../lib/base/errors.ts';
import { invariant, unreachable } from '../../lib/base/invariant.ts';

export type CodecName = 'none' | 'zstd' | 'deflate';

/** Level 1 of both: beyond it a local disk is faster than the compressor. */
const LEVEL = 1;
const MAX_WASM_BYTES = 1.5 * 1024 ** 3;
/** Deflate spends at least two bits on 258 bytes. */
const DEFLATE_MAX_RATIO = 1032;

interface Zstd {
  compress(bytes: Uint8Array): Uint8Array;
  decompress(bytes: Uint8Array, rawLength: number): Uint8Array;
}

/** The part of Node's zlib that this Node may lack. */
interface NativeZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: object) => Buffer;
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: object) => Buffer;
  readonly constants: { readonly ZSTD_c_compressionLevel?: number };
}

let zstd: Zstd | undefined = nativeZstd(zlib as NativeZstd);
let loading: Promise<void> | undefined;

/**
 * Makes zstd ready in this thread; every thread that compresses or reads compressed frames awaits it once.
 * Idempotent; does nothing where Node has zstd.
 */
export function initCompression(): Promise<void> {
  if (zstd !== undefined) return Promise.resolve();
  loading ??= loadWasmZstd().then((loaded) => {
    zstd = loaded;
  });
  return loading;
}

/** Compresses; the result may share memory with `bytes` when the codec is `none`. */
export function compress(codec: CodecName, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'zstd':
      return readyZstd().compress(bytes);
    case 'deflate':
      return zlib.deflateRawSync(bytes, { level: LEVEL });
    default:
      return unreachable(codec);
  }
}

/**
 * The inverse of `compress`. Raises `CORRUPT_DATA` (offset 0) unless the result has exactly `rawLength` bytes; at
 * most that much is allocated for it, so the caller checks `rawLength` against its limit first.
 */
export function decompress(codec: CodecName, bytes: Uint8Array, rawLength: number): Uint8Array {
  const raw = codec === 'none' ? bytes : inflate(codec, bytes, rawLength);
  if (raw.length !== rawLength) throw damaged(`${rawLength} bytes`, `${raw.length}`);
  return raw;
}

function inflate(codec: 'zstd' | 'deflate', bytes: Uint8Array, rawLength: number): Uint8Array {
  try {
    if (codec === 'zstd') {
      const declared = zstdContentSize(bytes);
      if (declared !== rawLength)
        throw damaged(`a zstd frame of ${rawLength} bytes`, `${declared ?? 'something else'}`);
      return readyZstd().decompress(bytes, rawLength);
    }
    if (rawLength > bytes.length * DEFLATE_MAX_RATIO) throw damaged('a deflate stream', `one of ${rawLength} bytes`);
    return zlib.inflateRawSync(bytes, { maxOutputLength: Math.max(rawLength, 1) });
  } catch (error) {
    if (error instanceof CairnError) throw error;
    throw new CairnError(
      'CORRUPT_DATA',
      { offset: 0, expected: `a ${codec} stream of ${rawLength} bytes`, found: 'one that cannot be decompressed' },
      { cause: error },
    );
  }
}

/** What a zstd frame says of its content's size (RFC 8878, 3.1.1.1); undefined when it says nothing or is none. */
export function zstdContentSize(bytes: Uint8Array): number | undefined {
  if (bytes.length < 6) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = bytes[4] as number;
  const single = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4] as const)[(descriptor & 3) as 0 | 1 | 2 | 3];
  const width = flag === 0 ? (single ? 1 : 0) : 1 << flag;
  if (width === 0 || at + width > bytes.length) return undefined;
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true) + 256;
  return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function readyZstd(): Zstd {
  invariant(zstd !== undefined, 'initCompression() was not awaited in this thread before zstd was used');
  return zstd;
}

function nativeZstd(source: NativeZstd): Zstd | undefined {
  const { zstdCompressSync, zstdDecompressSync, constants } = source;
  const levelKey = constants.ZSTD_c_compressionLevel;
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined || levelKey === undefined) return undefined;
  return {
    compress: (bytes) => zstdCompressSync(bytes, { params: { [levelKey]: LEVEL }, pledgedSrcSize: bytes.length }),
    decompress: (bytes, rawLength) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(rawLength, 1) }),
  };
}

async function loadWasmZstd(): Promise<Zstd> {
  const wasm = await import('@bokuweb/zstd-wasm');
  await wasm.init();
  return {
    compress: (bytes) => wasm.compress(fitsWasm(bytes, bytes.length), LEVEL),
    decompress: (bytes, rawLength) => wasm.decompress(fitsWasm(bytes, rawLength)),
  };
}

/** Source and result share the 2 GiB that WebAssembly can address; the library does not notice when they do not fit. */
function fitsWasm(bytes: Uint8Array, rawLength: number): Uint8Array {
  if (bytes.length + rawLength <= MAX_WASM_BYTES && rawLength <= MAX_WASM_BYTES / 2) return bytes;
  throw new CairnError('LIMIT_EXCEEDED', {
    what: 'the size of a block for zstd in WebAssembly',
    found: `${rawLength} bytes`,
    limit: `${MAX_WASM_BYTES / 2} bytes`,
    remedy: 'use smaller batches, or Node 22.15 or later, which has zstd built in',
  });
}

function damaged(expected: string, found: string): CairnError {
  return new CairnError('CORRUPT_DATA', { offset: 0, expected, found });
}

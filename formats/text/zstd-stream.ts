import type * as fzstd from 'fzstd';
import { CairnError } from '../../lib/base/errors.ts';
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import { Xxh64 } from '../bytes/xxh64.ts';
import type { ByteStream } from './byte-stream.ts';

const decoder = loadWhenUsed<typeof fzstd>('fzstd');

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 * 1024;
/** What the `zstd` command refuses without being told otherwise (window log 27). */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
const INPUT_BYTES = 64 * 1024;
/** fzstd holds less than this back until more comes, and a whole frame may be shorter. */
const FZSTD_LEAST_INPUT = 18;
const HAS_CHECKSUM = 4;

interface FrameHeader {
  readonly bytes: Uint8Array;
  readonly hasChecksum: boolean;
  readonly contentBytes: bigint | undefined;
  readonly maxBlockBytes: number;
}

/**
 * The content of a zstd file (RFC 8878): any number of frames, one after another; skippable ones are skipped.
 *
 * Frames and blocks are told apart here and only the blocks are left to `fzstd`: the window is bounded before it is
 * allocated (LIMIT_EXCEEDED over 128 MiB), checksums are verified, and a cut file is noticed at any byte. Damage is
 * CORRUPT_FILE; the bytes before it, of the same frame too, may have been given by then.
 */
export class ZstdStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #path: string;
  readonly #buffer = new Uint8Array(INPUT_BYTES);
  #at = 0;
  #end = 0;
  #consumed = 0;
  #frame: FrameHeader | undefined;
  #decompress = new (decoder().Decompress)();
  #isFirstBlock = true;
  #hash = new Xxh64();
  #given = 0;
  #pieces: Uint8Array[] = [];
  #ended = false;

  /** `path` names the file in errors. */
  constructor(stream: ByteStream, path: string) {
    this.#stream = stream;
    this.#path = path;
  }

  read(target: Uint8Array): number {
    for (;;) {
      const piece = this.#pieces[0];
      if (piece !== undefined) {
        const count = Math.min(target.length, piece.length);
        target.set(piece.subarray(0, count));
        if (count === piece.length) this.#pieces.shift();
        else this.#pieces[0] = piece.subarray(count);
        return count;
      }
      if (this.#ended) return 0;
      if (this.#frame === undefined) this.#beginFrame();
      else this.#readBlock(this.#frame);
    }
  }

  #beginFrame(): void {
    if (!this.#fill()) {
      this.#ended = true;
      return;
    }
    const start = this.#take(4);
    const magic = word(start);
    if ((magic & ~15) >>> 0 === SKIPPABLE_MAGIC) {
      this.#skip(word(this.#take(4)));
      return;
    }
    if (magic !== MAGIC) throw this.#damaged('a zstd frame', 'other bytes');
    this.#frame = this.#readHeader(start);
    this.#hash = new Xxh64();
    this.#given = 0;
    this.#isFirstBlock = true;
    this.#decompress = new (decoder().Decompress)((data) => {
      if (data.length > 0) this.#pieces.push(data);
    });
  }

  #readHeader(start: Uint8Array): FrameHeader {
    const descriptor = this.#take(1);
    const flags = descriptor[0] as number;
    if ((flags & 8) !== 0) throw this.#damaged('a zstd frame header', 'a reserved bit');
    const isSingle = (flags & 0x20) !== 0;
    const sizeFlag = flags >> 6;
    const window = this.#take(isSingle ? 0 : 1);
    const dictionary = this.#take([0, 1, 2, 4][flags & 3] as number);
    const size = this.#take(sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag);
    if (dictionary.some((byte) => byte !== 0)) {
      throw new CairnError('UNSUPPORTED_COMPRESSION', { path: this.#path, found: 'zstd with a dictionary' });
    }
    const contentBytes = size.length === 0 ? undefined : littleEndian(size) + (sizeFlag === 1 ? 256n : 0n);
    const windowBytes = isSingle ? (contentBytes as bigint) : BigInt(windowOf(window[0] as number));
    if (windowBytes > MAX_WINDOW_BYTES) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the window of zstd file ${this.#path} in bytes`,
        found: windowBytes,
        limit: MAX_WINDOW_BYTES,
        remedy: "compress the file without '--ultra' and '--long', or decompress it first",
      });
    }
    // Its checksum flag is taken away: fzstd would skip the checksum, here it is verified.
    const bytes = Buffer.concat([start, Uint8Array.of(flags & ~HAS_CHECKSUM), window, dictionary, size]);
    const hasChecksum = (flags & HAS_CHECKSUM) !== 0;
    return { bytes, hasChecksum, contentBytes, maxBlockBytes: Math.min(MAX_BLOCK_BYTES, Number(windowBytes)) };
  }

  #readBlock(frame: FrameHeader): void {
    const header = this.#take(3);
    const fields = (header[0] as number) | ((header[1] as number) << 8) | ((header[2] as number) << 16);
    const isLast = (fields & 1) === 1;
    const type = (fields >> 1) & 3;
    const size = fields >> 3;
    if (type === 3) throw this.#damaged('a block of type 0, 1 or 2', 'one of type 3');
    if (size > frame.maxBlockBytes) throw this.#damaged(`a block of at most ${frame.maxBlockBytes} bytes`, `${size}`);
    const content = this.#take(type === 1 ? 1 : size);
    const parts = this.#isFirstBlock ? [frame.bytes, header, content] : [header, content];
    this.#isFirstBlock = false;
    this.#decode(Buffer.concat(parts), isLast);
    for (const piece of this.#pieces) {
      this.#given += piece.length;
      if (frame.hasChecksum) this.#hash.update(piece);
    }
    if (isLast) this.#endFrame(frame);
  }

  #decode(bytes: Uint8Array, isLast: boolean): void {
    try {
      this.#decompress.push(bytes, isLast && bytes.length < FZSTD_LEAST_INPUT);
    } catch (error) {
      // Its own errors, and those of JavaScript where damage leads it past the end of an array.
      throw this.#damaged('a zstd block', 'one that cannot be decompressed', error);
    }
  }

  #endFrame(frame: FrameHeader): void {
    this.#frame = undefined;
    if (frame.contentBytes !== undefined && frame.contentBytes !== BigInt(this.#given)) {
      throw this.#damaged(`${frame.contentBytes} bytes of content`, `${this.#given}`);
    }
    if (!frame.hasChecksum) return;
    const stored = word(this.#take(4));
    const found = Number(BigInt.asUintN(32, this.#hash.digest()));
    if (stored !== found) throw this.#damaged(`content with checksum ${stored}`, `${found}`);
  }

  #fill(): boolean {
    if (this.#at < this.#end) return true;
    this.#consumed += this.#end;
    this.#at = 0;
    this.#end = this.#stream.read(this.#buffer);
    return this.#end > 0;
  }

  /** The next `count` bytes, as a copy. */
  #take(count: number): Uint8Array {
    const taken = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      if (!this.#fill()) throw this.#damaged('more compressed data', 'the end of the file');
      const part = this.#buffer.subarray(this.#at, Math.min(this.#end, this.#at + count - done));
      taken.set(part, done);
      this.#at += part.length;
      done += part.length;
    }
    return taken;
  }

  #skip(count: number): void {
    for (let left = count; left > 0; ) {
      if (!this.#fill()) throw this.#damaged('the rest of a skippable frame', 'the end of the file');
      const step = Math.min(left, this.#end - this.#at);
      this.#at += step;
      left -= step;
    }
  }

  #damaged(expected: string, found: string, cause?: unknown): CairnError {
    const params = { path: this.#path, offset: this.#consumed + this.#at, expected, found };
    return new CairnError('CORRUPT_FILE', params, cause === undefined ? undefined : { cause });
  }
}

/** Window descriptor: exponent in the upper five bits, eighths of it in the lower three. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function word(bytes: Uint8Array): number {
  return Number(littleEndian(bytes));
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
  return value;
}

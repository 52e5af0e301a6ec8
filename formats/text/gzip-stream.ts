import { crc32 } from 'node:zlib';
import { BitInput } from './bit-input.ts';
import type { ByteStream } from './byte-stream.ts';
import { Inflater } from './inflate.ts';

const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const RESERVED_FLAGS = 0xe0;

/**
 * The content of a gzip file (RFC 1952): any number of members, one after another. Length and CRC of each are
 * checked at its end, so the bytes of a damaged member may have been given before CORRUPT_FILE is raised. Zero bytes
 * after the last member are padding; anything else there is damage.
 */
export class GzipStream implements ByteStream {
  readonly #input: BitInput;
  readonly #inflater: Inflater;
  #piece: Uint8Array = new Uint8Array(0);
  #state: 'first' | 'member' | 'end' = 'first';
  #crc = 0;
  #length = 0;

  /** `path` names the file in errors. */
  constructor(stream: ByteStream, path: string) {
    this.#input = new BitInput(stream, path);
    this.#inflater = new Inflater(this.#input);
  }

  read(target: Uint8Array): number {
    while (this.#piece.length === 0) {
      if (this.#state === 'end') return 0;
      if (this.#state === 'first' && !this.#beginMember(true)) return 0;
      const piece = this.#inflater.next();
      if (piece === undefined) {
        this.#endMember();
        if (this.#beginMember(false)) this.#inflater.restart();
        continue;
      }
      this.#crc = crc32(piece, this.#crc);
      this.#length = (this.#length + piece.length) >>> 0;
      this.#piece = piece;
    }
    const count = Math.min(target.length, this.#piece.length);
    target.set(this.#piece.subarray(0, count));
    this.#piece = this.#piece.subarray(count);
    return count;
  }

  /** Reads a member's header; false at the end of the file. */
  #beginMember(first: boolean): boolean {
    const input = this.#input;
    let byte = input.byte();
    if (!first) while (byte === 0) byte = input.byte();
    if (byte < 0) {
      this.#state = 'end';
      return false;
    }
    if (byte !== 0x1f || input.byte() !== 0x8b) throw input.damaged('a gzip header', 'other bytes');
    if (this.#byte() !== 8) throw input.damaged('compression method 8 (deflate)', 'another');
    const flags = this.#byte();
    if ((flags & RESERVED_FLAGS) !== 0) throw input.damaged('a gzip header', 'reserved flags');
    this.#skip(6);
    if ((flags & FLAG_EXTRA) !== 0) this.#skip(this.#byte() | (this.#byte() << 8));
    if ((flags & FLAG_NAME) !== 0) this.#skipText();
    if ((flags & FLAG_COMMENT) !== 0) this.#skipText();
    if ((flags & FLAG_HEADER_CRC) !== 0) this.#skip(2);
    this.#crc = 0;
    this.#length = 0;
    this.#state = 'member';
    return true;
  }

  #endMember(): void {
    const crc = this.#word();
    if (crc !== this.#crc) throw this.#input.damaged(`content with CRC ${hex(crc)}`, hex(this.#crc));
    const length = this.#word();
    if (length !== this.#length) throw this.#input.damaged(`${length} bytes of content`, `${this.#length}`);
  }

  #byte(): number {
    const byte = this.#input.byte();
    if (byte < 0) throw this.#input.truncated();
    return byte;
  }

  #word(): number {
    return (this.#byte() | (this.#byte() << 8) | (this.#byte() << 16) | (this.#byte() << 24)) >>> 0;
  }

  #skip(count: number): void {
    for (let i = 0; i < count; i++) this.#byte();
  }

  #skipText(): void {
    while (this.#byte() !== 0);
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

import { CairnError } from '../../lib/base/errors.ts';
import type { ByteStream } from './byte-stream.ts';

const INPUT_BYTES = 64 * 1024;

/** Compressed bytes with a position, for the bits of blocks and the bytes of headers around them. */
export class BitInput {
  readonly #stream: ByteStream;
  readonly #path: string;
  buffer = new Uint8Array(INPUT_BYTES);
  at = 0;
  end = 0;
  /** Bits taken from the buffer and not yet used, the next one lowest. */
  hold = 0;
  bits = 0;
  #consumed = 0;

  constructor(stream: ByteStream, path: string) {
    this.#stream = stream;
    this.#path = path;
  }

  /** The offset in the stream of the next byte that no one has used. */
  get offset(): number {
    return this.#consumed + this.at - (this.bits >> 3);
  }

  /** Makes `at < end` unless the stream is at its end. */
  fill(): boolean {
    if (this.at < this.end) return true;
    this.#consumed += this.end;
    this.at = 0;
    this.end = this.#stream.read(this.buffer);
    return this.end > 0;
  }

  /** The next byte, or -1 at the end. Between blocks only: whole bytes in `hold` come first. */
  byte(): number {
    if (this.bits >= 8) {
      const byte = this.hold & 0xff;
      this.hold >>>= 8;
      this.bits -= 8;
      return byte;
    }
    return this.fill() ? (this.buffer[this.at++] as number) : -1;
  }

  /** The next `count` (at most 16) bits. Raises CORRUPT_FILE at the end of the stream. */
  take(count: number): number {
    while (this.bits < count) {
      if (!this.fill()) throw this.truncated();
      this.hold |= (this.buffer[this.at++] as number) << this.bits;
      this.bits += 8;
    }
    const value = this.hold & ((1 << count) - 1);
    this.hold >>>= count;
    this.bits -= count;
    return value;
  }

  /** Drops the bits up to the next byte. */
  align(): void {
    this.hold >>>= this.bits & 7;
    this.bits &= ~7;
  }

  truncated(): CairnError {
    return this.damaged('more compressed data', 'the end of the file');
  }

  damaged(expected: string, found: string): CairnError {
    return new CairnError('CORRUPT_FILE', { path: this.#path, offset: this.offset, expected, found });
  }
}

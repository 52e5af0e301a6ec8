/**
 * What a worker's task holds, in words, where the session's thread can read it once the worker is gone: a thread that runs
 * out of memory says nothing any more.
 *
 * Threading: written by the worker, read after it has ended. A text that was being written then may be torn.
 */

/** Room for a handful of consumers; a longer text is cut. */
const TEXT_BYTES = 512;

export class MemoryBoard {
  /** Shared, to be posted to the other thread: a length, then text. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array(new SharedArrayBuffer(2 + TEXT_BYTES))) {
    this.bytes = bytes;
  }

  write(text: string): void {
    // Texts are ours, and short: consumers and amounts.
    const { written } = new TextEncoder().encodeInto(text, this.bytes.subarray(2));
    this.bytes[0] = written & 0xff;
    this.bytes[1] = written >>> 8;
  }

  read(): string {
    const length = (this.bytes[0] as number) | ((this.bytes[1] as number) << 8);
    // Decoders take no shared memory.
    return new TextDecoder().decode(Uint8Array.from(this.bytes.subarray(2, 2 + length)));
  }
}

/** Bytes by position, as an open file gives them. */
export interface ByteSource {
  /** Reads up to `target.length` bytes at `position`; fewer only at the end. Gives the number read. */
  read(target: Uint8Array, position: number): number;
}

/** Bytes in order. */
export interface ByteStream {
  /** Fills the front of `target` with the next bytes and gives their number: at least one, or 0 at the end. */
  read(target: Uint8Array): number;
}

/** The bytes of a source from `start` to its end. */
export class SourceStream implements ByteStream {
  readonly #source: ByteSource;
  #position: number;

  constructor(source: ByteSource, start = 0) {
    this.#source = source;
    this.#position = start;
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#position;
  }

  read(target: Uint8Array): number {
    const count = this.#source.read(target, this.#position);
    this.#position += count;
    return count;
  }
}

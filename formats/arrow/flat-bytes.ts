import { type ArrowPlace, damaged } from './damage.ts';

/** A table or struct of a FlatBuffer, as the classes that Arrow generates have them. */
interface FlatTable {
  bb: FlatBytes | null;
  bb_pos: number;
}

/**
 * Bytes of a FlatBuffer, under the names by which generated classes read them, every read checked: the `ByteBuffer` of
 * the package that they come with reads beyond the end as zeros, and follows offsets wherever they lead.
 *
 * Offsets to tables, vectors and strings only lead forward, as the format has it: so there are no cycles.
 * All reads raise `ARROW_CORRUPT`.
 */
export class FlatBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: ArrowPlace;

  constructor(bytes: Uint8Array, where: ArrowPlace) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  /** Where the root is found: always the beginning. */
  position(): number {
    return 0;
  }

  readInt8(at: number): number {
    return this.#view.getInt8(this.#check(at, 1));
  }

  readUint8(at: number): number {
    return this.#view.getUint8(this.#check(at, 1));
  }

  readInt16(at: number): number {
    return this.#view.getInt16(this.#check(at, 2), true);
  }

  readInt32(at: number): number {
    return this.#view.getInt32(this.#check(at, 4), true);
  }

  readInt64(at: number): bigint {
    return this.#view.getBigInt64(this.#check(at, 8), true);
  }

  /** Where a field of the table at `table` lies, from there; 0 where it is not set. */
  __offset(table: number, slot: number): number {
    const layout = table - this.readInt32(table);
    // Layouts are looked at once a field: a length that is odd or negative leads nowhere.
    return slot < this.readInt16(layout) ? this.readInt16(layout + slot) : 0;
  }

  __indirect(at: number): number {
    const distance = this.readInt32(at);
    if (distance <= 0) throw this.#damaged('an offset forward', distance);
    return at + distance;
  }

  __vector(at: number): number {
    return this.__indirect(at) + 4;
  }

  /** Elements take a byte each at least. */
  __vector_len(at: number): number {
    const start = this.__indirect(at);
    const length = this.readInt32(start);
    if (length < 0 || length > this.#bytes.length - start - 4) {
      throw this.#damaged(`a length of at most ${this.#bytes.length - start - 4}`, length);
    }
    return length;
  }

  __union<T extends FlatTable>(table: T, at: number): T {
    table.bb_pos = this.__indirect(at);
    table.bb = this;
    return table;
  }

  __string(at: number): string {
    const length = this.__vector_len(at);
    const start = this.__vector(at);
    const { buffer, byteOffset } = this.#bytes;
    return Buffer.from(buffer, byteOffset + start, length).toString('utf8');
  }

  #check(at: number, size: number): number {
    if (at >= 0 && at <= this.#bytes.length - size) return at;
    throw this.#damaged(`${size} bytes within ${this.#bytes.length}`, `a reference to byte ${at}`);
  }

  #damaged(expected: string, found: string | number): Error {
    return damaged(this.#where, expected, found);
  }
}

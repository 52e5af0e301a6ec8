/**
 * Where builders of columns get their typed arrays: new ones for columns that are kept, a thread's scratch for those
 * that are written to a frame at once. Fresh arrays for every frame cost more than filling them: the system clears
 * their pages, and V8 collects garbage for the sake of memory outside its heap.
 */
export type ColumnArray = Int32Array | Float64Array | Uint8Array | BigInt64Array;

/** Arrays hold anything at first. */
export interface ColumnArrays {
  /** Begins a build: arrays given before may be given again. */
  restart(): void;
  int32(length: number): Int32Array;
  float64(length: number): Float64Array;
  uint8(length: number): Uint8Array;
  bigInt64(length: number): BigInt64Array;
  /** An array of `length` that begins with `array`, which must not be used afterwards; `array` came from here. */
  grow<T extends ColumnArray>(array: T, length: number): T;
  /** The first `length` slots of an array that came from here, as a column holds them. */
  trim<T extends ColumnArray>(array: T, length: number): T;
}

type ArrayMaker<T extends ColumnArray> = new (buffer: ArrayBuffer, offset: number, length: number) => T;

function makerOf<T extends ColumnArray>(array: T): ArrayMaker<T> {
  return array.constructor as ArrayMaker<T>;
}

/** New arrays that take no more memory than they show. */
export const FRESH_ARRAYS: ColumnArrays = {
  restart: () => {},
  int32: (length) => new Int32Array(length),
  float64: (length) => new Float64Array(length),
  uint8: (length) => new Uint8Array(length),
  bigInt64: (length) => new BigInt64Array(length),
  grow: (array, length) => {
    const larger = new (makerOf(array))(new ArrayBuffer(length * array.BYTES_PER_ELEMENT), 0, length);
    copyInto(larger, array);
    return larger;
  },
  trim: (array, length) => (array.length === length ? array : (array.slice(0, length) as typeof array)),
};

/** What a thread keeps between frames; batches of other sizes than usual get memory of their own. */
const KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Arrays that are used again: what it gave is dead once it is disposed of, or restarted. Taken with
 * `takeScratch`.
 */
export class ScratchArrays implements ColumnArrays, Disposable {
  #buffers: ArrayBuffer[] = [];
  #next = 0;

  int32(length: number): Int32Array {
    return new Int32Array(this.#take(length * 4), 0, length);
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#take(length * 8), 0, length);
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(this.#take(length), 0, length);
  }

  bigInt64(length: number): BigInt64Array {
    return new BigInt64Array(this.#take(length * 8), 0, length);
  }

  grow<T extends ColumnArray>(array: T, length: number): T {
    const { buffer } = array;
    const sizeBytes = length * array.BYTES_PER_ELEMENT;
    const make = makerOf(array);
    if (buffer.byteLength >= sizeBytes) return new make(buffer as ArrayBuffer, 0, length);
    const larger = new make(new ArrayBuffer(sizeBytes), 0, length);
    copyInto(larger, array);
    this.#buffers[this.#buffers.indexOf(buffer as ArrayBuffer)] = larger.buffer as ArrayBuffer;
    return larger;
  }

  trim<T extends ColumnArray>(array: T, length: number): T {
    return array.subarray(0, length) as T;
  }

  restart(): void {
    this.#next = 0;
  }

  /** Lets the next user have it; keeps no more than is reasonable. */
  [Symbol.dispose](): void {
    this.#next = 0;
    if (this.keptBytes > KEPT_BYTES) this.#buffers = [];
    idle = this;
  }

  get keptBytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  #take(sizeBytes: number): ArrayBuffer {
    const slot = this.#next++;
    let buffer = this.#buffers[slot];
    if (buffer === undefined || buffer.byteLength < sizeBytes) {
      buffer = new ArrayBuffer(sizeBytes);
      this.#buffers[slot] = buffer;
    }
    return buffer;
  }
}

let idle: ScratchArrays | undefined;

/**
 * The scratch of this thread until it is disposed of. Getters and `toRecord` of the user's may encode records while
 * records are encoded: each gets a scratch of its own.
 */
export function takeScratch(): ScratchArrays {
  const scratch = idle ?? new ScratchArrays();
  idle = undefined;
  return scratch;
}

function copyInto(target: ColumnArray, source: ColumnArray): void {
  if (target instanceof BigInt64Array) target.set(source as BigInt64Array);
  else target.set(source as Exclude<ColumnArray, BigInt64Array>);
}

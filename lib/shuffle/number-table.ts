/**
 * A table from numbers to numbers: what `KeyTable` and an array of values are for keys of any kind, in typed arrays.
 * A million keys take 34 MB here and no object of the heap; growing takes more than there was, so whoever counts memory
 * asks first (`grownBytes`), and may fill the table tighter instead when there is no more (`pack`).
 *
 * Ids are dense, in order of first appearance. Int32 keys are found by open addressing over `[key, id + 1]`, other
 * numbers by a table of `id + 1` beside it; -0 is the key 0, and all NaN are one key.
 *
 * When changing this: the probe in `lib/exec/emit-sink.ts` must agree on the hash, the layout and the empty mark.
 */
import { hashNumber } from '../base/hash.ts';
import { SLOT_HASH } from './key-table.ts';

const FIRST_BITS = 6;
const BYTES_PER_SLOT = 8;

export class NumberTable {
  /** Pairs `[key, id + 1]`; an id of 0 marks a free slot. */
  slots = new Int32Array(2 << FIRST_BITS);
  /** `(key * SLOT_HASH) >>> shift` is a key's first slot. */
  shift = 32 - FIRST_BITS;
  mask = (1 << FIRST_BITS) - 1;
  size = 0;
  /** Keys that fit: `insert` must not be called when `size` has reached it. */
  capacity = 1 << (FIRST_BITS - 1);
  /** By id, as they first came. */
  keys = new Float64Array(this.capacity);
  values = new Float64Array(this.capacity);
  /** By id, where each key is told a number of its own: of the record it came with. */
  firsts: Float64Array | undefined;
  /** `id + 1` of keys that are no int32, by hash, once there is one; as many as there are slots. */
  #others: Int32Array | undefined;

  constructor(keepsFirsts: boolean) {
    if (keepsFirsts) this.firsts = new Float64Array(this.capacity);
  }

  get byteLength(): number {
    return this.#bytesOf(this.mask + 1, this.capacity);
  }

  /** Bytes that are held at a time while the table grows, `times` being a power of two. */
  grownBytes(times: number): number {
    const slots = (this.mask + 1) * times;
    return this.byteLength + this.#bytesOf(slots, slots / 2);
  }

  /** The same for `pack`; undefined when it was done already. */
  packedBytes(): number | undefined {
    const packed = this.#packedCapacity();
    return packed === this.capacity ? undefined : this.byteLength + (this.byteLength / this.capacity) * packed;
  }

  /** The key's id, or -1. */
  find(key: number): number {
    if ((key | 0) === key) {
      let slot = Math.imul(key, SLOT_HASH) >>> this.shift;
      for (;;) {
        const id = (this.slots[2 * slot + 1] as number) - 1;
        if (id < 0 || this.slots[2 * slot] === (key | 0)) return id;
        slot = (slot + 1) & this.mask;
      }
    }
    if (this.#others === undefined) return -1;
    const { keys, mask } = this;
    const others = this.#others;
    let slot = firstSlot(key, this.shift);
    for (;;) {
      const id = (others[slot] as number) - 1;
      if (id < 0 || Object.is(keys[id], key)) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** Adds a key that `find` did not find, where there is room. `first` is kept where the table was made for it. */
  insert(key: number, value: number, first: number): void {
    const id = this.size++;
    this.keys[id] = key;
    this.values[id] = value;
    if (this.firsts !== undefined) this.firsts[id] = first;
    this.#place(key, id);
  }

  /** Makes room for so many times the keys. */
  grow(times: number): void {
    const bits = 32 - this.shift + Math.log2(times);
    this.#resize(1 << (bits - 1));
    const { slots } = this;
    this.#clearIndex(bits);
    // In order of the slots they had: neighbours stay neighbours, and both tables are gone through from end to end.
    for (let slot = 0; slot < slots.length; slot += 2) {
      const id = (slots[slot + 1] as number) - 1;
      if (id >= 0) this.#place(slots[slot] as number, id);
    }
    if (this.#others !== undefined) this.#placeOthers();
  }

  /** Makes room for half as many keys more without a larger index: three quarters of the slots are used then. */
  pack(): void {
    this.#resize(this.#packedCapacity());
  }

  /** Forgets the keys from `size` on, and what they took. */
  truncate(size: number): void {
    this.size = size;
    let bits = FIRST_BITS;
    while (1 << (bits - 1) < size) bits++;
    this.#resize(1 << (bits - 1));
    this.#clearIndex(bits);
    for (let id = 0; id < size; id++) this.#place(this.keys[id] as number, id);
  }

  #packedCapacity(): number {
    return 3 * (1 << (32 - this.shift - 2));
  }

  #bytesOf(slots: number, capacity: number): number {
    const perKey = this.firsts === undefined ? 16 : 24;
    return slots * (BYTES_PER_SLOT + (this.#others === undefined ? 0 : 4)) + capacity * perKey;
  }

  #resize(capacity: number): void {
    this.capacity = capacity;
    this.keys = resized(this.keys, capacity, this.size);
    this.values = resized(this.values, capacity, this.size);
    if (this.firsts !== undefined) this.firsts = resized(this.firsts, capacity, this.size);
  }

  #clearIndex(bits: number): void {
    this.shift = 32 - bits;
    this.mask = (1 << bits) - 1;
    this.slots = new Int32Array(2 << bits);
    if (this.#others !== undefined) this.#others = new Int32Array(1 << bits);
  }

  #placeOthers(): void {
    for (let id = 0; id < this.size; id++) {
      const key = this.keys[id] as number;
      if ((key | 0) !== key) this.#place(key, id);
    }
  }

  #place(key: number, id: number): void {
    const { mask } = this;
    if ((key | 0) === key) {
      const { slots } = this;
      let slot = Math.imul(key, SLOT_HASH) >>> this.shift;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = key;
      slots[2 * slot + 1] = id + 1;
    } else {
      this.#others ??= new Int32Array(mask + 1);
      const others = this.#others;
      let slot = firstSlot(key, this.shift);
      while (others[slot] !== 0) slot = (slot + 1) & mask;
      others[slot] = id + 1;
    }
  }
}

/** Bits of doubles that stand for round numbers are at the top: they are spread first. */
function firstSlot(key: number, shift: number): number {
  const hash = hashNumber(key);
  const spread = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return Math.imul(spread ^ (spread >>> 13), SLOT_HASH) >>> shift;
}

function resized(array: Float64Array, length: number, used: number): Float64Array<ArrayBuffer> {
  const other = new Float64Array(length);
  other.set(used < array.length ? array.subarray(0, used) : array);
  return other;
}

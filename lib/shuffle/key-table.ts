/**
 * Gives every distinct key a dense id in order of first appearance: the index into whatever is kept per key.
 *
 * Int32 keys live in an open-addressing table of `[key, id + 1]` pairs; other primitives in a `Map`; composite keys in
 * a `Map` by their identity. Generated loops probe `slots` themselves and come here for everything else.
 *
 * When changing this: the probe in `lib/exec/emit-sink.ts` must agree on the hash, the layout and the empty mark.
 */
import { keyIdentity } from '../base/hash.ts';

/** Multiplier of the slot hash (2^32 / golden ratio). */
export const SLOT_HASH = 0x9e3779b1;
const FIRST_BITS = 10;
/** What a key takes in a `Map`. */
const MAP_ENTRY_BYTES = 48;

export class KeyTable {
  /** Pairs `[key, id + 1]`; an id of 0 marks a free slot. */
  slots = new Int32Array(2 << FIRST_BITS);
  /** `(key * SLOT_HASH) >>> shift` is a key's first slot. */
  shift = 32 - FIRST_BITS;
  mask = (1 << FIRST_BITS) - 1;
  /** The keys by id, as they first came. */
  keys: unknown[] = [];
  #ints = 0;
  #others: Map<unknown, number> | undefined;
  #composites: Map<unknown, number> | undefined;
  /** Characters of their identities. */
  #identityUnits = 0;

  get size(): number {
    return this.keys.length;
  }

  /** The key's id, or -1. Raises VALUE_NOT_SERIALIZABLE for what cannot be a key. */
  find(key: unknown): number {
    if (typeof key === 'number' && (key | 0) === key) {
      let slot = Math.imul(key, SLOT_HASH) >>> this.shift;
      for (;;) {
        const id = (this.slots[2 * slot + 1] as number) - 1;
        if (id < 0 || this.slots[2 * slot] === (key | 0)) return id;
        slot = (slot + 1) & this.mask;
      }
    }
    const identity = keyIdentity(key);
    const ids = typeof key === 'object' && key !== null ? this.#composites : this.#others;
    return ids?.get(identity) ?? -1;
  }

  /** Adds a key that `find` did not find; gives its id. */
  insert(key: unknown): number {
    const id = this.keys.length;
    this.keys.push(key);
    if (typeof key === 'number' && (key | 0) === key) {
      if (this.#ints >= this.mask >> 1) this.#grow();
      this.#ints++;
      this.#place(key | 0, id);
    } else if (typeof key === 'object' && key !== null) {
      this.#composites ??= new Map();
      const identity = keyIdentity(key) as string;
      this.#identityUnits += identity.length;
      this.#composites.set(identity, id);
    } else {
      this.#others ??= new Map();
      this.#others.set(keyIdentity(key), id);
    }
    return id;
  }

  clear(): void {
    this.slots = new Int32Array(2 << FIRST_BITS);
    this.shift = 32 - FIRST_BITS;
    this.mask = (1 << FIRST_BITS) - 1;
    this.keys = [];
    this.#ints = 0;
    this.#others = undefined;
    this.#composites = undefined;
    this.#identityUnits = 0;
  }

  /** Forgets the keys from `size` on. */
  truncate(size: number): void {
    const keys = this.keys.slice(0, size);
    this.clear();
    for (const key of keys) this.insert(key);
  }

  /** Bytes by which keys are found, estimated, without the keys themselves and what every table has. */
  indexBytes(): number {
    const entries = (this.#others?.size ?? 0) + (this.#composites?.size ?? 0);
    return this.slots.byteLength - (8 << FIRST_BITS) + MAP_ENTRY_BYTES * entries + this.#identityUnits;
  }

  #place(key: number, id: number): void {
    let slot = Math.imul(key, SLOT_HASH) >>> this.shift;
    while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.mask;
    this.slots[2 * slot] = key;
    this.slots[2 * slot + 1] = id + 1;
  }

  #grow(): void {
    const old = this.slots;
    const grownBits = 32 - this.shift + 2;
    this.slots = new Int32Array(2 << grownBits);
    this.shift = 32 - grownBits;
    this.mask = (1 << grownBits) - 1;
    for (let slot = 0; slot < old.length; slot += 2) {
      const id = (old[slot + 1] as number) - 1;
      if (id >= 0) this.#place(old[slot] as number, id);
    }
  }
}

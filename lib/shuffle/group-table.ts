/**
 * Groups in memory: a table of keys, and for each key and input an array of its values in the order they came.
 *
 * A frozen table takes values of the keys it has and says which others it was given. Sizes are estimates from samples.
 */
import { KeyTable, SLOT_HASH } from './key-table.ts';
import type { PairArrays, SideArray } from './pair-arrays.ts';
import { ValueSizes } from './value-sizes.ts';

/** The values of one key by input. */
export interface Group<List = readonly unknown[] | undefined> {
  /** Where its key came first, among all records. */
  readonly first: number;
  readonly key: unknown;
  /** Undefined where an input has none. */
  readonly lists: readonly List[];
}

/** A key costs its entry in the table and its places in arrays by id. */
const KEY_BYTES = 80;
/** An array of values costs its object, and the room that V8 leaves for it to grow. */
const LIST_BYTES = 160;

export class GroupTable {
  isFrozen = false;
  readonly #inputs: number;
  #keys = new KeyTable();
  #firsts: number[] = [];
  /** By input, then by id. */
  #lists: (unknown[] | undefined)[][];
  readonly #keySizes = new ValueSizes();
  readonly #valueSizes: readonly ValueSizes[];
  #bytes = 0;
  #ids = new Int32Array(0);

  constructor(inputs: number) {
    this.#inputs = inputs;
    this.#lists = Array.from({ length: inputs }, () => []);
    this.#valueSizes = Array.from({ length: inputs }, () => new ValueSizes());
  }

  /** Keys. */
  get size(): number {
    return this.#keys.size;
  }

  /** Estimated bytes. */
  get sizeBytes(): number {
    return Math.ceil(this.#bytes);
  }

  /** What a key and a value of an input take on average, as far as they were seen. */
  pairBytes(input: number): number {
    return this.#keySizes.average + (this.#valueSizes[input] as ValueSizes).average;
  }

  /**
   * Adds pairs of an input; the i-th one is record `firsts[i]`, or `firsts + i`. Gives the ids of their keys, valid
   * until the next call: -1 for those that a frozen table does not have, whose values it did not take. Raises
   * VALUE_NOT_SERIALIZABLE for what cannot be a key.
   */
  add(pairs: PairArrays, input: number, firsts: number | SideArray): Int32Array {
    const { count, keys, values } = pairs;
    if (this.#ids.length < count) this.#ids = new Int32Array(count);
    if (count === 0) return this.#ids;
    const keysBefore = this.size;
    const missing = keys instanceof Int32Array ? this.#findInts(keys, count, firsts) : this.#find(keys, count, firsts);
    const newKeys = this.size - keysBefore;
    const keyBytes = this.#keySizes.add(keys, count) / count;
    const valueBytes = (this.#valueSizes[input] as ValueSizes).add(values, count) / count;
    const newLists = this.#push(values, count, this.#lists[input] as (unknown[] | undefined)[]);
    this.#bytes += newKeys * (KEY_BYTES + keyBytes) + newLists * LIST_BYTES + (count - missing) * valueBytes;
    return this.#ids;
  }

  group(id: number): Group {
    const lists = this.#lists.map((ofInput) => ofInput[id]);
    return { first: this.#firsts[id] as number, key: this.#keys.keys[id], lists };
  }

  keyOf(id: number): unknown {
    return this.#keys.keys[id];
  }

  firstOf(id: number): number {
    return this.#firsts[id] as number;
  }

  listOf(id: number, input: number): readonly unknown[] | undefined {
    return this.#lists[input]?.[id];
  }

  /** Estimated bytes of a group. */
  groupBytes(id: number): number {
    let bytes = KEY_BYTES + this.#keySizes.average;
    for (let input = 0; input < this.#inputs; input++) bytes += this.listBytes(id, input);
    return bytes;
  }

  /** Estimated bytes of a key's values of an input. */
  listBytes(id: number, input: number): number {
    const list = this.#lists[input]?.[id];
    return list === undefined ? 0 : LIST_BYTES + list.length * (this.#valueSizes[input] as ValueSizes).average;
  }

  /** Takes the values out; the key stays, with no values of the input yet. */
  takeList(id: number, input: number): readonly unknown[] {
    const ofInput = this.#lists[input] as (unknown[] | undefined)[];
    const list = ofInput[id] ?? [];
    this.#bytes = Math.max(0, this.#bytes - this.listBytes(id, input));
    ofInput[id] = undefined;
    return list;
  }

  /** Takes a group out; its key stays. */
  takeGroup(id: number): Group {
    const group = this.group(id);
    for (const ofInput of this.#lists) ofInput[id] = undefined;
    return group;
  }

  /** Forgets all keys but these, ascending, which get new ids in the same order. */
  keepOnly(ids: readonly number[]): void {
    const { keys } = this.#keys;
    this.#keys = new KeyTable();
    for (const id of ids) this.#keys.insert(keys[id]);
    this.#firsts = ids.map((id) => this.#firsts[id] as number);
    this.#lists = this.#lists.map((ofInput) => ids.map((id) => ofInput[id]));
    this.#bytes = 0;
    for (let id = 0; id < ids.length; id++) this.#bytes += this.groupBytes(id);
  }

  /** Ids of `keys` into `#ids`, new ones for new keys. Gives how many have none. Pays in `bench` reduce-by-key. */
  #findInts(keys: Int32Array, count: number, firsts: number | SideArray): number {
    const ids = this.#ids;
    let { slots, shift, mask } = this.#keys;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[i] as number;
      let slot = Math.imul(key, SLOT_HASH) >>> shift;
      let id: number;
      for (;;) {
        id = (slots[2 * slot + 1] as number) - 1;
        if (id < 0 || slots[2 * slot] === key) break;
        slot = (slot + 1) & mask;
      }
      if (id < 0) {
        if (this.isFrozen) missing++;
        else {
          id = this.#insert(key, i, firsts);
          ({ slots, shift, mask } = this.#keys);
        }
      }
      ids[i] = id;
    }
    return missing;
  }

  #find(keys: SideArray, count: number, firsts: number | SideArray): number {
    const ids = this.#ids;
    const table = this.#keys;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[i];
      let id = table.find(key);
      if (id < 0) {
        if (this.isFrozen) missing++;
        else id = this.#insert(key, i, firsts);
      }
      ids[i] = id;
    }
    return missing;
  }

  #insert(key: unknown, i: number, firsts: number | SideArray): number {
    this.#firsts.push(typeof firsts === 'number' ? firsts + i : (firsts[i] as number));
    return this.#keys.insert(key);
  }

  /** Gives how many arrays had to be made. */
  #push(values: SideArray, count: number, lists: (unknown[] | undefined)[]): number {
    // Arrays without holes: places of keys that have no values yet are filled.
    for (let id = lists.length; id < this.size; id++) lists.push(undefined);
    if (values instanceof Int32Array) return pushInts(lists, this.#ids, values, count);
    if (values instanceof Float64Array) return pushDoubles(lists, this.#ids, values, count);
    return pushValues(lists, this.#ids, values, count);
  }
}

// The same loop three times: V8 compiles each for one kind of array.

function pushInts(lists: (unknown[] | undefined)[], ids: Int32Array, values: Int32Array, count: number): number {
  let made = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    if (id < 0) continue;
    const list = lists[id];
    if (list !== undefined) list.push(values[i]);
    else {
      lists[id] = [values[i]];
      made++;
    }
  }
  return made;
}

function pushDoubles(lists: (unknown[] | undefined)[], ids: Int32Array, values: Float64Array, count: number): number {
  let made = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    if (id < 0) continue;
    const list = lists[id];
    if (list !== undefined) list.push(values[i]);
    else {
      lists[id] = [values[i]];
      made++;
    }
  }
  return made;
}

function pushValues(
  lists: (unknown[] | undefined)[],
  ids: Int32Array,
  values: readonly unknown[],
  count: number,
): number {
  let made = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    if (id < 0) continue;
    const list = lists[id];
    if (list !== undefined) list.push(values[i]);
    else {
      lists[id] = [values[i]];
      made++;
    }
  }
  return made;
}

import { KeyTable } from '../shuffle/key-table.ts';

/** Values by key, where keys are one when their contents are; in order of first appearance. */
export class KeyMap<K, V> {
  readonly #table = new KeyTable();
  readonly #values: V[] = [];

  set(key: K, value: V): void {
    const id = this.#table.find(key);
    if (id >= 0) this.#values[id] = value;
    else this.#insert(key, value);
  }

  /** Adds a value, merged into what the key has. */
  merge(key: K, value: V, merge: (old: V, added: V) => V): this {
    const id = this.#table.find(key);
    if (id >= 0) this.#values[id] = merge(this.#values[id] as V, value);
    else this.#insert(key, value);
    return this;
  }

  get(key: K): V | undefined {
    const id = this.#table.find(key);
    return id >= 0 ? this.#values[id] : undefined;
  }

  /** In order of first appearance; keys as they first came. */
  entries(): [K, V][] {
    return this.#table.keys.map((key, id) => [key as K, this.#values[id] as V]);
  }

  #insert(key: K, value: V): void {
    this.#table.insert(key);
    this.#values.push(value);
  }
}

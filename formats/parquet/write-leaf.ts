/**
 * One leaf of the row group that is being gathered: its levels, an entry each, and its values without the missing ones.
 */
import { CairnError } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import { isValid, type Vector } from '../schema/vector.ts';
import type { LeafNode } from './schema-tree.ts';
import { GrowingBytes } from './write-buffers.ts';
import { ByteArrayStore } from './write-byte-arrays.ts';
import { FixedStore } from './write-fixed.ts';

/** Booleans as bytes of 0 and 1. */
export class BooleanStore {
  readonly kind = 'boolean';
  readonly #values = new GrowingBytes();

  get count(): number {
    return this.#values.length;
  }

  get sizeBytes(): number {
    return this.#values.length >> 3;
  }

  get values(): Uint8Array {
    return this.#values.values;
  }

  clear(): void {
    this.#values.clear();
  }

  append(vector: Vector, slots: Int32Array, count: number): void {
    invariant(vector.layout === 'boolean', `a vector of ${vector.layout} for booleans`);
    const target = this.#values;
    target.reserve(count);
    for (let k = 0; k < count; k++) target.values[target.length++] = vector.values[slots[k] as number] as number;
  }
}

export type ValueStore = BooleanStore | FixedStore | ByteArrayStore;

export interface LeafOptions {
  readonly dictionaryBytes: number;
}

export class LeafColumn {
  readonly leaf: LeafNode;
  readonly store: ValueStore;
  readonly #path: string;
  readonly #definitions = new GrowingBytes();
  readonly #repetitions = new GrowingBytes();
  #slots = new Int32Array(1024);
  #entryCount = 0;

  constructor(leaf: LeafNode, path: string, { dictionaryBytes }: LeafOptions) {
    this.leaf = leaf;
    this.#path = path;
    switch (leaf.physicalType) {
      case 'BOOLEAN':
        this.store = new BooleanStore();
        break;
      case 'INT32':
      case 'FLOAT':
        this.store = new FixedStore(1);
        break;
      case 'INT64':
      case 'DOUBLE':
        this.store = new FixedStore(2);
        break;
      default:
        this.store = new ByteArrayStore({ fixedLength: leaf.typeLength, dictionaryBytes });
    }
  }

  /** Entries, those without a value included. */
  get entryCount(): number {
    return this.#entryCount;
  }

  get nullCount(): number {
    return this.#entryCount - this.store.count;
  }

  get sizeBytes(): number {
    return this.store.sizeBytes + (this.leaf.definedAt > 0 ? this.#entryCount >> 3 : 0);
  }

  /** A byte an entry; empty for a leaf that cannot be missing. */
  get definitions(): Uint8Array {
    return this.#definitions.values;
  }

  /** A byte an entry; empty for a leaf outside of lists. */
  get repetitions(): Uint8Array {
    return this.#repetitions.values;
  }

  clear(): void {
    this.#definitions.clear();
    this.#repetitions.clear();
    this.store.clear();
    this.#entryCount = 0;
  }

  /** Appends rows of a column that is a leaf itself. Raises `NULL_NOT_ALLOWED`. */
  appendRows(vector: Vector, from: number, to: number): void {
    const count = to - from;
    const { definedAt, nullable } = this.leaf;
    const isFull = vector.layout !== 'null' && vector.nullCount === 0;
    if (!isFull && !nullable && !allValid(vector, from, to)) throw this.nullNotAllowed();
    if (isFull && this.store.kind === 'fixed') this.store.appendAll(vector, from, to);
    else {
      const slots = this.#room(count);
      const present = isFull ? listAll(slots, from, to) : listValid(slots, vector, from, to);
      if (present > 0) this.store.append(vector, slots, present);
    }
    if (definedAt > 0) {
      const levels = this.#definitions;
      levels.reserve(count);
      const { values } = levels;
      if (isFull) values.fill(1, levels.length, levels.length + count);
      else if (vector.layout === 'null') values.fill(0, levels.length, levels.length + count);
      else for (let i = from, o = levels.length; i < to; i++) values[o++] = isValid(vector.validity, i) ? 1 : 0;
      levels.length += count;
    }
    this.#entryCount += count;
  }

  /**
   * Appends entries with their levels: entry k has a value, that of the slot `slots[k]`, where its definition level is
   * the leaf's highest.
   */
  appendEntries(vector: Vector, entries: Entries): void {
    const { count, definitions, repetitions, slots } = entries;
    const { leaf } = this;
    const present = this.#room(count);
    let presentCount = 0;
    for (let k = 0; k < count; k++) {
      if (definitions[k] === leaf.definedAt) present[presentCount++] = slots[k] as number;
    }
    if (presentCount > 0) this.store.append(vector, present, presentCount);
    if (leaf.definedAt > 0) appendBytes(this.#definitions, definitions, count);
    if (leaf.repetition > 0) appendBytes(this.#repetitions, repetitions, count);
    this.#entryCount += count;
  }

  nullNotAllowed(): CairnError {
    return new CairnError('NULL_NOT_ALLOWED', { path: this.#path, column: this.leaf.path.join('.') });
  }

  #room(count: number): Int32Array {
    if (this.#slots.length < count) this.#slots = new Int32Array(count);
    return this.#slots;
  }
}

/** Entries of a node, on their way down to its leaves. */
export interface Entries {
  readonly count: number;
  /** The level reached; `slots` says whether the way goes on. */
  readonly definitions: Uint8Array;
  readonly repetitions: Uint8Array;
  /** The slot of the node's vector that the entry is about; -1 where something above is missing or empty. */
  readonly slots: Int32Array;
}

function allValid(vector: Vector, from: number, to: number): boolean {
  if (vector.layout === 'null') return from === to;
  for (let i = from; i < to; i++) if (!isValid(vector.validity, i)) return false;
  return true;
}

function listAll(slots: Int32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) slots[i - from] = i;
  return to - from;
}

function listValid(slots: Int32Array, vector: Vector, from: number, to: number): number {
  if (vector.layout === 'null') return 0;
  let count = 0;
  for (let i = from; i < to; i++) if (isValid(vector.validity, i)) slots[count++] = i;
  return count;
}

function appendBytes(target: GrowingBytes, source: Uint8Array, count: number): void {
  target.reserve(count);
  target.values.set(source.subarray(0, count), target.length);
  target.length += count;
}

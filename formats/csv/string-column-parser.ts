/**
 * Strings of a column. While few differ, fields are looked up by their bytes and no string is made of them: a
 * dictionary that lives as long as the parser gives the one there is. Once too many differ, each is decoded.
 */
import type { Column } from '../schema/batch.ts';
import type { CsvBatch } from './csv-batch.ts';
import type { CsvColumnOptions, CsvColumnParser, CsvValueOptions } from './csv-column-options.ts';
import { ESCAPED, MISSING, PLAIN } from './csv-tokenizer.ts';

const MAX_ENTRIES = 2048;
const TABLE_SIZE = 8192;
/** Longer fields rarely repeat, and cost their length to hash. */
const MAX_ENTRY_BYTES = 48;

export class StringColumnParser implements CsvColumnParser {
  readonly #index: number;
  readonly #nullTexts: ReadonlySet<string>;
  readonly #isEmptyNull: boolean;
  readonly #quote: string;
  readonly #escape: string;
  #hasNulls = false;
  /** Undefined once too many strings differ. */
  #dictionary: FieldDictionary | undefined = new FieldDictionary();

  constructor({ index }: CsvColumnOptions, { nullValues, quote, escape: escaping }: CsvValueOptions) {
    this.#index = index;
    this.#nullTexts = new Set(nullValues);
    this.#isEmptyNull = this.#nullTexts.has('');
    this.#quote = quote < 0 ? '' : String.fromCharCode(quote);
    this.#escape = escaping < 0 ? '' : String.fromCharCode(escaping);
  }

  parse(batch: CsvBatch): Column {
    if (this.#dictionary !== undefined) {
      const column = this.#lookUp(batch, this.#dictionary);
      if (column !== undefined) return column;
      this.#dictionary = undefined;
    }
    return this.#decode(batch);
  }

  /** Undefined when too many differ. */
  #lookUp(batch: CsvBatch, dictionary: FieldDictionary): Column | undefined {
    const { rowCount, bytes, tokens } = batch;
    const { starts, ends, columns } = tokens;
    let nulls = this.#hasNulls ? new Uint8Array(rowCount) : undefined;
    const codes = new Uint16Array(rowCount);
    dictionary.begin();
    for (let row = 0, slot = this.#index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const to = ends[slot] as number;
      const from = start >>> 2;
      const kind = start & 3;
      if (kind === MISSING || (from === to && kind === PLAIN && this.#isEmptyNull)) {
        nulls ??= new Uint8Array(rowCount);
        nulls[row] = 1;
        continue;
      }
      let id = dictionary.find(bytes, from, to, kind);
      if (id < 0) {
        id = dictionary.add(bytes, from, to, kind, this.#valueOf(batch, from, to, kind));
        if (id < 0) return undefined;
      }
      const code = dictionary.codeOf(id);
      if (code < 0) {
        nulls ??= new Uint8Array(rowCount);
        nulls[row] = 1;
      } else {
        codes[row] = code;
      }
    }
    if (nulls !== undefined) this.#hasNulls = true;
    const values = dictionary.used();
    // Strings that hardly repeat are no gain as codes, here and in every step after this one.
    if (rowCount >= 64 && values.length > rowCount >>> 1) return undefined;
    return {
      kind: 'dictionary',
      codes: values.length <= 256 ? new Uint8Array(codes) : codes,
      dictionary: values,
      nulls,
    };
  }

  #decode(batch: CsvBatch): Column {
    const { rowCount, tokens } = batch;
    const { starts, ends, columns } = tokens;
    let nulls = this.#hasNulls ? new Uint8Array(rowCount) : undefined;
    const values = new Array<string>(rowCount);
    for (let row = 0, slot = this.#index; row < rowCount; row++, slot += columns) {
      const start = starts[slot] as number;
      const kind = start & 3;
      const value = kind === MISSING ? null : this.#valueOf(batch, start >>> 2, ends[slot] as number, kind);
      if (value === null) {
        nulls ??= new Uint8Array(rowCount);
        nulls[row] = 1;
      }
      values[row] = value ?? '';
    }
    if (nulls !== undefined) this.#hasNulls = true;
    return { kind: 'string', values, nulls };
  }

  #valueOf(batch: CsvBatch, from: number, to: number, kind: number): string | null {
    const text = from === to ? '' : batch.textAt(from, to);
    if (kind === PLAIN) return this.#nullTexts.has(text) ? null : text;
    return kind === ESCAPED ? unescapeField(text, this.#quote, this.#escape) : text;
  }
}

/**
 * A quoted field without its escapes: a doubled quote is one; behind another escape a quote and the escape itself stand
 * for themselves, and before anything else it is a sign like others.
 */
export function unescapeField(text: string, quote: string, escaping: string): string {
  if (escaping === quote) return text.replaceAll(quote + quote, quote);
  let plain = '';
  let from = 0;
  for (let at = text.indexOf(escaping); at >= 0 && at + 1 < text.length; at = text.indexOf(escaping, from)) {
    const next = text[at + 1] as string;
    plain += text.slice(from, at) + (next === quote || next === escaping ? next : escaping + next);
    from = at + 2;
  }
  return plain + text.slice(from);
}

/** Fields by their bytes and how they were quoted: ids from 0 on, and codes that count anew in each batch. */
class FieldDictionary {
  /** Id + 1, or 0. */
  readonly #table = new Uint16Array(TABLE_SIZE);
  readonly #hashes = new Int32Array(MAX_ENTRIES);
  readonly #starts = new Int32Array(MAX_ENTRIES);
  readonly #lengths = new Uint8Array(MAX_ENTRIES);
  readonly #kinds = new Uint8Array(MAX_ENTRIES);
  readonly #values: (string | null)[] = [];
  #bytes = new Uint8Array(4096);
  #used = 0;
  /** Code of an id in this batch, where `#epochs` says so. */
  readonly #codes = new Int32Array(MAX_ENTRIES);
  readonly #epochs = new Int32Array(MAX_ENTRIES);
  #epoch = 0;
  #batchValues: string[] = [];
  #hash = 0;
  /** Whether fields are quoted in more than one way. */
  #isMixed = false;

  begin(): void {
    this.#epoch++;
    this.#batchValues = [];
  }

  /** The id of a field, or -1. */
  find(bytes: Uint8Array, from: number, to: number, kind: number): number {
    const length = to - from;
    if (length > MAX_ENTRY_BYTES) return -1;
    let hash = kind === PLAIN ? 17 : kind;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    this.#hash = hash;
    const table = this.#table;
    const own = this.#bytes;
    for (let at = (hash ^ (hash >>> 15)) & (TABLE_SIZE - 1); ; at = (at + 1) & (TABLE_SIZE - 1)) {
      const id = (table[at] as number) - 1;
      if (id < 0) return -1;
      if (this.#hashes[id] !== hash || this.#lengths[id] !== length || this.#kinds[id] !== kind) continue;
      const start = this.#starts[id] as number;
      let i = 0;
      while (i < length && own[start + i] === bytes[from + i]) i++;
      if (i === length) return id;
    }
  }

  /** Adds the field that `find` has not found; -1 when there is no room. */
  add(bytes: Uint8Array, from: number, to: number, kind: number, value: string | null): number {
    const length = to - from;
    const id = this.#values.length;
    if (length > MAX_ENTRY_BYTES || id >= MAX_ENTRIES) return -1;
    if (this.#used + length > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(from, to), this.#used);
    this.#hashes[id] = this.#hash;
    this.#starts[id] = this.#used;
    this.#lengths[id] = length;
    this.#kinds[id] = kind;
    if (kind !== this.#kinds[0]) this.#isMixed = true;
    this.#values.push(value);
    this.#used += length;
    let at = (this.#hash ^ (this.#hash >>> 15)) & (TABLE_SIZE - 1);
    while (this.#table[at] !== 0) at = (at + 1) & (TABLE_SIZE - 1);
    this.#table[at] = id + 1;
    return id;
  }

  /** The code of an id in this batch, in order of first use; -1 for one that is null. */
  codeOf(id: number): number {
    if (this.#epochs[id] === this.#epoch) return this.#codes[id] as number;
    const value = this.#values[id];
    this.#epochs[id] = this.#epoch;
    let code = -1;
    if (value !== null && value !== undefined) {
      // The same text may stand there in two ways, quoted and not: one code for both.
      code = this.#isMixed ? this.#batchValues.indexOf(value) : -1;
      if (code < 0) code = this.#batchValues.push(value) - 1;
    }
    this.#codes[id] = code;
    return code;
  }

  used(): readonly string[] {
    return this.#batchValues;
  }
}

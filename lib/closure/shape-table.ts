import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import type { ByteWriter } from '../../formats/bytes/byte-writer.ts';

/** The lists of keys that plain objects have, each written once. */
export class ShapeTable {
  readonly #shapes: (readonly string[])[] = [];
  readonly #numbers = new Map<string, number>();
  #last = -1;

  get(shape: number): readonly string[] | undefined {
    return this.#shapes[shape];
  }

  /** The number of a list of keys. Rows come with the same keys one after another: the last one is tried first. */
  find(keys: readonly string[]): number {
    const last = this.#shapes[this.#last];
    if (last !== undefined && isSame(last, keys)) return this.#last;
    const text = JSON.stringify(keys);
    let shape = this.#numbers.get(text);
    if (shape === undefined) {
      shape = this.#shapes.length;
      this.#shapes.push(keys);
      this.#numbers.set(text, shape);
    }
    this.#last = shape;
    return shape;
  }

  write(out: ByteWriter): void {
    out.varint(this.#shapes.length);
    for (const keys of this.#shapes) {
      out.varint(keys.length);
      for (const key of keys) out.string(key);
    }
  }

  static read(input: ByteReader): ShapeTable {
    const table = new ShapeTable();
    const count = input.count();
    for (let i = 0; i < count; i++) {
      const keys: string[] = [];
      const length = input.count();
      for (let k = 0; k < length; k++) keys.push(input.string());
      table.#shapes.push(keys);
    }
    return table;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

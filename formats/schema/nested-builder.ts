import { SlotBuilder, type VectorBuilder } from './builder-parts.ts';
import type { ListType, MapType, StructType } from './data-type.ts';
import type { ListVector, MapVector, StructVector } from './vector.ts';

/** Where each list ends. */
class Offsets {
  #values = new Int32Array(1);

  grow(capacity: number): void {
    const larger = new Int32Array(capacity + 1);
    larger.set(this.#values);
    this.#values = larger;
  }

  end(slot: number, count: number): void {
    this.#values[slot + 1] = count;
  }

  take(): Int32Array {
    const values = this.#values;
    this.#values = new Int32Array(1);
    return values;
  }
}

export class ListBuilder extends SlotBuilder<ListType> {
  readonly #offsets = new Offsets();
  readonly #element: VectorBuilder;

  constructor(type: ListType, column: string, format: string, element: VectorBuilder) {
    super(type, column, format);
    this.#element = element;
  }

  add(value: unknown): void {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.#element.add(value[i]);
      this.#offsets.end(this.next(), this.#element.length);
    } else if (value === null || value === undefined) this.#offsets.end(this.nextNull(), this.#element.length);
    else throw this.notOfType(value);
  }

  take(): ListVector {
    const slots = this.takeSlots();
    return { layout: 'list', ...slots, offsets: this.#offsets.take(), element: this.#element.take() };
  }

  protected override grow(capacity: number): void {
    this.#offsets.grow(capacity);
  }
}

export class MapBuilder extends SlotBuilder<MapType> {
  readonly #offsets = new Offsets();
  readonly #keys: VectorBuilder;
  readonly #values: VectorBuilder;

  constructor(type: MapType, column: string, format: string, keys: VectorBuilder, values: VectorBuilder) {
    super(type, column, format);
    this.#keys = keys;
    this.#values = values;
  }

  add(value: unknown): void {
    if (value === null || value === undefined) {
      this.#offsets.end(this.nextNull(), this.#keys.length);
      return;
    }
    for (const [key, each] of this.#entriesOf(value)) {
      if (key === null || key === undefined) throw this.notOfType(value);
      this.#keys.add(key);
      this.#values.add(each);
    }
    this.#offsets.end(this.next(), this.#keys.length);
  }

  take(): MapVector {
    const slots = this.takeSlots();
    const offsets = this.#offsets.take();
    return { layout: 'map', ...slots, offsets, keys: this.#keys.take(), values: this.#values.take() };
  }

  protected override grow(capacity: number): void {
    this.#offsets.grow(capacity);
  }

  #entriesOf(value: unknown): Iterable<readonly [unknown, unknown]> {
    if (value instanceof Map) return value;
    const isRecord = typeof value === 'object' && !Array.isArray(value) && this.type.key.type.kind === 'string';
    if (!isRecord) throw this.notOfType(value);
    return Object.entries(value as object);
  }
}

export class StructBuilder extends SlotBuilder<StructType> {
  readonly #fields: readonly VectorBuilder[];

  constructor(type: StructType, column: string, format: string, fields: readonly VectorBuilder[]) {
    super(type, column, format);
    this.#fields = fields;
  }

  add(value: unknown): void {
    const { fields } = this.type;
    if (value === null || value === undefined) {
      this.nextNull();
      for (const each of this.#fields) each.add(undefined);
      return;
    }
    if (typeof value !== 'object' || Array.isArray(value)) throw this.notOfType(value);
    for (let i = 0; i < fields.length; i++) {
      (this.#fields[i] as VectorBuilder).add(ownProperty(value, (fields[i] as { readonly name: string }).name));
    }
    this.next();
  }

  take(): StructVector {
    return { layout: 'struct', ...this.takeSlots(), fields: this.#fields.map((each) => each.take()) };
  }

  protected override grow(): void {}
}

/** What every object inherits is no value: `constructor`, `__proto__`. */
export function ownProperty(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/**
 * From the leaves of a column to the vector of the column: levels become validity and offsets (Dremel, Melnik and
 * others 2010), one loop over the levels of one leaf for each struct and list. schema-tree.ts says what the levels of
 * a node mean.
 *
 * All leaves below a node must agree on how many slots it has; where they do not, the file is damaged.
 */
import type { Vector } from '../schema/vector.ts';
import type { Arena } from './arena.ts';
import { damaged, type FilePlace } from './damage.ts';
import type { LeafValues } from './decode-chunk.ts';
import { bits, type Prepared } from './leaf-vector.ts';
import type { ListNode, MapNode, SchemaNode, StructNode } from './schema-tree.ts';

/** The decoded leaves of a column, by their index. */
export interface PreparedLeaf {
  readonly values: LeafValues;
  readonly prepared: Prepared;
}

/** Raises `PARQUET_CORRUPT`. The arena holds everything; the vector is made once nothing more is decoded. */
export function assemble(
  arena: Arena,
  node: SchemaNode,
  leaves: ReadonlyMap<number, PreparedLeaf>,
  where: FilePlace,
): Prepared {
  return new Assembler(arena, leaves, where).node(node).prepared;
}

/** What is known of a node: its vector to be, and the levels of one leaf below it. */
interface Assembled {
  readonly prepared: Prepared;
  readonly levels: LeafValues;
}

class Assembler {
  readonly #arena: Arena;
  readonly #leaves: ReadonlyMap<number, PreparedLeaf>;
  readonly #where: FilePlace;

  constructor(arena: Arena, leaves: ReadonlyMap<number, PreparedLeaf>, where: FilePlace) {
    this.#arena = arena;
    this.#leaves = leaves;
    this.#where = where;
  }

  node(node: SchemaNode): Assembled {
    switch (node.kind) {
      case 'leaf': {
        const { prepared, values } = this.#leaves.get(node.index) as PreparedLeaf;
        return { prepared, levels: values };
      }
      case 'struct':
        return this.#struct(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
    }
  }

  #struct(node: StructNode): Assembled {
    const fields = node.fields.map((each) => this.node(each));
    const { levels } = fields[0] as Assembled;
    const { length, bitmap, nullCount } = this.#slots(node, levels, 0);
    for (const { prepared } of fields) this.#check(node, length, prepared.length);
    const arena = this.#arena;
    const make = (): Vector => ({
      ...{ layout: 'struct', type: node.type, length, nullCount },
      validity: nullCount === 0 ? undefined : bits(arena, bitmap, length),
      fields: fields.map(({ prepared }) => prepared.make()),
    });
    return { prepared: { length, make }, levels };
  }

  #list(node: ListNode): Assembled {
    const element = this.node(node.element);
    const { length, bitmap, nullCount, offsets } = this.#offsets(node, element);
    const arena = this.#arena;
    const make = (): Vector => ({
      ...{ layout: 'list', type: node.type, length, nullCount },
      validity: nullCount === 0 ? undefined : bits(arena, bitmap, length),
      offsets: new Int32Array(arena.bytes.buffer, offsets, length + 1),
      element: element.prepared.make(),
    });
    return { prepared: { length, make }, levels: element.levels };
  }

  #map(node: MapNode): Assembled {
    const key = this.node(node.key);
    const value = this.node(node.value);
    const { length, bitmap, nullCount, offsets } = this.#offsets(node, key);
    this.#check(node, key.prepared.length, value.prepared.length);
    const arena = this.#arena;
    const make = (): Vector => ({
      ...{ layout: 'map', type: node.type, length, nullCount },
      validity: nullCount === 0 ? undefined : bits(arena, bitmap, length),
      offsets: new Int32Array(arena.bytes.buffer, offsets, length + 1),
      keys: key.prepared.make(),
      values: value.prepared.make(),
    });
    return { prepared: { length, make }, levels: key.levels };
  }

  #offsets(node: ListNode | MapNode, element: Assembled): Slots & { readonly offsets: number } {
    const { levels } = element;
    const offsets = this.#arena.keep((levels.entryCount + 1) * 4);
    const slots = this.#slots(node, levels, offsets);
    this.#check(node, slots.elementCount, element.prepared.length);
    return { ...slots, offsets };
  }

  /**
   * Counts the slots of a node and marks those that hold something. For lists and maps, `offsets` is where the offsets
   * go; 0 for structs.
   */
  #slots(node: StructNode | ListNode | MapNode, levels: LeafValues, offsets: number): Slots {
    const { entryCount, definitions, repetitions } = levels;
    const { repetition, slotAt, definedAt } = node;
    if (definitions === 0) {
      // No lists, and at most one level: the leaf's own bitmap, or none, says it all.
      const isAll = definedAt === 0 || levels.bitmap === 0;
      const nullCount = isAll ? 0 : entryCount - levels.presentCount;
      return { length: entryCount, bitmap: isAll ? 0 : levels.bitmap, nullCount, elementCount: 0 };
    }
    const bitmap = this.#arena.keep((entryCount >> 3) + 1);
    const { bytes, words } = this.#arena;
    bytes.fill(0, bitmap, bitmap + (entryCount >> 3) + 1);
    const isList = node.kind !== 'struct';
    const elementAt = isList ? node.elementAt : 0;
    const elementRepetition = isList ? node.elementRepetition : 0;
    let slot = 0;
    let valid = 0;
    let elements = 0;
    for (let i = 0; i < entryCount; i++) {
      const definition = bytes[definitions + i] as number;
      const level = repetitions === 0 ? 0 : (bytes[repetitions + i] as number);
      if (level <= repetition && definition >= slotAt) {
        if (isList) words[(offsets >> 2) + slot] = elements;
        if (definition >= definedAt) {
          const at = bitmap + (slot >> 3);
          bytes[at] = (bytes[at] as number) | (1 << (slot & 7));
          valid++;
        }
        slot++;
      }
      if (isList && level <= elementRepetition && definition >= elementAt) elements++;
    }
    if (isList) {
      words[(offsets >> 2) + slot] = elements;
      if (words[offsets >> 2] !== 0) throw damaged(this.#where, 0, `elements in a list of ${node.name}`, 'some before');
    }
    return { length: slot, bitmap, nullCount: slot - valid, elementCount: elements };
  }

  #check(node: SchemaNode, expected: number, found: number): void {
    if (expected === found) return;
    throw damaged(this.#where, 0, `${expected} values in all that is below ${node.name}`, found);
  }
}

interface Slots {
  readonly length: number;
  readonly bitmap: number;
  readonly nullCount: number;
  readonly elementCount: number;
}

/**
 * The schema of a file as a tree of what columns mean: lists and maps are single nodes here, whatever groups they are
 * written as, with the levels at which each node begins to be there.
 *
 * Levels, for a node below some lists: an entry of a leaf (definition d, repetition r) begins a slot of the node when
 * `r <= node.repetition` and `d >= node.slotAt`; the slot holds something when `d >= node.definedAt`. An entry begins an
 * element of a list when `r <= list.elementRepetition` and `d >= list.elementAt`.
 *
 * When changing this: the rules for old lists are those of LogicalTypes.md of the Parquet format, section "Nested
 * types, backward-compatibility"; spec/formats/parquet/schema-tree.spec.ts has a case for each.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { DataType, Field } from '../schema/data-type.ts';
import { damaged, type FilePlace } from './damage.ts';
import { leafType } from './leaf-type.ts';
import type { FileMetadata, PhysicalType, SchemaElement } from './metadata.ts';

interface AnyNode {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Lists around this node. */
  readonly repetition: number;
  /** The definition level from which on there is a slot for this node. */
  readonly slotAt: number;
  /** The definition level from which on the slot holds something; `slotAt` for nodes that cannot be missing. */
  readonly definedAt: number;
}

/** A column of pages. */
export interface LeafNode extends AnyNode {
  readonly kind: 'leaf';
  /** Position among the leaves of the file, and of its chunk in each row group. */
  readonly index: number;
  /** The names in the file from the root on, those of groups of lists included. */
  readonly path: readonly string[];
  readonly physicalType: PhysicalType;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY; 0 otherwise. */
  readonly typeLength: number;
}

export interface StructNode extends AnyNode {
  readonly kind: 'struct';
  readonly fields: readonly SchemaNode[];
}

export interface ListNode extends AnyNode {
  readonly kind: 'list';
  readonly element: SchemaNode;
  readonly elementAt: number;
  readonly elementRepetition: number;
}

export interface MapNode extends AnyNode {
  readonly kind: 'map';
  readonly key: SchemaNode;
  readonly value: SchemaNode;
  readonly elementAt: number;
  readonly elementRepetition: number;
}

export type SchemaNode = LeafNode | StructNode | ListNode | MapNode;

export interface SchemaTree {
  readonly columns: readonly SchemaNode[];
  readonly leaves: readonly LeafNode[];
}

/** Deeper nesting is refused: levels are then bytes, and recursion over a schema is harmless. */
const MAX_DEPTH = 100;

/** Raises `PARQUET_CORRUPT` for a schema that is no tree, LIMIT_EXCEEDED for one too deep. */
export function buildSchemaTree(metadata: Pick<FileMetadata, 'schema'>, path: string): SchemaTree {
  return new TreeBuilder(metadata.schema, { path, place: 'the schema' }).build();
}

/** What surrounds a node. */
interface Levels {
  readonly definition: number;
  readonly repetition: number;
  readonly slotAt: number;
  readonly depth: number;
}

class TreeBuilder {
  readonly #elements: readonly SchemaElement[];
  readonly #where: FilePlace;
  readonly #leaves: LeafNode[] = [];
  readonly #path: string[] = [];
  #at = 0;

  constructor(elements: readonly SchemaElement[], where: FilePlace) {
    this.#elements = elements;
    this.#where = where;
  }

  build(): SchemaTree {
    const root = this.#take();
    const levels = { definition: 0, repetition: 0, slotAt: 0, depth: 0 };
    const columns = this.#children(root.childCount, levels);
    if (this.#at !== this.#elements.length) {
      throw damaged(this.#where, 0, `${this.#at} schema elements`, this.#elements.length);
    }
    return { columns, leaves: this.#leaves };
  }

  #take(): SchemaElement {
    const element = this.#elements[this.#at++];
    if (element === undefined) throw damaged(this.#where, 0, 'as many schema elements as it says', 'fewer');
    return element;
  }

  #children(count: number, levels: Levels): SchemaNode[] {
    const nodes: SchemaNode[] = [];
    for (let i = 0; i < count; i++) nodes.push(this.#node(levels));
    return nodes;
  }

  /** The next element with all below it. A repeated one without a list around it is a list of its own. */
  #node(around: Levels): SchemaNode {
    const element = this.#take();
    if (element.repetition !== 'REPEATED') return this.#single(element, around);
    const levels = repeated(around);
    const item = this.#single({ ...element, repetition: 'REQUIRED' }, levels);
    return listOf(element.name, item, around, around.definition, false);
  }

  /** A node that is not repeated. */
  #single(element: SchemaElement, around: Levels): SchemaNode {
    if (around.depth >= MAX_DEPTH) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the depth of the schema of ${this.#where.path}`,
        found: `over ${MAX_DEPTH}`,
        limit: `${MAX_DEPTH}`,
        remedy: 'write the file with fewer nested levels',
      });
    }
    this.#path.push(element.name);
    const nullable = element.repetition === 'OPTIONAL';
    const definition = around.definition + (nullable ? 1 : 0);
    const levels = { ...around, definition, depth: around.depth + 1 };
    const node =
      element.type === undefined
        ? this.#group(element, nullable, around, levels)
        : this.#leaf(element, nullable, around, definition);
    this.#path.pop();
    return node;
  }

  #leaf(element: SchemaElement, nullable: boolean, around: Levels, definition: number): LeafNode {
    if (element.childCount > 0) throw damaged(this.#where, 0, 'a leaf or a group', `${element.name}, which is both`);
    const physicalType = element.type as PhysicalType;
    const leaf: LeafNode = {
      kind: 'leaf',
      name: element.name,
      type: leafType(element, this.#where),
      nullable,
      repetition: around.repetition,
      slotAt: around.slotAt,
      definedAt: definition,
      index: this.#leaves.length,
      path: [...this.#path],
      physicalType,
      typeLength: physicalType === 'FIXED_LEN_BYTE_ARRAY' ? (element.typeLength ?? 0) : 0,
    };
    this.#leaves.push(leaf);
    return leaf;
  }

  #group(element: SchemaElement, nullable: boolean, around: Levels, levels: Levels): SchemaNode {
    const kind = element.logicalType?.kind ?? element.convertedType;
    const only = element.childCount === 1 ? this.#elements[this.#at] : undefined;
    if (only?.repetition === 'REPEATED') {
      if (kind === 'LIST') return this.#list(element, only, nullable, around, levels);
      const isMap = kind === 'MAP' || kind === 'MAP_KEY_VALUE';
      if (isMap && only.type === undefined && only.childCount === 2)
        return this.#map(element, nullable, around, levels);
    }
    if (element.childCount === 0) throw damaged(this.#where, 0, `columns in the group ${element.name}`, 'none');
    const fields = this.#children(element.childCount, levels);
    return {
      kind: 'struct',
      name: element.name,
      type: { kind: 'struct', fields: fields.map(fieldOf) },
      nullable,
      repetition: around.repetition,
      slotAt: around.slotAt,
      definedAt: levels.definition,
      fields,
    };
  }

  #list(element: SchemaElement, inner: SchemaElement, nullable: boolean, around: Levels, levels: Levels): ListNode {
    const itemLevels = repeated(levels);
    let item: SchemaNode;
    if (isElement(inner, this.#elements[this.#at + 1], element.name)) {
      this.#at++;
      item = this.#single({ ...inner, repetition: 'REQUIRED' }, itemLevels);
    } else {
      this.#path.push(inner.name);
      this.#at++;
      item = this.#node({ ...itemLevels, depth: itemLevels.depth + 1 });
      this.#path.pop();
    }
    return listOf(element.name, item, around, levels.definition, nullable);
  }

  #map(element: SchemaElement, nullable: boolean, around: Levels, levels: Levels): MapNode {
    const entry = this.#take();
    this.#path.push(entry.name);
    const itemLevels = repeated(levels);
    const [key, value] = this.#children(2, { ...itemLevels, depth: itemLevels.depth + 1 }) as [SchemaNode, SchemaNode];
    this.#path.pop();
    return {
      kind: 'map',
      name: element.name,
      type: { kind: 'map', key: { ...fieldOf(key), name: 'key' }, value: { ...fieldOf(value), name: 'value' } },
      nullable,
      repetition: around.repetition,
      slotAt: around.slotAt,
      definedAt: levels.definition,
      key,
      value,
      elementAt: itemLevels.slotAt,
      elementRepetition: itemLevels.repetition,
    };
  }
}

/** What surrounds the elements of a list that is itself surrounded by `levels`. */
function repeated(levels: Levels): Levels {
  const definition = levels.definition + 1;
  return { definition, repetition: levels.repetition + 1, slotAt: definition, depth: levels.depth + 1 };
}

function listOf(name: string, element: SchemaNode, around: Levels, definedAt: number, nullable: boolean): ListNode {
  return {
    kind: 'list',
    name,
    type: { kind: 'list', element: { ...fieldOf(element), name: 'element' } },
    nullable,
    repetition: around.repetition,
    slotAt: around.slotAt,
    definedAt,
    element,
    elementAt: definedAt + 1,
    elementRepetition: around.repetition + 1,
  };
}

/** Whether the repeated group in a list is its element, as old writers had it, or only holds it. */
function isElement(inner: SchemaElement, first: SchemaElement | undefined, listName: string): boolean {
  if (inner.type !== undefined || inner.childCount !== 1) return true;
  if (first?.repetition === 'REPEATED') return true;
  const kind = inner.logicalType?.kind ?? inner.convertedType;
  if (kind === 'LIST' || kind === 'MAP') return true;
  return inner.name === 'array' || inner.name === `${listName}_tuple`;
}

export function fieldOf(node: SchemaNode): Field {
  return { name: node.name, type: node.type, nullable: node.nullable };
}

/**
 * A captured graph as bytes: numbered nodes, each written once, so that sharing and cycles are kept and depth is no
 * limit. The same functions with the same captured values give the same bytes in every process; what differs between
 * machines (paths, lines, ids) is kept beside them, in `places`.
 *
 *     u8 format | shapes | cells | groups | varint nodeCount | nodes
 *     shapes    varint count, then each: varint n, n strings           the keys of plain objects
 *     cells     varint count, then each: varint n, n × (node, capture) variables that several functions share
 *     groups    varint count, then each: varint n, n × node            what is created, in this order
 *     node      u8 NodeTag | u32 length of the payload | payload
 *
 * Node 0 is the list of the functions captured. A value is a `ValueTag` and its payload; `NODE` refers to a node.
 */

export const PACKET_FORMAT = 1;

export const ValueTag = {
  UNDEFINED: 0,
  NULL: 1,
  TRUE: 2,
  FALSE: 3,
  INT32: 4,
  DOUBLE: 5,
  STRING: 6,
  BIGINT: 7,
  NODE: 8,
} as const;

export const NodeTag = {
  /** varint shape, a value for each key: a plain object. */
  PLAIN: 1,
  /** varint length, values: a dense array. */
  LIST: 2,
  /** Everything else that has properties; see `write-entity.ts`. */
  ENTITY: 3,
  /** See `write-function.ts`. */
  FUNCTION: 4,
  /** target, this, varint count, arguments. */
  BOUND: 5,
  /** u8 ReferenceKind, then what it needs. */
  REFERENCE: 6,
  /** u8 1 and the key of a registered symbol, or 0 and the description (a value) of a unique one. */
  SYMBOL: 7,
  /** string kind, value init or parts, value identity; the id is the place's. */
  TOKEN: 8,
  /** varint count, then string and value: the used properties of a module. */
  NAMESPACE: 9,
  /** class, data: made by `[DESERIALIZE]`. */
  HOOKED: 10,
  /** u8 ModuleTool; the module is the place's `url`. */
  MODULE_TOOL: 11,
  /** string name, u8 1 and varint count, values, for what a factory makes, or 0: the engine's own; see `portable.ts`. */
  PORTABLE: 12,
} as const;

/** What an entity is, apart from its prototype and properties. */
export const EntityBase = {
  OBJECT: 0,
  /** varint length. */
  ARRAY: 1,
  /** varint count, keys and values. */
  MAP: 2,
  /** varint count, values. */
  SET: 3,
  /** value message; its stack is the place's. */
  ERROR: 4,
  /** f64 milliseconds. */
  DATE: 5,
  /** string source, string flags, f64 lastIndex. */
  REGEXP: 6,
  /** varint length, varint largest length + 1 or 0, bytes. */
  ARRAY_BUFFER: 7,
  /** string constructor, value buffer, varint offset, varint length + 1 or 0 for one that follows its buffer. */
  VIEW: 8,
  /** varint length, bytes: a `Buffer`. */
  BYTES: 9,
  /** value: `Object(value)`. */
  BOXED: 10,
  /** string constructor's path, varint count, values: made by `new`. */
  MADE: 11,
  /** varint index of what structured clone carries: shared memory, compiled WebAssembly, keys. */
  ATTACHMENT: 12,
} as const;

/** Where an entity's prototype comes from. */
export const PrototypeKind = { OF_BASE: 0, NULL: 1, CLASS: 2, OBJECT: 3 } as const;

/** How an entity's or function's properties are written: none, a shape's, or one by one. */
export const PropertyList = { NONE: 0, SHAPE: 1, GENERAL: 2 } as const;

/** A property written by itself; HIDDEN is added for one that is not enumerable. */
export const PropertyFlag = { DATA: 0, HIDDEN: 1, ACCESSOR: 2 } as const;

export const ReferenceKind = {
  /** string path. */
  INTRINSIC: 0,
  /** string module, value export or undefined. */
  BUILTIN: 1,
  /** string package@version/file, varint count, names; the file is the place's `url`. */
  MODULE: 2,
} as const;

export const ModuleTool = { REQUIRE: 0, IMPORT: 1, IMPORT_META: 2, FILENAME: 3, DIRNAME: 4 } as const;

/** The forms of functions (`FunctionForm`); the order is their code. */
export const FORMS = ['expression', 'method', 'getter', 'setter', 'class'] as const;

export const FunctionFlag = {
  STRICT: 1,
  HERITAGE: 2,
  IMPORT_META: 4,
  IMPORT: 8,
  RUNS_CODE: 16,
  ANONYMOUS: 32,
} as const;

/** What belongs to a node and is not the same on every machine, or in every process. */
export interface Place {
  /** The script of a function, the file of a module. */
  readonly url?: string;
  /** Where a function begins in its script; from 0. */
  readonly line?: number;
  readonly column?: number;
  /** Classes with the same identity are one class within a worker. */
  readonly identity?: string;
  readonly tokenId?: number;
  readonly stack?: string;
  readonly isCommonJs?: boolean;
}

/**
 * Functions and what they capture, ready to be posted to any number of workers. Structured clone carries it as it
 * is; large bytes are in shared memory, so that posting them copies nothing.
 */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly places: ReadonlyMap<number, Place>;
  readonly attachments: readonly unknown[];
  /** What of the captured values has no content to recognise it by, as paths: it may differ in another process. */
  readonly volatile: readonly string[];
}

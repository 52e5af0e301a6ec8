/**
 * Takes nested columns apart into levels and values: level by level from the top, all rows at once. schema-tree.ts says
 * what levels mean; this is the inverse of assemble.ts.
 */
import { invariant } from '../../lib/base/invariant.ts';
import { isValid, type ListVector, type MapVector, type Vector } from '../schema/vector.ts';
import type { LeafNode, ListNode, MapNode, SchemaNode } from './schema-tree.ts';
import type { Entries, LeafColumn } from './write-leaf.ts';

/** Appends the rows from `from` to `to` of a column to its leaves. Raises `NULL_NOT_ALLOWED`. */
export function appendColumn(
  node: SchemaNode,
  vector: Vector,
  from: number,
  to: number,
  leaves: readonly LeafColumn[],
): void {
  if (node.kind === 'leaf') {
    leafOf(node, leaves).appendRows(vector, from, to);
    return;
  }
  const count = to - from;
  const slots = new Int32Array(count);
  for (let k = 0; k < count; k++) slots[k] = from + k;
  const definitions = new Uint8Array(count).fill(node.slotAt);
  descend(node, vector, { count, definitions, repetitions: new Uint8Array(count), slots }, leaves);
}

function descend(node: SchemaNode, vector: Vector, entries: Entries, leaves: readonly LeafColumn[]): void {
  const reached = defineNode(node, vector, entries, leaves);
  if (node.kind === 'leaf') {
    leafOf(node, leaves).appendEntries(vector, reached);
    return;
  }
  if (vector.layout === 'null') {
    // Nothing goes on from here: any vector will do below.
    for (const child of childrenOf(node)) descend(child, vector, reached, leaves);
    return;
  }
  if (node.kind === 'struct') {
    invariant(vector.layout === 'struct', `a vector of ${vector.layout} for a struct`);
    node.fields.forEach((child, i) => {
      descend(child, vector.fields[i] as Vector, reached, leaves);
    });
    return;
  }
  invariant(vector.layout === 'list' || vector.layout === 'map', `a vector of ${vector.layout} for a ${node.kind}`);
  const elements = unfold(node, vector, reached);
  if (vector.layout === 'list') {
    descend(childrenOf(node)[0] as SchemaNode, vector.element, elements, leaves);
    return;
  }
  const [key, value] = childrenOf(node);
  descend(key as SchemaNode, vector.keys, elements, leaves);
  descend(value as SchemaNode, vector.values, elements, leaves);
}

/** Where a node is there its level is reached; where it is missing, the way ends. */
function defineNode(node: SchemaNode, vector: Vector, entries: Entries, leaves: readonly LeafColumn[]): Entries {
  const { count, repetitions } = entries;
  const definitions = entries.definitions.slice(0, count);
  const slots = entries.slots.slice(0, count);
  const isMissing = vector.layout === 'null';
  const validity = isMissing ? undefined : vector.validity;
  for (let k = 0; k < count; k++) {
    const slot = slots[k] as number;
    if (slot < 0) continue;
    if (!isMissing && isValid(validity, slot)) definitions[k] = node.definedAt;
    else if (node.nullable) slots[k] = -1;
    else throw leafOf(firstLeaf(node), leaves).nullNotAllowed();
  }
  return { count, definitions, repetitions, slots };
}

/** An entry for each element; one that ends here for each list that has none, and for each that ended before. */
function unfold(node: ListNode | MapNode, vector: ListVector | MapVector, entries: Entries): Entries {
  const { offsets } = vector;
  let count = 0;
  for (let k = 0; k < entries.count; k++) {
    const slot = entries.slots[k] as number;
    const size = slot < 0 ? 0 : (offsets[slot + 1] as number) - (offsets[slot] as number);
    count += Math.max(size, 1);
  }
  const definitions = new Uint8Array(count);
  const repetitions = new Uint8Array(count);
  const slots = new Int32Array(count);
  let at = 0;
  for (let k = 0; k < entries.count; k++) {
    const slot = entries.slots[k] as number;
    repetitions[at] = entries.repetitions[k] as number;
    const start = slot < 0 ? 0 : (offsets[slot] as number);
    const end = slot < 0 ? 0 : (offsets[slot + 1] as number);
    if (start === end) {
      definitions[at] = entries.definitions[k] as number;
      slots[at++] = -1;
      continue;
    }
    for (let i = start; i < end; i++) {
      if (i > start) repetitions[at] = node.elementRepetition;
      definitions[at] = node.elementAt;
      slots[at++] = i;
    }
  }
  return { count, definitions, repetitions, slots };
}

function childrenOf(node: Exclude<SchemaNode, LeafNode>): readonly SchemaNode[] {
  if (node.kind === 'struct') return node.fields;
  return node.kind === 'list' ? [node.element] : [node.key, node.value];
}

function firstLeaf(node: SchemaNode): LeafNode {
  return node.kind === 'leaf' ? node : firstLeaf(childrenOf(node)[0] as SchemaNode);
}

function leafOf(node: LeafNode, leaves: readonly LeafColumn[]): LeafColumn {
  const found = leaves[node.index];
  invariant(found !== undefined, `no leaf ${node.index}`);
  return found;
}

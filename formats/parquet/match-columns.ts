import type { DataType, Field } from '../schema/data-type.ts';
import { fieldOf, type SchemaNode } from './schema-tree.ts';

/**
 * The columns of a file that hold what `fields` ask for, by name, with those parts alone that are asked for; undefined
 * for fields that the file does not have. Types may still differ: see `conformVector`.
 */
export function matchColumns(
  columns: readonly SchemaNode[],
  fields: readonly Field[],
): readonly (SchemaNode | undefined)[] {
  return fields.map(({ name, type }) => {
    const node = columns.find((each) => each.name === name);
    return node === undefined ? undefined : matchNode(node, type);
  });
}

function matchNode(node: SchemaNode, type: DataType): SchemaNode {
  if (node.kind === 'struct' && type.kind === 'struct') {
    const fields = node.fields.flatMap((each) => {
      const wanted = type.fields.find(({ name }) => name === each.name);
      return wanted === undefined ? [] : [matchNode(each, wanted.type)];
    });
    const isWhole = fields.length === node.fields.length && fields.every((each, i) => each === node.fields[i]);
    // Of a struct of which nothing is asked for, what says whether it is there at all has to be read.
    if (isWhole || fields.length === 0) return node;
    return { ...node, fields, type: { kind: 'struct', fields: fields.map(fieldOf) } };
  }
  if (node.kind === 'list' && type.kind === 'list') {
    const element = matchNode(node.element, type.element.type);
    if (element === node.element) return node;
    return { ...node, element, type: { kind: 'list', element: { ...fieldOf(element), name: 'element' } } };
  }
  if (node.kind === 'map' && type.kind === 'map' && node.type.kind === 'map') {
    const value = matchNode(node.value, type.value.type);
    if (value === node.value) return node;
    return { ...node, value, type: { ...node.type, value: { ...fieldOf(value), name: 'value' } } };
  }
  return node;
}

import { CairnError } from '../../lib/base/errors.ts';
import { findNearMiss } from '../../lib/base/near-miss.ts';
import type { MapType } from '../schema/data-type.ts';
import { fieldOf, type ListNode, type MapNode, type SchemaNode, type SchemaTree } from './schema-tree.ts';

/**
 * A column, by the name of a top-level one, or by the path of a field in structs: as an array, or joined with dots where
 * no top-level column has that very name. Below lists and maps the path goes on with `element`, `key` or `value`.
 */
export type ColumnPath = string | readonly string[];

/**
 * The columns asked for, in the order asked for, with those fields of their structs alone that were asked for; each
 * column once. Raises `COLUMN_NOT_FOUND`.
 */
export function projectColumns(tree: SchemaTree, paths: readonly ColumnPath[], file: string): readonly SchemaNode[] {
  /** Of each column in order of first mention, the paths below it; an empty path is all of it. */
  const wanted = new Map<SchemaNode, (readonly string[])[]>();
  for (const path of paths) {
    const [column, rest] = findColumn(tree.columns, path, file);
    wanted.set(column, [...(wanted.get(column) ?? []), rest]);
  }
  return [...wanted].map(([column, below]) => prune(column, below, file));
}

function findColumn(
  columns: readonly SchemaNode[],
  path: ColumnPath,
  file: string,
): readonly [SchemaNode, readonly string[]] {
  if (typeof path === 'string') {
    const whole = columns.find(({ name }) => name === path);
    if (whole !== undefined) return [whole, []];
  }
  const steps = typeof path === 'string' ? path.split('.') : path;
  const column = columns.find(({ name }) => name === steps[0]);
  if (column === undefined) throw notFound(columns, path, file);
  return [column, steps.slice(1)];
}

function notFound(columns: readonly SchemaNode[], path: ColumnPath, file: string): CairnError {
  const column = typeof path === 'string' ? path : path.join('.');
  const names = columns.map(({ name }) => name);
  const near = findNearMiss(column, names);
  const suggestion =
    near === undefined ? `its columns are ${names.slice(0, 20).join(', ')}` : `did you mean '${near}'?`;
  return new CairnError('COLUMN_NOT_FOUND', { path: file, column, suggestion });
}

/** What is left of a node when only `paths` below it are wanted. */
function prune(node: SchemaNode, paths: readonly (readonly string[])[], file: string): SchemaNode {
  if (paths.some((path) => path.length === 0)) return node;
  switch (node.kind) {
    case 'leaf':
      throw notFound([], [node.name, ...(paths[0] as string[])], file);
    case 'struct': {
      const fields = pruneFields(node.fields, paths, file);
      return { ...node, fields, type: { kind: 'struct', fields: fields.map(fieldOf) } };
    }
    case 'list':
      return pruneList(node, paths, file);
    case 'map':
      return pruneMap(node, paths, file);
  }
}

function pruneFields(
  fields: readonly SchemaNode[],
  paths: readonly (readonly string[])[],
  file: string,
): readonly SchemaNode[] {
  for (const path of paths) {
    if (!fields.some(({ name }) => name === path[0])) throw notFound(fields, path, file);
  }
  return fields.flatMap((each) => {
    const below = paths.filter((path) => path[0] === each.name).map((path) => path.slice(1));
    return below.length === 0 ? [] : [prune(each, below, file)];
  });
}

function pruneList(node: ListNode, paths: readonly (readonly string[])[], file: string): ListNode {
  const [element] = pruneFields([{ ...node.element, name: 'element' }], paths, file) as [SchemaNode];
  return { ...node, element, type: { kind: 'list', element: { ...fieldOf(element), name: 'element' } } };
}

/** Keys stay whatever is asked for: a map has no entries without. */
function pruneMap(node: MapNode, paths: readonly (readonly string[])[], file: string): MapNode {
  const parts = [
    { ...node.key, name: 'key' },
    { ...node.value, name: 'value' },
  ];
  const wanted = paths.filter((path) => path[0] !== 'key');
  const [value] = wanted.length === 0 ? [node.value] : pruneFields(parts, wanted, file);
  const kept = value as SchemaNode;
  return { ...node, value: kept, type: { ...(node.type as MapType), value: { ...fieldOf(kept), name: 'value' } } };
}

import type { DataType, Field, Schema } from '../schema/data-type.ts';
import { columnNotFound } from './bind-predicate.ts';
import type { ScanColumn } from './scan-predicate.ts';

/**
 * The columns asked for, in the order asked for, of structs the fields alone that were asked for; each column once. Below
 * lists and maps a path goes on with `element`, `key` or `value`. Raises `COLUMN_NOT_FOUND`.
 */
export function projectFields(schema: Schema, columns: readonly ScanColumn[], source: string): readonly Field[] {
  /** Of each field in order of first mention, the paths below it; an empty one is all of it. */
  const wanted = new Map<Field, (readonly string[])[]>();
  for (const column of columns) {
    const whole = typeof column === 'string' ? schema.fields.find(({ name }) => name === column) : undefined;
    const [name, ...below] =
      whole !== undefined ? [whole.name] : typeof column === 'string' ? column.split('.') : column;
    const found = whole ?? schema.fields.find((each) => each.name === name);
    if (found === undefined) throw columnNotFound(schema, column, source);
    wanted.set(found, [...(wanted.get(found) ?? []), below]);
  }
  return [...wanted].map(([field, paths]) => {
    const type = prune(field.type, paths);
    if (type === undefined) throw columnNotFound(schema, [field.name, ...(paths.at(-1) ?? [])], source);
    return { ...field, type };
  });
}

/** What is left of a type when only `paths` below it are wanted; undefined where one leads nowhere. */
function prune(type: DataType, paths: readonly (readonly string[])[]): DataType | undefined {
  if (paths.some((path) => path.length === 0)) return type;
  switch (type.kind) {
    case 'struct': {
      const fields = pruneFields(type.fields, paths);
      return fields === undefined ? undefined : { kind: 'struct', fields };
    }
    case 'list': {
      const [element] = pruneFields([{ ...type.element, name: 'element' }], paths) ?? [];
      return element === undefined ? undefined : { kind: 'list', element };
    }
    case 'map': {
      // Keys stay whatever is asked for: a map has no entries without.
      const ofValue = paths.filter(([name]) => name !== 'key');
      const [value] =
        ofValue.length === 0 ? [type.value] : (pruneFields([{ ...type.value, name: 'value' }], ofValue) ?? []);
      return value === undefined ? undefined : { ...type, value };
    }
    default:
      return undefined;
  }
}

function pruneFields(fields: readonly Field[], paths: readonly (readonly string[])[]): readonly Field[] | undefined {
  if (paths.some(([first]) => !fields.some(({ name }) => name === first))) return undefined;
  const kept: Field[] = [];
  for (const each of fields) {
    const below = paths.filter(([name]) => name === each.name).map((path) => path.slice(1));
    if (below.length === 0) continue;
    const type = prune(each.type, below);
    if (type === undefined) return undefined;
    kept.push({ ...each, type });
  }
  return kept;
}

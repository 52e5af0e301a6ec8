/** The property lists of objects and functions, read by descriptor so that no getter of the user's runs. */
import type { CaptureGraph } from './capture-graph.ts';
import { PropertyFlag, PropertyList } from './packet.ts';

/**
 * The keys and values of an object whose own properties are all enumerable data properties with string keys;
 * undefined for any other. The common case, and written compactly.
 */
export function simpleProperties(
  object: object,
): { readonly keys: readonly string[]; readonly values: readonly unknown[] } | undefined {
  const keys = Reflect.ownKeys(object);
  const values: unknown[] = [];
  for (const key of keys) {
    if (typeof key === 'symbol' || key === '__proto__') return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor === undefined || !descriptor.enumerable || !('value' in descriptor)) return undefined;
    values.push(descriptor.value);
  }
  return { keys: keys as readonly string[], values };
}

/** Writes an object's own properties, less those that `skips` names. */
export function writeProperties(
  graph: CaptureGraph,
  node: number,
  object: object,
  skips?: (key: string | symbol) => boolean,
): void {
  const { out } = graph;
  const simple = skips === undefined ? simpleProperties(object) : undefined;
  if (simple !== undefined && simple.keys.length > 0) {
    out.u8(PropertyList.SHAPE);
    out.varint(graph.shapeOf(simple.keys));
    for (const [i, value] of simple.values.entries()) graph.writeValue(value, node, simple.keys[i] as string);
    return;
  }
  const keys = simple === undefined ? Reflect.ownKeys(object).filter((key) => !skips?.(key)) : [];
  if (keys.length === 0) {
    out.u8(PropertyList.NONE);
    return;
  }
  out.u8(PropertyList.GENERAL);
  out.varint(keys.length);
  for (const key of keys) {
    const step = typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key;
    const descriptor = Object.getOwnPropertyDescriptor(object, key) ?? {};
    const hidden = descriptor.enumerable ? 0 : PropertyFlag.HIDDEN;
    if ('value' in descriptor) {
      out.u8(PropertyFlag.DATA | hidden);
      graph.writeValue(key, node, step);
      graph.writeValue(descriptor.value, node, step);
    } else {
      out.u8(PropertyFlag.ACCESSOR | hidden);
      graph.writeValue(key, node, step);
      graph.writeValue(descriptor.get, node, step);
      graph.writeValue(descriptor.set, node, step);
    }
  }
}

const ids = new WeakMap<object, number>();
let next = 1;

/** A number for an object, the same as long as this thread runs. */
export function objectId(object: object): number {
  let id = ids.get(object);
  if (id === undefined) {
    id = next++;
    ids.set(object, id);
  }
  return id;
}

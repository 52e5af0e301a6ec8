/** What names a vertex, a user or an item. Numbers are safe integers; `1` and `'1'` are two ids. */
export type Id = number | string;

/** Numbers first, by size; then texts, by UTF-16 units. */
export function compareIds(a: Id, b: Id): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** 32 bits of an id: the same in every process, for placing ids and for chance that belongs to one. */
export function hashId(id: Id): number {
  if (typeof id === 'number') return mixBits(mixBits(id | 0) ^ Math.floor(id / 2 ** 32));
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return mixBits(hash);
}

/** Spreads each bit over all 32: the finishing step of MurmurHash3. */
export function mixBits(bits: number): number {
  let mixed = bits | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

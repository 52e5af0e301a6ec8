const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const MAX_PARTS = 24;

/** A property as it is written after its object: `.name` or `["odd name"]`. */
export function formatKey(key: string): string {
  return IDENTIFIER.test(key) || key === 'toRecord()' ? `.${key}` : `[${JSON.stringify(key.slice(0, 60))}]`;
}

/**
 * Where in a record a value is, as a user would write it: `record.user.tags[3]`, `record.index (value of entry 2)`.
 * `root` names the value itself; `keys[i]` is the key in `containers[i]`; a Map counts its entries twice, key and value. Long paths lose the middle.
 */
export function formatValuePath(
  root: string,
  containers: readonly unknown[],
  keys: readonly (string | number)[],
): string {
  const parts: string[] = [];
  for (let i = 0; i < containers.length; i++) {
    const container = containers[i];
    const key = keys[i] as string | number;
    if (container instanceof Map && typeof key === 'number') {
      parts.push(` (${key % 2 === 0 ? 'key' : 'value'} of entry ${Math.floor(key / 2)})`);
    } else if (container instanceof Set && typeof key === 'number') {
      parts.push(` (item ${key})`);
    } else if (typeof key === 'number') {
      parts.push(`[${key}]`);
    } else {
      parts.push(formatKey(key));
    }
  }
  if (parts.length > MAX_PARTS) parts.splice(MAX_PARTS / 2, parts.length - MAX_PARTS, '…');
  return root + parts.join('');
}

/** Thrift's compact protocol, written the simplest way: values know their type and bytes. */
export interface ThriftValue {
  readonly type: number;
  readonly bytes: readonly number[];
}

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

export function zigzag(value: number | bigint): number[] {
  const wide = BigInt(value);
  return varint((wide << 1n) ^ (wide >> 63n));
}

export const int = (value: number | bigint, type = 5): ThriftValue => ({ type, bytes: zigzag(value) });
export const long = (value: number | bigint): ThriftValue => int(value, 6);
export const bool = (value: boolean): ThriftValue => ({ type: value ? 1 : 2, bytes: [] });
export const double = (value: number): ThriftValue => ({
  type: 7,
  bytes: [...new Uint8Array(new Float64Array([value]).buffer)],
});

export function binary(value: string | Uint8Array): ThriftValue {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return { type: 8, bytes: [...varint(bytes.length), ...bytes] };
}

/** Of elements of one type; booleans are a byte each in lists. */
export function list(items: readonly ThriftValue[], type = items[0]?.type ?? 12): ThriftValue {
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(items.length)];
  return { type: 9, bytes: [...head, ...items.flatMap((item) => (item.type <= 2 ? [item.type] : item.bytes))] };
}

/** Fields by id; undefined ones are left out. */
export function struct(fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue {
  const bytes: number[] = [];
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const id = Number(key);
    const delta = id - last;
    if (delta > 0 && delta < 16) bytes.push((delta << 4) | value.type);
    else bytes.push(value.type, ...zigzag(id));
    for (const byte of value.bytes) bytes.push(byte);
    last = id;
  }
  return { type: 12, bytes: [...bytes, 0] };
}

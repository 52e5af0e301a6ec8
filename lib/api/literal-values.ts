type IsUnion<V, Whole = V> = V extends Whole ? ([Whole] extends [V] ? false : true) : never;

/** Whether a type has one primitive value, as `1` has: not `number`, `1 | 2`, `boolean`, a pattern or a branded type. */
type IsLiteral<V> = [V] extends [never]
  ? false
  : 0 extends 1 & V
    ? false
    : IsUnion<V> extends true
      ? false
      : [V] extends [string | number | bigint]
        ? // A literal names a property; strings, numbers and patterns give an index, which an empty object has.
          Record<never, never> extends Record<`${V}`, 1>
          ? false
          : true
        : [V] extends [boolean]
          ? true
          : false;

/** The type of sums and the like of values of a literal type, which are not of that type: `number` of `1`. */
export type WidenedLiteral<V> = V extends number
  ? number
  : V extends string
    ? string
    : V extends bigint
      ? bigint
      : V extends boolean
        ? boolean
        : V;

/**
 * Opens an overload, as part of the type of `this`, to datasets of pairs as `[word, 1] as const` makes them. Unions such
 * as `'low' | 'high'` stay: there a set of values is meant. It has to be `this`: parameters of a lambda keep the types
 * they get from the first overload whose `this` fits.
 */
export type OnlyLiterals<V> = IsLiteral<V> extends true ? unknown : never;

/** Numbers in tuples widen, as in `[sum, 1] as const`; texts there are often tags, and stay. */
type IsWideningItem<Item> = [Item] extends [number | bigint] ? IsLiteral<Item> : false;

/** A tuple of `as const`, its numbers widened. */
export type WidenedItems<V extends readonly unknown[]> = {
  readonly [I in keyof V]: IsWideningItem<V[I]> extends true ? WidenedLiteral<V[I]> : V[I];
};

/** As `OnlyLiterals`, for pairs as `[word, [n, 1]] as const` makes them. Tuples that can be written to are meant so. */
export type OnlyNarrowTuples<V extends readonly unknown[]> = 0 extends 1 & V
  ? never
  : IsUnion<V> extends true
    ? never
    : V extends unknown[]
      ? never
      : true extends { [I in keyof V]: IsWideningItem<V[I]> }[number]
        ? unknown
        : never;

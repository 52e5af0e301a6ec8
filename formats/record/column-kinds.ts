import type { Column } from '../schema/batch.ts';

/** By the number stored in a frame; the order never changes. */
export const COLUMN_KINDS: readonly Column['kind'][] = [
  'int',
  'double',
  'boolean',
  'dictionary',
  'string',
  'date',
  'bigint',
  'object',
  'tuple',
  'list',
  'value',
];

/** Added to the kind's number when null marks follow. */
export const HAS_NULLS = 0x40;

/**
 * Takes the place of a kind in a tuple: the item is the one before it once more, a column of numbers without marks. What is
 * its own key is stored once.
 */
export const SAME_AS_BEFORE = 0x0b;

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

import { CairnError } from '../../lib/index.ts';

/** INVALID_ARGUMENT for an argument of one of these algorithms; `expected` tells what to give instead. */
export function invalidArgument(method: string, argument: string, expected: string, found: unknown): CairnError {
  return new CairnError('INVALID_ARGUMENT', { method, argument, expected, found: shortText(found) });
}

/** Raises INVALID_ARGUMENT unless `value` is an integer of at least `least`. */
export function checkInteger(method: string, argument: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw invalidArgument(method, argument, `an integer of at least ${least}`, value);
}

/** Raises INVALID_ARGUMENT unless `value` is a finite number from `least` up to `most`. */
export function checkNumber(method: string, argument: string, value: unknown, least: number, most = Infinity): void {
  if (Number.isFinite(value) && (value as number) >= least && (value as number) <= most) return;
  const upTo = most === Infinity ? '' : ` and at most ${most}`;
  throw invalidArgument(method, argument, `a finite number of at least ${least}${upTo}`, value);
}

/** Raises INVALID_ARGUMENT unless `value` is -1, for never, or an integer of at least 1. */
export function checkInterval(method: string, argument: string, value: unknown): void {
  if (value === -1 || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw invalidArgument(method, argument, 'an integer of at least 1, or -1 for never', value);
}

/** Raises INVALID_ARGUMENT unless `id` is a text or a safe integer, as ids of vertices, users and items are. */
export function checkId(method: string, argument: string, id: unknown): void {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return;
  throw invalidArgument(method, argument, 'a text or a safe integer', id);
}

function shortText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return 'a view of bytes';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

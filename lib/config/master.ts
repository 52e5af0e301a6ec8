import type { Machine } from './machine.ts';

/** Where tasks run: in the user's thread one after another, or on `workers` threads. */
export type Master =
  | { readonly kind: 'inline'; readonly maxFailures: number }
  | { readonly kind: 'workers'; readonly workers: number; readonly maxFailures: number };

/** Each worker is a thread with a heap of its own: more than this is a slip of the pen. */
const MOST_WORKERS = 1024;

/**
 * Reads Spark's master strings for one machine: `local` (inline), `local[4]`, `local[*]` (a worker per processor),
 * `local[4, 2]` and `local[*, 2]` (a task may fail twice). Undefined when it is none of these.
 *
 * Differs from Spark, whose local modes do not retry unless told: here a task gets `maxFailures` tries in each.
 */
export function parseMaster(text: string, machine: Machine, maxFailures: number): Master | undefined {
  if (text === 'local') return { kind: 'inline', maxFailures };
  const match = /^local\[\s*(\*|\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?\]$/.exec(text);
  if (match === null) return undefined;
  const workers = match[1] === '*' ? machine.processors : Number(match[1]);
  const failures = match[2] === undefined ? maxFailures : Number(match[2]);
  if (workers < 1 || workers > MOST_WORKERS || failures < 1) return undefined;
  return { kind: 'workers', workers, maxFailures: failures };
}

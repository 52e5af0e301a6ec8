import { invalidArgument } from './check-argument.ts';

/**
 * What becomes of a directory, or a table, that is there: an error (`'error'`), it is replaced once the new content is complete
 * (`'overwrite'`), it is added to (`'append'`), or it stays and nothing is written (`'ignore'`).
 */
export type WriteMode = 'error' | 'overwrite' | 'append' | 'ignore';

const MODES: readonly unknown[] = ['error', 'overwrite', 'append', 'ignore'] satisfies WriteMode[];

/** Raises INVALID_ARGUMENT in the name of the method. */
export function checkWriteMode(method: string, mode: unknown): WriteMode {
  if (MODES.includes(mode)) return mode as WriteMode;
  throw invalidArgument(method, 'mode', "'error', 'overwrite', 'append' or 'ignore'", mode);
}

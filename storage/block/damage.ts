import type { ErrorCode } from '../../lib/base/error-table.ts';
import { CairnError } from '../../lib/base/errors.ts';

/**
 * What reading a stored block can raise when the block is missing or not what was written. A refused permission, a
 * full table of files or a bug are not among them: computing the block again would not help.
 */
const DAMAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'FILE_NOT_FOUND',
  'IO_ERROR',
  'CORRUPT_FILE',
  'CORRUPT_DATA',
  'UNSUPPORTED_VERSION',
  'LIMIT_EXCEEDED',
]);

/** Whether the error means that stored bytes are lost, so that their owner computes them again. */
export function isDamage(error: unknown): error is CairnError {
  return error instanceof CairnError && DAMAGE.has(error.code);
}

/** The error's first line without its code and hint: a reason to be quoted in another message. */
export function reasonOf(error: CairnError): string {
  const line = error.message.split('\n', 1)[0] as string;
  return line.startsWith(`${error.code}: `) ? line.slice(error.code.length + 2) : line;
}

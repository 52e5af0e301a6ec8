/**
 * System errors as `CairnError`s: one mapping for every file system, so that a specification which injects an errno
 * sees exactly what a real disk would have raised.
 */
import { CairnError, errorCodeOf, isError } from '../../lib/base/errors.ts';

/** What was being done when a system call failed. */
export interface FailedCall {
  /** The call's name as a person reads it: `write`, `rename`, `sync directory`. */
  readonly operation: string;
  readonly path: string;
  readonly cause?: unknown;
  /** For ENOSPC and EDQUOT: what the call still had to write. A call that writes no data needs one block. */
  readonly neededBytes?: number;
  readonly freeBytes?: number;
}

const BLOCK_BYTES = 4096;

/** Words for the codes that Node gives no sentence for when we raise them ourselves. */
const REASONS: Readonly<Record<string, string>> = {
  EBADF: 'the file is not open for this',
  EIO: 'input/output error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EINVAL: 'invalid argument',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTEMPTY: 'the directory is not empty',
};

/**
 * The `CairnError` for an errno: FILE_NOT_FOUND, FILE_EXISTS, DISK_FULL, PERMISSION_DENIED, TOO_MANY_OPEN_FILES, and
 * IO_ERROR with the operation for every other. `cause` is kept.
 */
export function fileError(errno: string, call: FailedCall): CairnError {
  const { operation, path } = call;
  const options = call.cause === undefined ? undefined : { cause: call.cause };
  switch (errno) {
    case 'ENOENT':
      return new CairnError('FILE_NOT_FOUND', { path }, options);
    case 'EEXIST':
      return new CairnError('FILE_EXISTS', { path }, options);
    case 'ENOSPC':
    case 'EDQUOT': {
      const { neededBytes = BLOCK_BYTES, freeBytes = 0 } = call;
      return new CairnError('DISK_FULL', { path, neededBytes, freeBytes }, options);
    }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CairnError('PERMISSION_DENIED', { operation, path }, options);
    case 'EMFILE':
    case 'ENFILE':
      return new CairnError('TOO_MANY_OPEN_FILES', { path }, options);
    default:
      return new CairnError('IO_ERROR', { operation, path, reason: reasonOf(errno, call.cause) }, options);
  }
}

function reasonOf(errno: string, cause: unknown): string {
  // Node's text is "EIO: i/o error, write" or "ENOTDIR: not a directory, open '/a/b'": the path is in ours already.
  const text = isError(cause) ? cause.message.split(',', 1)[0] : undefined;
  if (text?.startsWith(`${errno}: `)) return text;
  const known = REASONS[errno];
  return known === undefined ? errno : `${errno}: ${known}`;
}

/** The errno below an error of a file system (`ENOTEMPTY` of an IO_ERROR), or undefined when it has none. */
export function errnoOf(error: unknown): string | undefined {
  const own = errorCodeOf(error);
  if (!(error instanceof CairnError)) return own;
  return error.cause === undefined ? undefined : errorCodeOf(error.cause);
}

/** Whether a `link` failed because the volume has no hard links: exFAT, some network mounts. */
export function hasNoLinks(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'EPERM' || errno === 'ENOTSUP' || errno === 'EOPNOTSUPP' || errno === 'ENOSYS' || errno === 'EMLINK';
}

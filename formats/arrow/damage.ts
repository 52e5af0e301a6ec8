import { CairnError } from '../../lib/base/errors.ts';

/** What errors name: the file, and the part of it that is being read, such as `the footer` or `column a.b`. */
export interface ArrowPlace {
  readonly path: string;
  readonly place: string;
  /** Where that part begins in the file. */
  readonly offset: number;
}

/** The `ARROW_CORRUPT` error. */
export function damaged(where: ArrowPlace, expected: string, found: string | number): CairnError {
  return new CairnError('ARROW_CORRUPT', { ...where, expected, found });
}

/** The `ARROW_UNSUPPORTED` error; `remedy` is the next step. */
export function unsupported(path: string, what: string, remedy: string): CairnError {
  return new CairnError('ARROW_UNSUPPORTED', { path, what, remedy });
}

/** The `LIMIT_EXCEEDED` error for what would take too much memory. */
export function tooLarge(where: ArrowPlace, what: string, found: string, limit: string): CairnError {
  return new CairnError('LIMIT_EXCEEDED', {
    what: `${what} in ${where.place} of ${where.path}`,
    found,
    limit,
    remedy: 'write the file again with smaller record batches, or read other columns of it',
  });
}

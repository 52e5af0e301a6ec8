import { CairnError } from '../../lib/base/errors.ts';

/** What errors name: the file, and the part of it that is being read, such as `the footer` or `column a.b`. */
export interface FilePlace {
  readonly path: string;
  readonly place: string;
}

/** The `PARQUET_CORRUPT` error for what lies at byte `offset` of the file. */
export function damaged(where: FilePlace, offset: number, expected: string, found: string | number): CairnError {
  return new CairnError('PARQUET_CORRUPT', { path: where.path, place: where.place, offset, expected, found });
}

/** The `PARQUET_UNSUPPORTED` error; `remedy` is the next step. */
export function unsupported(where: FilePlace, what: string, remedy = WRITE_IT_AGAIN): CairnError {
  return new CairnError('PARQUET_UNSUPPORTED', { path: where.path, what: `${what} in ${where.place}`, remedy });
}

const WRITE_IT_AGAIN = 'write the file again with other settings, or read other columns of it';

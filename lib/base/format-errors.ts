import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with files of formats that others write, too. */
export const FORMAT_ERRORS = {
  COLUMN_NOT_FOUND: {
    kind: 'user',
    message: "{path} has no column '{column}'",
    hint: '{suggestion}',
  },
  PARQUET_CORRUPT: {
    kind: 'corruption',
    message: '{path} is no sound Parquet file: at byte {offset}, in {place}, expected {expected}, found {found}',
    hint: 'the file was cut or changed after it was written, or its writer is wrong: get it again from where it came',
  },
  PARQUET_UNSUPPORTED: {
    kind: 'user',
    message: '{path} has {what}, which is not read here',
    hint: '{remedy}',
  },
  VALUE_NOT_EXACT: {
    kind: 'user',
    message: "column '{column}' has the value {value}, which {target} cannot hold exactly",
    hint: '{remedy}',
  },
} as const satisfies Record<string, ErrorEntry>;

import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with CSV and JSON, read and written. */
export const TEXT_FORMAT_ERRORS = {
  CSV_HEADER_MISMATCH: {
    kind: 'user',
    message: '{path} has the columns {found} in its first line, not {expected}',
    hint: "read files of different columns one by one, or set 'enforceSchema' to take columns by their position alone",
  },
  CSV_PARTS_DIFFER: {
    kind: 'user',
    message: 'part {part} of {path} would begin with the columns {found}, part {other} with {expected}',
    hint: "give the columns with the option 'columns'; nothing was published",
  },
  ROW_NOT_WRITABLE: {
    kind: 'user',
    message: 'a record cannot be written as {format}: {reason}',
    hint: '{remedy}',
  },
  TEXT_ENCODING: {
    kind: 'user',
    message: '{path} begins with the byte-order mark of {found}, but is read as {expected}',
    hint: "set the option 'encoding'",
  },
  TEXT_RECORD_MALFORMED: {
    kind: 'user',
    message: '{path} has a malformed record at byte {offset}: {reason}',
    hint: '{remedy}',
  },
} as const satisfies Record<string, ErrorEntry>;

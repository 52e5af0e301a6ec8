import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with files of formats that others write, too. */
export const FORMAT_ERRORS = {
  ARROW_CORRUPT: {
    kind: 'corruption',
    message: '{path} is no sound Arrow file: at byte {offset}, in {place}, expected {expected}, found {found}',
    hint: 'the file was cut or changed after it was written, or its writer is wrong: get it again from where it came',
  },
  ARROW_UNSUPPORTED: {
    kind: 'user',
    message: '{path} has {what}, which is not read here',
    hint: '{remedy}',
  },
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
  PARTITIONS_DIFFER: {
    kind: 'user',
    message: '{path} lies in directories that name {expected}, and {other} in ones that name {found}',
    hint: 'read them one by one, or name directories alike: the same names in the same order, each once',
  },
  PREDICATE_TYPE: {
    kind: 'user',
    message: "column '{column}' of {source} is {type}, which is not compared with {found}",
    hint: 'compare it with {expected}',
  },
  SCHEMAS_DIFFER: {
    kind: 'user',
    message: "column '{column}' is {expected} in {first}, and {found} in {other}: no type holds both",
    hint: 'read the files one by one, leave the column out, or write one of them again',
  },
  PARQUET_NOT_WRITABLE: {
    kind: 'user',
    message: '{path} cannot be written as Parquet: the format has no place for {what}',
    hint: '{remedy}',
  },
  NULL_NOT_ALLOWED: {
    kind: 'user',
    message: "{path} has no place for a missing value in the column '{column}', which its schema says is always there",
    hint: 'make the column nullable in the schema, or give every row a value',
  },
  TYPE_UNKNOWN: {
    kind: 'user',
    message: "'{text}' is no type: expected {expected} at character {offset}",
    hint: "types are such as 'int64', 'decimal(9,2)', 'list<string>' and 'struct<a: int32, b: date not null>'",
  },
  VALUE_NOT_EXACT: {
    kind: 'user',
    message: "column '{column}' has the value {value}, which {target} cannot hold exactly",
    hint: '{remedy}',
  },
} as const satisfies Record<string, ErrorEntry>;

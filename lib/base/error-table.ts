/**
 * Every error the engine can raise: its kind, its message and the next step.
 *
 * One entry a code. `{name}` placeholders become the parameters that `CairnError` asks for, checked by the compiler.
 * `docs/errors.md` is generated from this table. Order: by area, then alphabetically;
 * areas with many codes have files of their own.
 */

import { DATABASE_ERRORS } from './database-errors.ts';
import type { ErrorEntry } from './error-entry.ts';
import { FORMAT_ERRORS } from './format-errors.ts';
import { GROUP_ERRORS } from './group-errors.ts';
import { JOB_ERRORS } from './job-errors.ts';
import { STORAGE_ERRORS } from './storage-errors.ts';
import { TEXT_FORMAT_ERRORS } from './text-format-errors.ts';

export type { ErrorKind } from './error-entry.ts';

export const ERROR_TABLE = {
  // Engine
  FAILPOINT_REACHED: {
    kind: 'transient',
    message: "failpoint '{name}' is armed to fail",
    hint: 'unset CAIRN_FAILPOINT: it is for tests of the engine only',
  },
  INTERNAL: {
    kind: 'internal',
    message: 'internal error: {detail}',
    hint: 'this is a bug in Cairn: please report it with the stack and the job that raised it',
  },

  // Options and arguments
  INVALID_ARGUMENT: {
    kind: 'user',
    message: '{method}: {argument} must be {expected}, found {found}',
    hint: 'correct the argument',
  },
  INVALID_OPTION: {
    kind: 'user',
    message: "option '{option}' must be {expected}, found {found}",
    hint: 'see docs/options.md for its unit and range',
  },
  UNKNOWN_OPTION: {
    kind: 'user',
    message: "there is no option '{option}'",
    hint: '{suggestion}',
  },

  // Command line
  COMMAND_LINE: {
    kind: 'user',
    message: '{problem}',
    hint: "run '{help}' to see how it is used",
  },
  TSX_NOT_FOUND: {
    kind: 'user',
    message: "{path} is TypeScript, which Node.js {version} does not run by itself, and its project has no 'tsx'",
    hint: "run 'npm install --save-dev tsx' in the project, or compile the job and run the JavaScript",
  },

  ...STORAGE_ERRORS,
  ...FORMAT_ERRORS,
  ...TEXT_FORMAT_ERRORS,
  ...JOB_ERRORS,
  ...GROUP_ERRORS,
  ...DATABASE_ERRORS,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_TABLE;
